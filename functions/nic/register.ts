import { z } from 'zod';
import { nicLabel, nodeLabel, plainText } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';

/** A hardware address is shown in lower case with colons, however it was typed; anything else is free text, as it always was. */
const macAddress = plainText
  .max(255)
  .meta({
    description: 'Hardware address in any of the usual notations; other text is kept as it is',
    examples: ['52:54:00:12:34:56'],
  })
  .transform((text) => {
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
  params: z.strictObject({ node: nodeLabel, nic: nicLabel }),
  body: z.strictObject({ macaddr: macAddress }),
  result: empty,
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    duplicate_nic: ['DuplicateError', 'the node has a NIC of this name already'],
  },

  async writeOnce({ sql, entry, refuse }, { params, body }) {
    const [nic] = await sql`
      with nic as (
        insert into nics (node_id, label, mac_address)
          select id, ${params.nic}, ${body.macaddr} from nodes where label = ${params.node} for key share
          on conflict do nothing returning id)
      select id, record_request(${entry}::text::jsonb) from nic`;
    if (nic) return undefined;
    const [node] = await sql`select from nodes where label = ${params.node}`;
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    throw refuse('duplicate_nic', `node ${params.node} has a NIC ${params.nic} already`);
  },
});
