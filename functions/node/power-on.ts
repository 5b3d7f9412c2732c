import { z } from 'zod';
import { commanding } from '../http/commanding.ts';
import { nodeLabel } from '../http/labels.ts';
import { empty, nothing, Redirect } from '../http/operation.ts';
import { endingRefusals, nothingIfDone, order, powerChange } from '../rules/node-action.ts';
import { obmRefusals, reachBmc } from '../rules/obm-access.ts';

/** Turns a machine on. One that is on stays so. */
export const powerOn = commanding({
  id: 'node_power_on',
  summary: 'Turn a node on',
  method: 'POST',
  path: '/node/{node}/power_on',
  access: 'user',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  body: nothing,
  result: empty,
  refusals: { ...obmRefusals, ...endingRefusals },

  async write({ tx, caller, services, refuse }, { params }) {
    const node = await reachBmc({ tx, caller, services, refuse }, params.node, 'power_on');
    if (node instanceof Redirect) return node;
    return order(tx, services, node, 'power_on', 'power.set', { bmc: node.bmc, ...powerChange('on') });
  },

  answer: nothingIfDone,
});
