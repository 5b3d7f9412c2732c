import { z } from 'zod';
import type { Connection } from '../client.ts';

const cable = z.object({ node: z.string(), nic: z.string(), networks: z.record(z.string(), z.string()) });
const row = z.object({ cable: cable.nullable() });

/** What a port is cabled to, and the networks that it carries by channel. */
export type Cable = z.output<typeof cable>;

const kind = z.object({ type: z.string(), settings: z.record(z.string(), z.json()) });

/** Reads the type and the settings of a switch, which say what its ports are called. Undefined when there is no such switch. */
export async function switchKind(sql: Connection, label: string): Promise<z.output<typeof kind> | undefined> {
  const [found] = await sql`select type, settings from switches where label = ${label}`;
  return found && kind.parse(found);
}

/** Reads what a port is cabled to: null for nothing, undefined when the switch has no port of this canonical name. */
export async function showPort(sql: Connection, switchLabel: string, label: string): Promise<Cable | null | undefined> {
  const [found] = await sql`
    select case when c.id is not null then json_build_object('node', n.label, 'nic', c.label,
          'networks', coalesce((select json_object_agg(a.channel, w.label)
            from attachments a join networks w on w.id = a.network_id where a.nic_id = c.id), '{}')) end as cable
      from switches s join ports p on p.switch_id = s.id left join nics c on c.port_id = p.id left join nodes n on n.id = c.node_id
      where s.label = ${switchLabel} and p.label = ${label}`;
  return found && row.parse(found).cable;
}
