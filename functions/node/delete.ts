import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockBmc } from '../../db/queries/bmcs.ts';
import { aNicOf } from '../../db/queries/nodes.ts';
import { nodes } from '../../db/schema.ts';
import { nodeLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { isBmcBusy } from '../rules/bmc-pending.ts';
import { stopConsole } from '../rules/console-hold.ts';

/** Deletes a free node without NICs. Its metadata goes with it. */
export const deleteNode = writing({
  id: 'node_delete',
  summary: 'Delete a node that is free and has no NICs',
  method: 'DELETE',
  path: '/node/{node}',
  access: 'admin',
  params: z.strictObject({ node: nodeLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    node_taken: ['BlockedError', 'a project has the node'],
    has_nics: ['BlockedError', 'the node has NICs'],
    busy: ['BlockedError', 'an action of the power or boot device of the node is still pending'],
  },

  async write({ tx, services, refuse }, { params }) {
    const node = await lockBmc(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    if (node.projectId !== null) {
      throw refuse('node_taken', `a project has node ${params.node}: release it with detach_node first`);
    }
    const nic = await aNicOf(tx, node.id);
    if (nic !== undefined) throw refuse('has_nics', `node ${params.node} has NIC ${nic}: delete its NICs first`);
    // The machine may soon be registered under another name, and be somebody's.
    if (await isBmcBusy(tx, node)) {
      throw refuse(
        'busy',
        `node ${params.node} is still to be switched, booted otherwise or typed into: try again when that is DONE or ERROR`,
      );
    }
    await stopConsole(tx, services, node);
    await tx.delete(nodes).where(eq(nodes.id, node.id));
    return undefined;
  },
});
