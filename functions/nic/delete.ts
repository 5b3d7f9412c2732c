import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { isSuspect, lockNic } from '../../db/queries/nics.ts';
import { findNode } from '../../db/queries/nodes.ts';
import { nics } from '../../db/schema.ts';
import { nicLabel, nodeLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { isBusy } from '../rules/port-change.ts';

/** Deletes a NIC of a free node. The port that it was cabled to can take another. */
export const deleteNic = writing({
  id: 'node_delete_nic',
  summary: 'Delete a NIC of a free node',
  method: 'DELETE',
  path: '/node/{node}/nic/{nic}',
  access: 'admin',
  params: z.strictObject({ node: nodeLabel, nic: nicLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    unknown_nic: ['NotFoundError', 'the node has no NIC of this name'],
    node_taken: ['BlockedError', 'a project has the node'],
    busy: ['BlockedError', 'an action of the NIC is still pending'],
    suspect_port: ['BlockedError', 'the switch port of the NIC could not be proven to be in no network'],
  },

  async write({ tx, refuse }, { params }) {
    const node = await findNode(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    const nic = await lockNic(tx, node.id, params.nic);
    if (!nic) throw refuse('unknown_nic', `node ${params.node} has no NIC ${params.nic}`);
    if (node.projectId !== null) {
      throw refuse('node_taken', `a project has node ${params.node}: release it with detach_node first`);
    }
    if (nic.port && (await isBusy(tx, nic, nic.port))) {
      throw refuse('busy', `an action of NIC ${params.nic} is still pending: try again when it is DONE or ERROR`);
    }
    if (nic.port && (await isSuspect(tx, nic.port.id))) {
      throw refuse(
        'suspect_port',
        `what ${nic.port.switch.label} ${nic.port.label} carries is not known: an administrator's revert of the port must be DONE first`,
      );
    }
    await tx.delete(nics).where(eq(nics.id, nic.id));
    return undefined;
  },
});
