import { z } from 'zod';
import { headnodeLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { presentHeadnodeConsole } from '../rules/console-of-headnode.ts';
import { consoleStatus, consoleStatusOf } from '../rules/console-status.ts';
import { headnodeRefusals } from '../rules/headnode-access.ts';

/** Tells how it stands with the serial console of a headnode: whether it is logged and connected, and who may type. */
export const showHeadnodeConsoleState = reading({
  id: 'show_headnode_console_state',
  summary: 'Show how it stands with the serial console of a headnode',
  method: 'GET',
  path: '/headnode/{headnode}/console/state',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  query: nothing,
  result: consoleStatus,
  refusals: headnodeRefusals,

  async read(context, { params }) {
    return consoleStatusOf(await presentHeadnodeConsole(context, params.headnode));
  },
});
