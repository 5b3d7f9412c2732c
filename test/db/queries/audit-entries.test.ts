import postgres from 'postgres';
import { describe, expect, test } from 'vitest';
import { type EntryFilter, type EntryPart, readEntries } from '../../../db/queries/audit-entries.ts';
import { testDatabase } from '../../support/database.ts';

const COUNT = 20_000;
const MINUTE = 60_000;
/** Entry 1 is of that time, and each a minute later than the one before. */
const BEGIN = Date.parse('2026-01-01T00:00:00Z');
const at = (seq: number) => new Date(BEGIN + seq * MINUTE).toISOString();

// All of what is asked for is together, far from where one would begin to look.
const filters: readonly (readonly [EntryFilter, index: RegExp])[] = [
  [{}, /audit_seq/],
  [{ actor: 'user-7' }, /audit_actor/],
  [{ event: 'event-3' }, /audit_event/],
  [{ node: 'node-55' }, /audit_node/],
  [{ request: 'request-177' }, /audit_request/],
  [{ projects: [17] }, /audit_projects/],
  [{ since: at(15_000), until: at(16_000) }, /audit_at/],
  [{ actor: 'user-15', since: at(15_000), until: at(16_000) }, /audit_(?:actor|at)/],
  [{ projects: [31], since: at(15_000), until: at(16_000) }, /audit_(?:projects|at)/],
];
const parts: readonly EntryPart[] = [
  { limit: 20, before: undefined },
  { limit: 20, before: 19_000 },
  { limit: 20, after: 2_000 },
];

describe.for(['force_custom_plan', 'force_generic_plan'])(`a page of ${COUNT} entries, with %s`, (plan_cache_mode) => {
  test('is read from an index in its order, and little more than the page', async (context) => {
    const sent: { text: string; parameters: unknown[] }[] = [];
    const { superuserUrl } = await testDatabase(context);
    const sql = postgres(superuserUrl, {
      max: 1,
      connection: { plan_cache_mode },
      debug: (_, text, parameters) => void sent.push({ text, parameters }),
    });
    context.onTestFinished(() => sql.end());
    await sql`
      insert into audit (seq, hash, at, event, actor, request, node, projects)
        select n, '', ${new Date(BEGIN)}::timestamptz + n * interval '1 minute', 'event-' || n / 2000, 'user-' || n / 1000, 'request-' || n / 50,
            'node-' || n / 100, array[n / 500]
          from generate_series(1, ${COUNT}::int) n`;
    await sql`insert into audit_projects select projects[1], seq from audit where seq is not null`;
    await sql`vacuum analyze audit, audit_projects`;

    for (const [filter, index] of filters) {
      for (const part of parts) {
        sent.length = 0;
        const found = await readEntries(sql, filter, part);
        const seqs = found.map(({ entry }) => entry.seq);
        expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
        const [statement] = sent;
        if (!statement) throw new Error('no statement was sent');
        const explain = `explain (analyze, costs off, timing off, summary off, buffers) ${statement.text}`;
        const lines = await sql.unsafe(explain, statement.parameters.map(String), { prepare: true });
        const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
        const what = `${JSON.stringify([filter, part])}\n${plan}`;
        expect(plan, what).toMatch(index);
        expect(plan, what).not.toMatch(/Seq Scan on audit/);
        // An hour more at either end is looked at where a time is given.
        const skipped = [...plan.matchAll(/Rows Removed by Filter: (\d+)/g)].reduce((sum, [, rows]) => sum + Number(rows), 0);
        expect(skipped, what).toBeLessThan(200);
        const read = /shared hit=(\d+)(?: read=(\d+))?/.exec(plan);
        expect(Number(read?.[1]) + Number(read?.[2] ?? 0), what).toBeLessThan(400);
      }
    }
  });
});

test('of several projects each entry is read once', async (context) => {
  const { superuserUrl } = await testDatabase(context);
  const sql = postgres(superuserUrl, { max: 1 });
  context.onTestFinished(() => sql.end());
  await sql`insert into audit (seq, hash, event, projects) select n, '', 'test', array[n % 3, 3] from generate_series(1, 12) n`;
  await sql`insert into audit_projects select unnest(projects), seq from audit where seq is not null`;
  const found = async (projects: readonly number[]) =>
    (await readEntries(sql, { projects }, { limit: 5, after: 2 })).map(({ entry, projectIds }) => [entry.seq, ...projectIds]);
  expect(await found([1, 2])).toEqual([
    [4, 1, 3],
    [5, 2, 3],
    [7, 1, 3],
    [8, 2, 3],
    [10, 1, 3],
  ]);
  expect(await found([3, 1])).toHaveLength(5);
  expect(await found([])).toEqual([]);
});

test('what is asked for by time has all of that time, also what was chained late and what is not near anything else', async (context) => {
  const { superuserUrl } = await testDatabase(context);
  const sql = postgres(superuserUrl, { max: 1 });
  context.onTestFinished(() => sql.end());
  // The transaction of entry 2 took longer than the one of entry 3; that of entry 4 took most of an hour. For hours nothing else was done.
  const times = [
    '2026-03-01T01:00:00Z',
    '2026-03-02T09:30:02Z',
    '2026-03-02T09:30:01Z',
    '2026-03-02T08:45:00Z',
    '2026-03-03T01:00:00Z',
  ];
  await sql`delete from audit`;
  await sql`insert into audit (seq, hash, event, at, actor)
    select n, '', 'test', moment, 'ada' from unnest(${times}::text[]::timestamptz[]) with ordinality as t (moment, n)`;
  const found = async (filter: EntryFilter) =>
    (await readEntries(sql, filter, { limit: 9, before: undefined })).map(({ entry }) => entry.seq);
  for (const who of [{}, { actor: 'ada' }]) {
    expect(await found({ ...who, since: '2026-03-02T09:30:00Z' })).toEqual([2, 3, 5]);
    expect(await found({ ...who, since: '2026-03-02T08:00:00Z' })).toEqual([2, 3, 4, 5]);
    expect(await found({ ...who, until: '2026-03-02T09:30:01Z' })).toEqual([1, 3, 4]);
    expect(await found({ ...who, until: '2026-03-02T09:00:00Z' })).toEqual([1, 4]);
    expect(await found({ ...who, until: '2026-03-01T00:00:00Z' })).toEqual([]);
    expect(await found({ ...who, since: '2026-03-04T00:00:00Z' })).toEqual([]);
  }
});
