import { z } from 'zod';
import { findBmc } from '../../db/queries/bmcs.ts';
import { nodeLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { presentNodeConsole } from '../rules/console-of-node.ts';
import { consoleStatus, consoleStatusOf } from '../rules/console-status.ts';
import { bmcRefusals, ownBmc } from '../rules/obm-access.ts';

/** Tells how it stands with the serial console of a node: whether it is logged and connected, and who may type. */
export const showConsoleState = reading({
  id: 'show_console_state',
  summary: 'Show how it stands with the serial console of a node',
  method: 'GET',
  path: '/node/{node}/console/state',
  access: 'user',
  params: z.strictObject({ node: nodeLabel }),
  query: nothing,
  result: consoleStatus,
  refusals: bmcRefusals,

  async read(context, { params }) {
    const node = ownBmc(context, await findBmc(context.services.database, params.node), params.node);
    return consoleStatusOf(await presentNodeConsole(context, node));
  },
});
