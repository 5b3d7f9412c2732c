import { z } from 'zod';
import type { Connection } from '../client.ts';

const shownNode = z.object({
  projectId: z.coerce.number().nullable(),
  project: z.string().nullable(),
  nics: z.array(
    z.object({
      label: z.string(),
      macaddr: z.string(),
      port: z.string().nullable(),
      switch: z.string().nullable(),
      networks: z.record(z.string(), z.string()),
    }),
  ),
  metadata: z.record(z.string(), z.string()),
});

/** A node with everything around it, as one statement reads it. */
export type ShownNode = z.output<typeof shownNode>;

/** Reads a node, its NICs, where they are cabled, the networks they are on, and its metadata. Undefined when there is none of this name. */
export async function showNode(sql: Connection, label: string): Promise<ShownNode | undefined> {
  const [row] = await sql`
    select n.project_id as "projectId",
        (select p.label from projects p where p.id = n.project_id) as project,
        coalesce((select json_agg(json_build_object(
            'label', c.label, 'macaddr', c.mac_address, 'port', o.label, 'switch', s.label,
            'networks', coalesce((select json_object_agg(a.channel, w.label)
              from attachments a join networks w on w.id = a.network_id where a.nic_id = c.id), '{}')) order by c.label)
          from nics c left join ports o on o.id = c.port_id left join switches s on s.id = o.switch_id
          where c.node_id = n.id), '[]') as nics,
        coalesce((select json_object_agg(m.label, m.value) from node_metadata m where m.node_id = n.id), '{}') as metadata
      from nodes n where n.label = ${label}`;
  return row && shownNode.parse(row);
}
