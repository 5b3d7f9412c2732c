import { z } from 'zod';
import type { Connection } from '../client.ts';
import { commandStatus } from './commands.ts';
import { moment } from './moment.ts';

const shownAction = z.object({
  status: commandStatus,
  change: z.enum(['connect', 'detach', 'revert']),
  node: z.string(),
  projectId: z.coerce.number().nullable(),
  nic: z.string(),
  network: z.string().nullable(),
  channel: z.string(),
  message: z.string().nullable(),
  queuedAt: moment,
  finishedAt: moment.nullable(),
  deviceId: z.coerce.number(),
  overdue: z.boolean(),
});

/** A networking action, with what became of its command. `overdue` means that it may be one that nobody will finish any more. */
export type ShownAction = z.output<typeof shownAction>;

/** Reads a networking action. Undefined when there is none of this id. */
export async function showNetworkingAction(sql: Connection, id: string): Promise<ShownAction | undefined> {
  const [row] = await sql`
    select c.status, a.change, n.label as node, n.project_id as "projectId", i.label as nic, a.network, a.channel, c.message,
        c.queued_at as "queuedAt", c.finished_at as "finishedAt", c.device_id as "deviceId",
        c.finished_at is null and c.not_after < now() as overdue
      from networking_actions a join commands c on c.id = a.id join nics i on i.id = a.nic_id join nodes n on n.id = i.node_id
      where a.id = ${id}`;
  return row && shownAction.parse(row);
}
