import { z } from 'zod';
import { findNode } from '../../db/queries/nodes.ts';
import { nics } from '../../db/schema.ts';
import { label, plainText } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';

/** A hardware address is shown in lower case with colons, however it was typed; anything else is free text, as it always was. */
const macAddress = plainText.max(255).transform((text) => {
  const digits = /^[0-9a-f]{2}([:.-]?[0-9a-f]{2}){5}$/i.test(text) || /^[0-9a-f]{4}([.:-][0-9a-f]{4}){2}$/i.test(text);
  return digits ? (text.toLowerCase().match(/[0-9a-f]{2}/g) ?? []).join(':') : text;
});

/** Adds a NIC to a node; also to one that a project has. */
export const registerNic = writing({
  id: 'node_register_nic',
  summary: 'Register a NIC of a node',
  method: 'PUT',
  path: '/node/{node}/nic/{nic}',
  access: 'admin',
  params: z.strictObject({ node: label, nic: label }),
  body: z.strictObject({ macaddr: macAddress }),
  result: empty,
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    duplicate_nic: ['DuplicateError', 'the node has a NIC of this name already'],
  },

  async write({ tx, refuse }, { params, body }) {
    const node = await findNode(tx, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    const [nic] = await tx
      .insert(nics)
      .values({ nodeId: node.id, label: params.nic, macAddress: body.macaddr })
      .onConflictDoNothing()
      .returning({ id: nics.id });
    if (!nic) throw refuse('duplicate_nic', `node ${params.node} has a NIC ${params.nic} already`);
    return undefined;
  },
});
