import { z } from 'zod';
import { findNode } from '../../db/queries/nodes.ts';
import { nodeMetadata } from '../../db/schema.ts';
import { metadataLabel, nodeLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';

/** Sets a fact about a node to any JSON value; the value it had before is replaced. */
export const setMetadata = writing({
  id: 'node_set_metadata',
  summary: 'Set an entry of the metadata of a node',
  method: 'PUT',
  path: '/node/{node}/metadata/{label}',
  access: 'admin',
  params: z.strictObject({ node: nodeLabel, label: metadataLabel }),
  body: z.strictObject({
    value: z.json().meta({ description: 'Any JSON value; it replaces the one before', examples: ['A7'] }),
  }),
  result: empty,
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
  },

  async write({ tx, refuse }, { params, body }) {
    const node = await findNode(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    const value = JSON.stringify(body.value);
    await tx
      .insert(nodeMetadata)
      .values({ nodeId: node.id, label: params.label, value })
      .onConflictDoUpdate({ target: [nodeMetadata.nodeId, nodeMetadata.label], set: { value } });
    return undefined;
  },
});
