import { z } from 'zod';
import { headnodeLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { letGo } from '../rules/console-hold.ts';
import { reachHeadnodeConsole } from '../rules/console-of-headnode.ts';
import { headnodeRefusals } from '../rules/headnode-access.ts';

/** Logs the serial console of a headnode no more; whoever watches it is told so and cut off. What was logged stays readable. */
export const stopHeadnodeConsole = writing({
  id: 'stop_headnode_console',
  summary: 'Log the serial console of a headnode no more',
  method: 'DELETE',
  path: '/headnode/{headnode}/console',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  body: nothing,
  result: empty,
  refusals: headnodeRefusals,

  async write(context, { params }) {
    const { tx, services } = context;
    await letGo(tx, services, await reachHeadnodeConsole(context, params.headnode));
    return undefined;
  },
});
