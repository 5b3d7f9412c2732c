import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { expect, test } from 'vitest';
import { createEventFeed } from '../../../../functions/event/stream/feed.ts';
import { follow } from '../../../../functions/event/stream/following.ts';
import { anonymous, type Caller } from '../../../../functions/http/caller.ts';
import { chainAll, writeEntries } from '../../../support/audit.ts';
import { logged } from '../../../support/logged.ts';
import { until } from '../../../support/until.ts';
import { makeWorld } from '../../../support/world.ts';

test('many streams cost one query for what is new, heard or not', async (t) => {
  const w = await makeWorld(t);
  await chainAll(w);
  const sent: string[] = [];
  const sql = postgres(w.database.apiUrl, { max: 2, debug: (_, text) => void sent.push(text) });
  const feed = createEventFeed(sql, w.services.log);
  t.onTestFinished(async () => {
    feed.stop();
    await sql.end({ timeout: 1 });
  });
  const caller: Caller = { ...anonymous, isAdmin: true, current: async () => caller };
  const told = Array.from({ length: 40 }, () => '');
  const leaving = told.map(() => new AbortController());
  const streams = leaving.map(async ({ signal }, which) => {
    for await (const part of follow({ feed, caller, after: undefined }, signal)) told[which] += Buffer.from(part).toString();
  });
  await until(() => told.every((text) => text !== ''), 'all have begun');
  await sleep(0);
  sent.length = 0;
  await writeEntries(w, 300);
  await chainAll(w);
  await until(() => told.every((text) => text.includes('"number":300')), 'all have everything');
  // Some polls may have found nothing.
  expect(sent.length).toBeLessThan(told.length / 2);
  expect(sent.every((text) => text.includes('from audit a'))).toBe(true);
  expect(new Set(told).size).toBe(1);
  for (const each of leaving) each.abort();
  await Promise.all(streams);

  // Nobody watches: nothing is asked.
  sent.length = 0;
  feed.look();
  await sleep(0);
  expect(sent).toEqual([]);
});

test('a stream waits while the database is away, and goes on', async (t) => {
  const w = await makeWorld(t);
  await chainAll(w);
  const { services, entries } = logged(w);
  const feed = createEventFeed(services.database.$client, services.log);
  t.onTestFinished(feed.stop);
  const watch = await feed.watch();
  t.onTestFinished(watch.end);
  const { newest } = watch.ends;
  await w.sql`alter table audit rename to audit_away`;
  feed.look();
  await until(() => entries(40).length > 0, 'it is told that the database does not answer');
  feed.look();
  await w.sql`alter table audit_away rename to audit`;
  await writeEntries(w, 1);
  await chainAll(w);
  const never = new AbortController().signal;
  await watch.news(newest, 60_000, never);
  expect(await watch.read(newest, 'all')).toMatchObject({ entries: [{ entry: { event: 'test' } }], through: newest + 1 });
  expect(await watch.read(newest, new Set([1]))).toMatchObject({ entries: [], through: newest + 1 });
  // Told once, not at every look.
  expect(entries(40)).toHaveLength(1);
});

test('what is forgotten while a stream that is behind reads is told as forgotten', async (t) => {
  const w = await makeWorld(t);
  await w.sql`insert into audit (at, event) select now() - interval '40 days', 'test' from generate_series(1, 10)`;
  await chainAll(w, 5);
  const forget = async () => void (await w.sql`select prune_audit('30 days', 1000)`);
  const sql = new Proxy(w.services.database.$client, {
    apply(target, self, given) {
      const query = () => Reflect.apply(target, self, given);
      return String(given[0]).includes('select json_build_object(') ? forget().then(query) : query();
    },
  });
  const feed = createEventFeed(sql, w.services.log);
  t.onTestFinished(feed.stop);
  const watch = await feed.watch();
  t.onTestFinished(watch.end);
  expect(watch.ends).toEqual({ oldest: 0, newest: 11 });
  expect((await watch.read(0, 'all')).forgotten).toBe(10);
});
