import { z } from 'zod';
import type { Connection } from '../client.ts';
import { moment } from './moment.ts';

/** What is done with a command: the states of docs/command-states.md. */
export const commandStatus = z.enum(['queued', 'running', 'done', 'failed', 'refused', 'unknown']);
export type CommandStatus = z.output<typeof commandStatus>;

const shownCheck = z.object({
  status: commandStatus,
  switch: z.string(),
  message: z.string().nullable(),
  result: z.unknown(),
  queuedAt: moment,
  finishedAt: moment.nullable(),
  deviceId: z.coerce.number(),
  overdue: z.boolean(),
});

/** A check of a switch. `overdue` means that it may be one that nobody will finish any more. */
export type ShownCheck = z.output<typeof shownCheck>;

/** Reads a check of a switch. Undefined when there is none of this id. */
export async function showCheck(sql: Connection, id: string): Promise<ShownCheck | undefined> {
  const [row] = await sql`
    select c.status, substr(d.label, length('switch/') + 1) as switch, c.message, c.result, c.queued_at as "queuedAt",
        c.finished_at as "finishedAt", c.device_id as "deviceId", c.finished_at is null and c.not_after < now() as overdue
      from commands c join devices d on d.id = c.device_id where c.id = ${id} and c.kind = 'switch.check'`;
  return row && shownCheck.parse(row);
}

const ending = z.object({
  id: z.string(),
  kind: z.string(),
  device: z.string(),
  status: commandStatus,
  message: z.string().nullable(),
  result: z.unknown(),
  finishedAt: moment.nullable(),
});

/** A command, and what became of it so far. */
export type CommandEnding = z.output<typeof ending>;

/** Reads what became of commands, in no order. */
export async function readEndings(sql: Connection, ids: readonly string[]): Promise<CommandEnding[]> {
  const rows = await sql`
    select c.id, c.kind, d.label as device, c.status, c.message, c.result, c.finished_at as "finishedAt"
      from commands c join devices d on d.id = c.device_id where c.id = any (${[...ids]}::uuid[])`;
  return rows.map((row) => ending.parse(row));
}

/** Reads what became of a command that was waited for. */
export async function readEnding(sql: Connection, id: string): Promise<CommandEnding> {
  const [found] = await readEndings(sql, [id]);
  if (!found) throw new Error(`command ${id} has ended, and there is nothing of it`);
  return found;
}

/** Reads something that may be overdue; whoever looks first ends what nobody will carry out any more. */
export async function readCurrent<T extends { readonly overdue: boolean; readonly deviceId: number }>(
  sql: Connection,
  read: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const seen = await read();
  if (!seen?.overdue) return seen;
  await sql`select expire_commands(${seen.deviceId})`;
  return read();
}
