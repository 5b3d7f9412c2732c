import { z } from 'zod';
import { nodeLabel } from '../http/labels.ts';
import { empty, nothing, Redirect, writing } from '../http/operation.ts';
import { letGo } from '../rules/console-hold.ts';
import { reachNodeConsole } from '../rules/console-of-node.ts';
import { obmRefusals } from '../rules/obm-access.ts';

/** Logs the serial console of a node no more; whoever watches it is told so and cut off. What was logged stays readable. */
export const stopConsole = writing({
  id: 'stop_console',
  summary: 'Log the serial console of a node no more',
  method: 'DELETE',
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
    await letGo(tx, services, node);
    return undefined;
  },
});
