import { z } from 'zod';
import { commanding } from '../http/commanding.ts';
import { nodeLabel } from '../http/labels.ts';
import { empty, nothing, Redirect } from '../http/operation.ts';
import { endingRefusals, nothingIfDone, order, powerChange } from '../rules/node-action.ts';
import { obmRefusals, reachBmc } from '../rules/obm-access.ts';

/** Turns a machine off at once, without asking its operating system. One that is off stays so. */
export const powerOff = commanding({
  id: 'node_power_off',
  summary: 'Turn a node off at once',
  method: 'POST',
  path: '/node/{node}/power_off',
  access: 'user',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  body: nothing,
  result: empty,
  refusals: { ...obmRefusals, ...endingRefusals },

  async write({ tx, caller, services, refuse }, { params }) {
    const node = await reachBmc({ tx, caller, services, refuse }, params.node, 'power_off');
    if (node instanceof Redirect) return node;
    return order(tx, services, node, 'power_off', 'power.set', { bmc: node.bmc, ...powerChange('off') });
  },

  answer: nothingIfDone,
});
