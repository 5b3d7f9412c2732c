import { describe, expect, test } from 'vitest';
import { connect } from '../../../db/client.ts';
import { agentLogin } from '../../../db/roles.ts';
import { hashPassword } from '../../../functions/passwords.ts';
import { makeAgentSite } from '../../support/agent-site.ts';
import { startApiProcess } from '../../support/api-process.ts';
import { skipped } from '../../support/lacking.ts';
import { pgbouncerMissing, startPgbouncer } from '../../support/pgbouncer.ts';
import { quickAgent } from '../../support/quick-agent.ts';
import { mockSwitch } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import { basic, makeWorld, type World } from '../../support/world.ts';

/** How many connections there are to the world's database for hearing what it tells an API host. */
async function listeners(w: World): Promise<number> {
  const [row] = await w.sql`select count(*)::int as count from pg_stat_activity
    where datname = ${w.database.name} and application_name = 'haas api listener'`;
  return Number(row?.['count']);
}

describe.skipIf(pgbouncerMissing !== undefined)(`behind PgBouncer${skipped(pgbouncerMissing)}`, () => {
  test.for([
    { past: 'nothing that goes past it', isHeard: false },
    { past: 'a URL that goes past it', isHeard: true },
  ])(
    'in transaction mode, with $past, an API host does all that it does elsewhere',
    { timeout: 60_000 },
    async ({ isHeard }, t) => {
      const w = await makeWorld(t);
      await mockSwitch(w, 'sw1');
      const through = await startPgbouncer(t, 'transaction', ['haas_api']);
      const api = await startApiProcess(t, w, {
        DATABASE_URL: through(w.database.apiUrl),
        HAAS_DATABASE_POOLER: 'transaction',
        ...(isHeard ? { HAAS_LISTEN_DATABASE_URL: w.database.apiUrl } : {}),
      });
      expect((await listeners(w)) > 0).toBe(isHeard);

      // More at once than there are sessions, each of several statements that must not meet another's.
      const made = Array.from({ length: 8 }, async (_, number) => {
        const network = { owner: 'blue', access: 'blue', net_id: '' };
        return (await api.call('ada', 'PUT', `/network/lan-${number}`, network)).status;
      });
      expect(await Promise.all(made)).toEqual(Array(8).fill(200));
      expect((await api.call('ada', 'PUT', '/network/lan-1', { owner: 'blue', access: 'blue', net_id: '' })).status).toBe(409);
      expect(await w.sql`select count(distinct id)::int as vlans from vlans where network_id is not null`).toEqual([
        { vlans: 8 },
      ]);

      await quickAgent(w, { status: 'done', result: { check: { version: 'Mock 1', ports: [] } } });
      expect(await api.call('root', 'POST', '/switch/sw1/check', {})).toMatchObject({
        status: 200,
        body: { ok: true, version: 'Mock 1' },
      });

      // As another host does it, which this one can only hear of.
      await w.sql`update users set password_hash = ${await hashPassword('another')} where label = 'root'`;
      const signIn = async (password: string) =>
        (await fetch(`${api.url}/projects`, { headers: { authorization: basic('root', password) } })).status;
      // Where nothing is heard, nobody is remembered.
      if (isHeard) await until(async () => (await signIn('correct horse')) === 401, 'the host has heard of it');
      expect([await signIn('correct horse'), await signIn('another')]).toEqual([401, 200]);
    },
  );

  test('in transaction mode an API host that was not told of it is turned away at once', async (t) => {
    const w = await makeWorld(t);
    const through = await startPgbouncer(t, 'transaction', ['haas_api']);
    const sql = connect(through(w.database.apiUrl), 'test', 1);
    t.onTestFinished(() => sql.end({ timeout: 0 }));
    await expect(sql`select 1`).rejects.toThrow('unsupported startup parameter: idle_in_transaction_session_timeout');
  });

  test('in session mode an agent is woken', async (t) => {
    const site = await makeAgentSite(t);
    const url = await site.database.agentUrl('rack-1');
    const through = await startPgbouncer(t, 'session', [agentLogin('rack-1')]);
    const agent = await site.start({ url: through(url), timing: { poll: 600_000, beat: 600_000 } });
    expect(await site.ended(await site.queue())).toMatchObject({ status: 'done' });
    // Before the pooler ends: it has a device to give back.
    await agent.stop();
  });
});
