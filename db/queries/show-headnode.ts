import { z } from 'zod';
import type { Connection } from '../client.ts';
import { commandStatus } from './commands.ts';
import { moment } from './moment.ts';

const shownHeadnode = z.object({
  name: z.string(),
  project: z.string(),
  baseImage: z.string(),
  uuid: z.string(),
  memory: z.number(),
  vcpus: z.number(),
  disk: z.number(),
  fullCopy: z.boolean(),
  agent: z.string(),
  agentSeenAt: moment.nullable(),
  isFrozen: z.boolean(),
  hnics: z.array(z.object({ label: z.string(), macaddr: z.string(), network: z.string().nullable() })),
  reading: z.object({ status: commandStatus, message: z.string().nullable(), result: z.unknown() }).nullable(),
});

/** A headnode with its interfaces, in the order in which they were made, and what became of a command that read it, if one did. */
export type ShownHeadnode = z.output<typeof shownHeadnode>;

/** Reads a headnode and what a command told of it, at one moment. Undefined when it is gone. */
export async function showHeadnode(sql: Connection, id: number, reading: string | null): Promise<ShownHeadnode | undefined> {
  const [row] = await sql`
    select h.label as name, p.label as project, h.base_image as "baseImage", h.uuid, h.memory, h.vcpus, h.disk,
        h.full_copy as "fullCopy", a.label as agent, a.last_seen_at as "agentSeenAt",
        h.made or exists (
          select from headnode_actions s join commands c on c.id = s.id
            where s.headnode_id = h.id and s.action = 'headnode_start' and c.finished_at is null) as "isFrozen",
        coalesce((select json_agg(json_build_object('label', i.label, 'macaddr', i.mac_address, 'network', w.label) order by i.id)
          from hnics i left join networks w on w.id = i.network_id where i.headnode_id = h.id), '[]') as hnics,
        (select json_build_object('status', r.status, 'message', r.message, 'result', r.result)
          from commands r where r.id = ${reading}) as reading
      from headnodes h join projects p on p.id = h.project_id join agents a on a.id = h.agent_id
      where h.id = ${id}`;
  return row && shownHeadnode.parse(row);
}
