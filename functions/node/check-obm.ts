import { z } from 'zod';
import { findBmc } from '../../db/queries/bmcs.ts';
import { readEnding } from '../../db/queries/commands.ts';
import { commanding } from '../http/commanding.ts';
import { nodeLabel } from '../http/labels.ts';
import { nothing } from '../http/operation.ts';
import { bmcReport, bmcReportOf } from '../rules/bmc-report.ts';
import { order } from '../rules/node-action.ts';
import { bmcAccessOf } from '../rules/obm-access.ts';

/**
 * Has the agent log in to the BMC of a node and ask what it is: it changes nothing, and tells whether address and credentials are right.
 * A BMC that does not answer is an answer too: the check was carried out, and found that.
 */
export const checkObm = commanding({
  id: 'node_check_obm',
  summary: 'Check that the BMC of a node can be reached, and with these credentials',
  method: 'POST',
  path: '/node/{node}/obm/check',
  access: 'admin',
  params: z.strictObject({ node: nodeLabel }),
  body: nothing,
  result: bmcReport,
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    obmd_node: ['IllegalStateError', 'the BMC of the node is reached by obmd, and not by an agent'],
  },

  async write({ tx, services, refuse }, { params }) {
    const node = await findBmc(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    const { way } = node;
    if (way.by === 'obmd') {
      throw refuse(
        'obmd_node',
        `the BMC of node ${params.node} is reached by obmd: an agent checks only those that it drives itself`,
      );
    }
    const bmc = bmcAccessOf(node.label, way);
    return order(tx, services, { ...node, way, bmc }, 'obm_check', 'bmc.check', { bmc });
  },

  async answer({ sql }, id) {
    const report = bmcReportOf(await readEnding(sql, id));
    if (!report) throw new Error(`check ${id} has not ended`);
    return report;
  },
});
