import { z } from 'zod';
import type { Connection } from '../client.ts';
import { commandStatus } from './commands.ts';
import { moment } from './moment.ts';

const shownHeadnodeAction = z.object({
  status: commandStatus,
  action: z.enum(['headnode_start', 'headnode_stop', 'headnode_delete', 'console_input', 'console_break']),
  headnode: z.string(),
  projectId: z.coerce.number().nullable(),
  message: z.string().nullable(),
  result: z.unknown(),
  queuedAt: moment,
  finishedAt: moment.nullable(),
  deviceId: z.coerce.number(),
  overdue: z.boolean(),
});

/** What a user asked of a headnode, with what became of it. `overdue` means that it may be one that nobody will finish any more. */
export type ShownHeadnodeAction = z.output<typeof shownHeadnodeAction>;

/** Reads what a user asked of a headnode, which may be gone since. Undefined when there is nothing of this id. */
export async function showHeadnodeAction(sql: Connection, id: string): Promise<ShownHeadnodeAction | undefined> {
  const [row] = await sql`
    select c.status, a.action, a.headnode, a.project_id as "projectId", c.message, c.result, c.queued_at as "queuedAt",
        c.finished_at as "finishedAt", c.device_id as "deviceId", c.finished_at is null and c.not_after < now() as overdue
      from headnode_actions a join commands c on c.id = a.id where a.id = ${id}`;
  return row && shownHeadnodeAction.parse(row);
}
