import type { Logger } from 'pino';
import type { Database } from '../../db/client.ts';
import { pruneFailedLogins } from '../../db/queries/failed-logins.ts';
import { pruneRequests } from '../../db/queries/idempotency.ts';
import type { Settings } from '../../functions/settings.ts';

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MEGABYTE = 1024 * 1024;
/** How many entries of the audit are forgotten at a time. */
const AUDIT_PART = 10_000;

/** Forgets what is too old or too much, now and from time to time, until the function that it answers is called. What fails is logged. */
export function startPruning(database: Database, settings: Settings, log: Logger): () => void {
  const { $client: sql } = database;
  const timers = [
    repeat(DAY, 'the history', () => pruneHistory(sql, settings)),
    repeat(DAY, 'the audit', () => pruneAudit(sql, settings)),
    repeat(HOUR, 'requests with an Idempotency-Key', () => pruneRequests(sql, settings.idempotencyHours)),
    repeat(HOUR, 'failed logins', () => pruneFailedLogins(database)),
    repeat(MINUTE, 'the logs of consoles', () => pruneConsoles(sql, settings)),
  ];

  function repeat(interval: number, what: string, prune: () => Promise<void>) {
    const pruning = () => prune().catch((error: unknown) => log.warn({ err: error }, `${what}: not pruned`));
    void pruning();
    return setInterval(pruning, interval).unref();
  }

  return () => timers.forEach(clearInterval);
}

/** Forgets what ended too long ago, a part at a time. */
async function pruneHistory(sql: Database['$client'], { historyDays }: Settings): Promise<void> {
  for (;;) {
    const [row] = await sql`select prune_history(make_interval(days => ${historyDays})) = 0 as "isDone"`;
    if (row?.['isDone'] !== false) return;
  }
}

/** Forgets what is too old of the audit, a part at a time. */
async function pruneAudit(sql: Database['$client'], { auditDays }: Settings): Promise<void> {
  for (;;) {
    const [row] = await sql`select prune_audit(make_interval(days => ${auditDays}), ${AUDIT_PART}) = 0 as "isDone"`;
    if (row?.['isDone'] !== false) return;
  }
}

/** Forgets what is too old or too much of the logs of consoles, a part at a time. */
async function pruneConsoles(sql: Database['$client'], { consoleDays, consoleMegabytes }: Settings): Promise<void> {
  for (;;) {
    const [row] = await sql`
      select prune_consoles(make_interval(days => ${consoleDays}), ${consoleMegabytes * MEGABYTE}) = 0 as "isDone"`;
    if (row?.['isDone'] !== false) return;
  }
}
