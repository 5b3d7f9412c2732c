import { z } from 'zod';
import { readEnding } from '../../db/queries/commands.ts';
import { commanding } from '../http/commanding.ts';
import { nodeLabel } from '../http/labels.ts';
import { nothing, Redirect } from '../http/operation.ts';
import { order, powerStatus, powerStatusOf } from '../rules/node-action.ts';
import { obmRefusals, reachBmc } from '../rules/obm-access.ts';

/** Asks the BMC of a node whether the machine has power. That nobody can tell is an answer too, with the reason. */
export const showPowerStatus = commanding({
  id: 'node_power_status',
  summary: 'Show whether a node has power',
  method: 'GET',
  path: '/node/{node}/power_status',
  access: 'user',
  redirects: true,
  params: z.strictObject({ node: nodeLabel }),
  body: nothing,
  result: powerStatus,
  refusals: obmRefusals,

  async write({ tx, caller, services, refuse }, { params }) {
    const node = await reachBmc({ tx, caller, services, refuse }, params.node, 'power_status');
    if (node instanceof Redirect) return node;
    return order(tx, services, node, 'power_status', 'power.read', { bmc: node.bmc });
  },

  async answer({ sql }, id) {
    return powerStatusOf(await readEnding(sql, id));
  },
});
