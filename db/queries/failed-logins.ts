import { hash } from 'node:crypto';
import { lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Database } from '../client.ts';
import { failedLogins } from '../schema.ts';

/** For how long a failed login counts. */
export const FAILURES_COUNT_FOR = '15 minutes';
/** How many rows of a name or an address are added up at most: who has failed more often is as slow as can be. */
const ENOUGH = 20;

const counted = z.object({ failures: z.coerce.number() });

/** Counts a failed login, and answers how many there were of late under the name or from the address, whichever are more. */
export async function countFailedLogin(connection: Connection, login: string, address: string): Promise<number> {
  const name = digest(login);
  const [row] = await connection`
    with this as (
      insert into failed_logins as f (login, address, failures, last_at) values (${name}, ${address}, 1, now())
        on conflict (login, address) do update
          set failures = case when f.last_at > now() - ${FAILURES_COUNT_FOR}::interval then f.failures + 1 else 1 end, last_at = now()
        returning failures)
    select this.failures + greatest(
        (select coalesce(sum(counted.failures), 0) from (select o.failures from failed_logins o
          where o.login = ${name} and o.address <> ${address} and o.last_at > now() - ${FAILURES_COUNT_FOR}::interval limit ${ENOUGH}) counted),
        (select coalesce(sum(counted.failures), 0) from (select o.failures from failed_logins o
          where o.address = ${address} and o.login <> ${name} and o.last_at > now() - ${FAILURES_COUNT_FOR}::interval limit ${ENOUGH}) counted)
      ) as failures
      from this`;
  return counted.parse(row).failures;
}

/** Forgets what failed under a name from an address. */
export async function forgetFailedLogins(connection: Connection, login: string, address: string): Promise<void> {
  await connection`delete from failed_logins where login = ${digest(login)} and address = ${address}`;
}

/** Forgets what counts no more. */
export async function pruneFailedLogins(database: Database): Promise<void> {
  await database.delete(failedLogins).where(lt(failedLogins.lastAt, sql`now() - ${FAILURES_COUNT_FOR}::interval`));
}

/** What is kept of a name: SHA-256, in base64url. People give a password or token where a name belongs. */
function digest(login: string): string {
  return hash('sha256', login, 'base64url');
}
