import { z } from 'zod';
import type { Connection } from '../client.ts';
import { moment } from './moment.ts';

const shownSwitch = z.object({
  type: z.string(),
  hostname: z.string(),
  port: z.number(),
  settings: z.record(z.string(), z.json()),
  agent: z.string(),
  idle: z.enum(['shut', 'up']),
  unsavedSince: moment.nullable(),
  version: z.string().nullable(),
  lastContactAt: moment.nullable(),
  ports: z.array(z.object({ label: z.string(), suspectSince: moment.nullable(), suspectReason: z.string().nullable() })),
});

/** A switch with its ports, without its credentials. */
export type ShownSwitch = z.output<typeof shownSwitch>;

/** Reads a switch and its ports. Undefined when there is none of this name. */
export async function showSwitch(sql: Connection, label: string): Promise<ShownSwitch | undefined> {
  const [row] = await sql`
    select s.type, s.hostname, s.port, s.settings, s.idle, d.version, d.last_contact_at as "lastContactAt", a.label as agent, d.unsaved_since as "unsavedSince",
        coalesce((select json_agg(json_build_object(
            'label', p.label, 'suspectSince', p.suspect_since, 'suspectReason', p.suspect_reason) order by p.id)
          from ports p where p.switch_id = s.id), '[]') as ports
      from switches s join agents a on a.id = s.agent_id join devices d on d.id = s.device_id
      where s.label = ${label}`;
  return row && shownSwitch.parse(row);
}
