import { z } from 'zod';
import { commanding } from '../http/commanding.ts';
import { nodeLabel } from '../http/labels.ts';
import { empty, Redirect } from '../http/operation.ts';
import { cycleFields, endingRefusals, nothingIfDone, order, powerChange } from '../rules/node-action.ts';
import { obmdRefusals, obmRefusals, reachBmc, refuseForObmd } from '../rules/obm-access.ts';

/**
 * Turns a machine off and on again: by asking its operating system to shut down, or at once (`force`). One that is off is turned on.
 * `pxe` has it boot from the network this time.
 */
export const powerCycle = commanding({
  id: 'node_power_cycle',
  summary: 'Turn a node off and on again',
  method: 'POST',
  path: '/node/{node}/power_cycle',
  access: 'user',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  body: z.strictObject(cycleFields),
  result: empty,
  refusals: { ...obmRefusals, ...obmdRefusals, ...endingRefusals },

  async write({ tx, caller, services, refuse }, { params, body }) {
    const node = await reachBmc({ tx, caller, services, refuse }, params.node, 'power_cycle');
    if (node instanceof Redirect) {
      const { force, ...others } = body;
      refuseForObmd(refuse, params.node, others);
      return node;
    }
    return order(tx, services, node, 'power_cycle', 'power.set', { bmc: node.bmc, ...powerChange('cycle', body) });
  },

  answer: nothingIfDone,
});
