import { z } from 'zod';
import { nodeLabel } from '../http/labels.ts';
import { empty, nothing, Redirect, writing } from '../http/operation.ts';
import { reachNodeConsole } from '../rules/console-of-node.ts';
import { openConsole } from '../rules/console-open.ts';
import { obmRefusals } from '../rules/obm-access.ts';

/** Has the serial console of a node logged from now on, whether anybody watches it or not. Doing it again does no harm. */
export const startConsole = writing({
  id: 'start_console',
  summary: 'Log the serial console of a node from now on',
  method: 'PUT',
  path: '/node/{node}/console',
  access: 'user',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  body: nothing,
  result: empty,
  refusals: obmRefusals,

  async write(context, { params }) {
    const { tx, services } = context;
    const node = await reachNodeConsole(context, params.node);
    if (node instanceof Redirect) return node;
    await openConsole(tx, services, node);
    return undefined;
  },
});
