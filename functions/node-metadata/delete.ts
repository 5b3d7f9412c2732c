import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { findNode } from '../../db/queries/nodes.ts';
import { nodeMetadata } from '../../db/schema.ts';
import { metadataLabel, nodeLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';

/** Deletes a fact about a node. */
export const deleteMetadata = writing({
  id: 'node_delete_metadata',
  summary: 'Delete an entry of the metadata of a node',
  method: 'DELETE',
  path: '/node/{node}/metadata/{label}',
  access: 'admin',
  params: z.strictObject({ node: nodeLabel, label: metadataLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    unknown_metadata: ['NotFoundError', 'the node has no metadata of this name'],
  },

  async write({ tx, refuse }, { params }) {
    const node = await findNode(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    const [deleted] = await tx
      .delete(nodeMetadata)
      .where(and(eq(nodeMetadata.nodeId, node.id), eq(nodeMetadata.label, params.label)))
      .returning({ label: nodeMetadata.label });
    if (!deleted) throw refuse('unknown_metadata', `node ${params.node} has no metadata ${params.label}`);
    return undefined;
  },
});
