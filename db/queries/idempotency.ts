import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import { idempotencyKeys } from '../schema.ts';

/** For how long a request that was begun, and of whose end nothing is known, is taken to be under way: longer than any takes. */
const UNDER_WAY_FOR = '2 minutes';

/** A request that is to be carried out once: who sends it, under which key, and the HMAC of what it is. */
export interface KeyedRequest {
  readonly caller: string;
  readonly key: string;
  readonly request: string;
}

/** What is known of a request that was begun before. */
export interface BegunRequest {
  /** The HMAC of what it was. */
  readonly request: string;
  /** What it came to, encrypted; null: it is under way, in transactions of its own. */
  readonly outcome: string | null;
}

const looked = z.object({ is_new: z.boolean(), is_over: z.boolean(), request: z.string(), outcome: z.string().nullable() });

/**
 * Begins a request, unless its key was used before: then answers what is known of that. Another that was begun and is not committed is
 * waited for. Keys older than `hours` count no more.
 */
export async function beginRequest(tx: Tx, { caller, key, request }: KeyedRequest, hours: number): Promise<BegunRequest | null> {
  const isOver = sql`(created_at < now() - make_interval(hours => ${hours})
    or outcome is null and created_at < now() - ${UNDER_WAY_FOR}::interval)`;
  for (;;) {
    const [row] = await tx.execute(sql`
      with begun as (
        insert into idempotency_keys (caller, key, request) values (${caller}, ${key}, ${request})
          on conflict do nothing returning request, outcome)
      select true as is_new, false as is_over, request, outcome from begun
      union all
      select false, ${isOver}, request, outcome from idempotency_keys where caller = ${caller} and key = ${key}`);
    // Neither begun nor to be seen: another was committed while this waited for it. The next statement sees it.
    if (!row) continue;
    const { is_new, is_over, ...known } = looked.parse(row);
    if (is_new) return null;
    if (!is_over) return known;
    await tx.execute(sql`delete from idempotency_keys where caller = ${caller} and key = ${key} and ${isOver}`);
  }
}

/** Keeps what a request came to. Where two carried it out, since the first was taken for dead, the first that ends is believed. */
export async function keepOutcome(tx: Tx, request: KeyedRequest, outcome: string): Promise<void> {
  await tx.update(idempotencyKeys).set({ outcome }).where(isUnderWay(request));
}

/** Forgets a request that came to nothing that is kept. */
export async function forgetRequest(tx: Tx, request: KeyedRequest): Promise<void> {
  await tx.delete(idempotencyKeys).where(isUnderWay(request));
}

/** Another request may have got the key meanwhile. */
function isUnderWay({ caller, key, request }: KeyedRequest) {
  return and(
    eq(idempotencyKeys.caller, caller),
    eq(idempotencyKeys.key, key),
    eq(idempotencyKeys.request, request),
    isNull(idempotencyKeys.outcome),
  );
}

/** Forgets requests that were begun more than `hours` ago. */
export async function pruneRequests(sql: Connection, hours: number): Promise<void> {
  await sql`delete from idempotency_keys where created_at < now() - make_interval(hours => ${hours})`;
}
