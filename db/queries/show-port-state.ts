import { z } from 'zod';
import type { Connection } from '../client.ts';
import { portState } from '../commands/kinds.ts';
import { moment } from './moment.ts';

const carried = z.object({ networkId: z.coerce.number(), channel: z.string(), vlan: z.number() });

const shownPortState = z.object({
  idle: z.enum(['shut', 'up']),
  /** The networks of the NIC that is cabled to it, as proven. */
  attachments: z.array(carried),
  /** The unfinished action of that NIC; what it connects, or the id of the network that it takes away. */
  action: z
    .object({
      id: z.string(),
      change: z.enum(['connect', 'detach', 'revert']),
      networkId: z.coerce.number().nullable(),
      channel: z.string(),
      vlan: z.number().nullable(),
    })
    .nullable(),
  readState: portState.nullable(),
  readAt: moment.nullable(),
  suspectSince: moment.nullable(),
  suspectReason: z.string().nullable(),
  suspectVlans: z.array(z.number()),
  deviceId: z.coerce.number(),
  overdue: z.boolean(),
});

/** What a port is to be and what it was last read as. `overdue`: its action may be one that nobody will finish any more. */
export type ShownPortState = z.output<typeof shownPortState>;

/** Reads what is known of the state of a port, by its canonical name. Undefined when the switch has no such port. */
export async function showPortState(sql: Connection, switchLabel: string, label: string): Promise<ShownPortState | undefined> {
  const [row] = await sql`
    select coalesce(p.idle, s.idle) as idle, s.device_id as "deviceId", p.read_state as "readState", p.read_at as "readAt",
        p.suspect_since as "suspectSince", p.suspect_reason as "suspectReason", p.suspect_vlans as "suspectVlans",
        coalesce((select json_agg(json_build_object('networkId', t.network_id, 'channel', t.channel, 'vlan', v.id) order by t.channel)
          from attachments t join vlans v on v.network_id = t.network_id where t.nic_id = n.id), '[]') as attachments,
        case when a.id is not null then json_build_object('id', a.id, 'change', a.change, 'networkId', a.network_id,
          'channel', a.channel, 'vlan', (select v.id from vlans v where v.network_id = a.network_id)) end as action,
        coalesce(c.not_after < now(), false) as overdue
      from switches s join ports p on p.switch_id = s.id left join nics n on n.port_id = p.id
        left join networking_actions a on a.nic_id = n.id and a.finished_at is null left join commands c on c.id = a.id
      where s.label = ${switchLabel} and p.label = ${label}`;
  return row && shownPortState.parse(row);
}
