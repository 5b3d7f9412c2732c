import { expect, test } from 'vitest';
import { z } from 'zod';
import { connect } from '../../db/client.ts';
import { chainAudit } from '../../db/queries/audit-chain.ts';
import { chainAll, writeEntries } from '../support/audit.ts';
import { drivenNode, reserve } from '../support/rack.ts';
import { until } from '../support/until.ts';
import { makeWorld, type World } from '../support/world.ts';

const verified = z.object({ from: z.int(), to: z.int(), is_complete: z.boolean(), problem: z.null() });
const verify = async (w: World, query = '') => verified.parse((await w.call('root', 'GET', `/audit/verification${query}`)).body);

test('what eight writers write while two hosts chain, one of which dies, is one chain without gaps', async (t) => {
  const w = await makeWorld(t);
  const { append } = w.services.audit;
  const WRITERS = 8;
  const EACH = 1_250;
  const all = WRITERS * EACH + 1;
  let isWritten = false;
  const connections = Array.from({ length: WRITERS + 2 }, () => connect(w.database.superuserUrl, 'test', 1));
  t.onTestFinished(async () => {
    await Promise.all(connections.map((connection) => connection.end({ timeout: 1 })));
  });
  const [first, second, ...writers] = connections;
  if (!first || !second) throw new Error('there are two hosts');
  const write = writers.map(async (writer, of) => {
    for (let n = 0; n < EACH; n += 10) {
      await writer.begin(async (tx) => {
        await tx`insert into audit (event, actor) select 'test', ${`writer-${of}`} from generate_series(1, 10)`;
      });
    }
  });
  let deaths = 0;
  const chaining = [first, second].map(async (host, which) => {
    for (;;) {
      const isLast = isWritten;
      const count = await chainAudit(host, 500, async (head, waiting) => {
        if (which === 0 && deaths < 3) {
          deaths += 1;
          const [row] = await w.sql`
            select pid from pg_locks where locktype = 'advisory' and objid = ${0x4841_4154} and database = (select oid from pg_database where datname = current_database())`;
          await w.sql`select pg_terminate_backend(${row?.['pid']})`;
        }
        return append(head, waiting);
      }).catch((error: unknown) => {
        if (isLast) throw error;
        return 1;
      });
      if (count === 0 && isLast) return;
    }
  });
  await Promise.all(write).finally(() => {
    isWritten = true;
  });
  await Promise.all(chaining);

  expect(deaths).toBe(3);
  await until(async () => (await chainAudit(second, 500, append)) === 0, 'nothing waits');
  const [row] =
    await w.sql`select count(*)::int as entries, min(seq)::int as first, max(seq)::int as last, count(distinct seq)::int as places from audit`;
  expect(row).toEqual({ entries: all, first: 1, last: all, places: all });
  const part = await verify(w);
  expect(part).toMatchObject({ from: 1, is_complete: false });
  const [head] = await w.sql`select hash from audit where seq = ${part.to}`;
  expect(await verify(w, `?after=${part.to}&hash=${head?.['hash']}`)).toMatchObject({ to: all, is_complete: true });
});

