import { z } from 'zod';
import { headnodeLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { reachHeadnodeConsole } from '../rules/console-of-headnode.ts';
import { openConsole } from '../rules/console-open.ts';
import { headnodeRefusals } from '../rules/headnode-access.ts';

/**
 * Has the serial console of a headnode logged from now on, whether the headnode runs or not, and whether anybody watches or not. Doing it
 * again does no harm.
 */
export const startHeadnodeConsole = writing({
  id: 'start_headnode_console',
  summary: 'Log the serial console of a headnode from now on',
  method: 'PUT',
  path: '/headnode/{headnode}/console',
  access: 'user',
  params: z.strictObject({ headnode: headnodeLabel }),
  body: nothing,
  result: empty,
  refusals: headnodeRefusals,

  async write(context, { params }) {
    const { tx, services } = context;
    await openConsole(tx, services, await reachHeadnodeConsole(context, params.headnode));
    return undefined;
  },
});
