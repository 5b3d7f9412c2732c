import { chainAudit } from '../../db/queries/audit-chain.ts';
import { MOST_TOGETHER } from '../../functions/rules/audit-chain.ts';
import { until } from './until.ts';
import type { World } from './world.ts';

/** Chains whatever of a world's audit is not chained, as an API host does, and beside those that there are; so many at a time. */
export async function chainAll(w: Pick<World, 'services'>, together = MOST_TOGETHER): Promise<void> {
  const { database, audit } = w.services;
  const sql = database.$client;
  await until(async () => {
    await chainAudit(sql, together, audit.append);
    return (await sql`select from audit where seq is null limit 1`).length === 0;
  }, 'all is chained');
}

/** Writes entries of an event `test` that are not chained: number 1 to `count`, each a millisecond after the one before. */
export async function writeEntries(w: Pick<World, 'sql'>, count: number): Promise<void> {
  await w.sql`
    insert into audit (at, event, details)
      select clock_timestamp() + number * interval '1 ms', 'test', jsonb_build_object('number', number)
        from generate_series(1, ${count}::int) number`;
}