test('nobody who changes something waits for whoever chains, nor the other way round', async (t) => {
  const w = await makeWorld(t);
  await writeEntries(w, 3);
  const open = await w.sql.reserve();
  t.onTestFinished(() => open.release());
  // A change that is not committed yet, whose result is still corrected.
  await open`begin`;
  await open`insert into audit (id, event) values ('00000000-0000-4000-8000-000000000001', 'test')`;
  let isHeld = () => {};
  const held = new Promise<void>((resolve) => {
    isHeld = resolve;
  });
  const pool = w.services.database.$client;
  const chaining = chainAudit(pool, 500, async (head, waiting) => {
    await held;
    return w.services.audit.append(head, waiting);
  });
  await until(
    async () => (await w.sql`select from pg_locks where locktype = 'advisory' and objid = ${0x4841_4154}`).length > 0,
    'it chains',
  );
  // What is chained meanwhile keeps neither of these, nor another request, waiting.
  await open`update audit set result = '{"status": "done"}' where id = '00000000-0000-4000-8000-000000000001'`;
  await w.arrange('PUT', '/project/green');
  expect(await chainAudit(pool, 500, w.services.audit.append)).toBe(0);
  isHeld();
  expect(await chaining).toBe(4);
  expect(await chainAudit(pool, 500, w.services.audit.append)).toBe(1);
  await open`commit`;
  expect(await chainAudit(pool, 500, w.services.audit.append)).toBe(1);
  const chain = await w.sql`select event from audit where seq is not null order by seq`;
  expect(chain.slice(-2).map(({ event }) => event)).toEqual(['project_create', 'test']);
  expect(await verify(w)).toMatchObject({ to: 6, is_complete: true });
});

test('what is chained is not altered, by nobody who is let near it', async (t) => {
  const w = await makeWorld(t);
  const pool = w.services.database.$client;
  expect(await chainAudit(pool, 500, w.services.audit.append)).toBe(1);
  for (const connection of [pool, w.sql]) {
    await expect(connection`update audit set result = '{}'`).rejects.toThrow(
      'entry 1 of the audit is chained, and not to be altered',
    );
  }
});

test('the last month is forgotten by nobody, whatever age is asked for', async (t) => {
  const w = await makeWorld(t);
  await w.sql`update audit set at = now() - interval '31 days'`;
  const pool = w.services.database.$client;
  expect(await chainAudit(pool, 500, w.services.audit.append)).toBe(1);
  await w.sql`insert into audit (event, at) values ('test', now() - interval '29 days')`;
  expect(await chainAudit(pool, 500, w.services.audit.append)).toBe(1);
  const pruned = await pool`select prune_audit('0', 500)::int as pruned, prune_audit('0', 500)::int as again`;
  expect(pruned).toEqual([{ pruned: 1, again: 0 }]);
  expect(await w.sql`select from audit where event = 'test'`).toHaveLength(1);
});

test('a clock that was wrong for a moment has nothing young forgotten', async (t) => {
  const w = await makeWorld(t);
  await w.sql`update audit set at = now() - interval '3 years'`;
  await chainAll(w);
  await w.sql`insert into audit (at, event) values (now() - interval '1 day', 'test')`;
  await chainAll(w);
  // The server began with the clock of its firmware, and was told the time then.
  await w.sql`insert into audit (at, event) values ('1970-01-01', 'test')`;
  await chainAll(w);
  await w.sql`insert into audit (at, event) values (now() + interval '9 years', 'test')`;
  await chainAll(w);
  const [row] = await w.sql`select prune_audit('730 days', 500)::int as forgotten`;
  expect(row).toEqual({ forgotten: 1 });
  expect(await w.sql`select from audit where event = 'test'`).toHaveLength(3);
});

test('what is done to the nodes of a project at once is found by the name of each node', async (t) => {
  const w = await makeWorld(t);
  for (const node of ['n1', 'n2']) {
    await drivenNode(w, node);
    await reserve(w, node, 'blue');
  }
  const asked = await w.call(
    'ada',
    'POST',
    '/project/blue/power',
    { nodes: ['n1', 'n2'], action: 'off' },
    { prefer: 'respond-async' },
  );
  expect(asked.status).toBe(202);
  await w.sql`update commands set status = 'done', finished_at = now()`;
  await chainAll(w);
  expect((await w.call('root', 'GET', '/audit?node=n1&event=command_ended')).body).toMatchObject([
    { event: 'command_ended', node: 'n1', projects: ['blue'], subject: { device: 'bmc/n1' } },
  ]);
  expect((await w.call('ada', 'GET', '/project/blue/audit?event=command_ended')).body).toMatchObject([
    { node: 'n1' },
    { node: 'n2' },
  ]);
});
