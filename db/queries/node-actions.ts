import { z } from 'zod';
import type { Connection } from '../client.ts';
import { commandStatus } from './commands.ts';
import { moment } from './moment.ts';

const shownNodeAction = z.object({
  status: commandStatus,
  action: z.enum([
    'power_on',
    'power_off',
    'power_cycle',
    'power_status',
    'boot_device',
    'obm_check',
    'console_input',
    'console_break',
  ]),
  node: z.string(),
  projectId: z.coerce.number().nullable(),
  message: z.string().nullable(),
  result: z.unknown(),
  queuedAt: moment,
  finishedAt: moment.nullable(),
  deviceId: z.coerce.number(),
  overdue: z.boolean(),
});

/** What a user asked of a node's BMC, with what became of it. `overdue` means that it may be one that nobody will finish any more. */
export type ShownNodeAction = z.output<typeof shownNodeAction>;

/** Reads what a user asked of a node's BMC. Undefined when there is nothing of this id. */
export async function showNodeAction(sql: Connection, id: string): Promise<ShownNodeAction | undefined> {
  const [row] = await sql`
    select c.status, a.action, n.label as node, n.project_id as "projectId", c.message, c.result, c.queued_at as "queuedAt",
        c.finished_at as "finishedAt", c.device_id as "deviceId", c.finished_at is null and c.not_after < now() as overdue
      from node_actions a join commands c on c.id = a.id join nodes n on n.id = a.node_id where a.id = ${id}`;
  return row && shownNodeAction.parse(row);
}
