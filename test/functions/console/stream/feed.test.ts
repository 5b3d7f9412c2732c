import { expect, test } from 'vitest';
import { openDatabase } from '../../../../db/client.ts';
import { createConsoleFeed } from '../../../../functions/console/stream/feed.ts';
import { consoleAgent, consoleWorld } from '../../../support/console-viewers.ts';
import { startProxy } from '../../../support/tcp-proxy.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;

test('tells what is new and how a console stands, to all who watch it, from memory', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const feed = w.services.consoles;
  const [first, second] = [feed.watch(agent.id, 0), feed.watch(agent.id, 0)];
  await agent.say('one', 'two');
  feed.heardOutput(`7 ${agent.id}`);
  await until(async () => (await first.read(0)).chunks.length === 2, 'both pieces');
  const seen = await second.read(0);
  expect(seen.chunks.map(({ data }) => data.toString())).toEqual(['one', 'two']);
  expect(seen).toMatchObject({
    isLatest: true,
    status: { state: 'open', logging: true, isReleased: false, isEnabled: true, writer: null },
  });
  expect((await first.read(1)).chunks).toHaveLength(1);
  expect((await first.read(2)).chunks).toEqual([]);
  for (const watch of [first, second]) watch.end();
});

test('leaves out nothing where one comes as the last one leaves', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const { $client: sql } = openDatabase(w.database.apiUrl, 'test feed', 1);
  const feed = createConsoleFeed(sql, w.services.log);
  t.onTestFinished(async () => {
    feed.stop();
    await sql.end({ timeout: 1 });
  });
  await agent.say('one', 'two', 'three');
  // Its only connection is busy: what the first viewer lacks is asked for, and answered when he has left.
  const busy = await sql.reserve();
  const first = feed.watch(agent.id, 2);
  first.end();
  const second = feed.watch(agent.id, 0);
  busy.release();
  await until(async () => (await second.read(0)).chunks.length > 0, 'output');
  expect((await second.read(0)).chunks.map(({ data }) => data.toString())).toEqual(['one', 'two', 'three']);
  second.end();
});

test('finds out by itself what it was not told', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const watch = w.services.consoles.watch(agent.id, 0);
  await until(async () => (await watch.read(0)).status !== undefined, 'it stands');
  await agent.say('unheard');
  // No news but what the database is asked for: a minute would be too long for the test.
  while ((await watch.read(0)).chunks.length === 0) await watch.news(60_000, never);
  await w.sql`delete from nodes`;
  while ((await watch.read(1)).status !== null) await watch.news(60_000, never);
  watch.end();
});

test('reads for a viewer who has fallen behind what it keeps no more, a part at a time', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const watch = w.services.consoles.watch(agent.id, 0);
  await agent.say(...Array.from({ length: 60 }, (_, n) => String(n).padEnd(10_000, '.')));
  await until(async () => (await watch.read(59)).chunks.length === 1, 'the last piece');
  let position = 0;
  let parts = 0;
  for (;;) {
    const { chunks, isLatest } = await watch.read(position);
    for (const { seq, data } of chunks) {
      expect(seq).toBe(position + 1);
      expect(data.toString()).toMatch(new RegExp(`^${position}\\.`));
      position = seq;
    }
    parts += 1;
    if (isLatest) break;
  }
  expect(position).toBe(60);
  expect(parts).toBeGreaterThan(3);
  // What it keeps is bounded.
  const { chunks } = await watch.read(47);
  expect(chunks.reduce((sum, { data }) => sum + data.length, 0)).toBeLessThanOrEqual(130_000);

  // Pruned meanwhile: the viewer goes on with what there is.
  await w.sql`delete from console_chunks`;
  expect((await watch.read(0)).chunks.at(-1)?.seq).toBe(60);
  watch.end();
});

test('keeps few pieces, however small they are', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const watch = w.services.consoles.watch(agent.id, 0);
  await agent.say(...Array.from({ length: 1500 }, () => 'x'));
  await agent.gap('a mark takes room as well');
  await until(async () => (await watch.read(1500)).chunks.length === 1, 'the last piece');
  expect(await watch.read(0)).toMatchObject({ isLatest: false });
  watch.end();
});

test('asks for many consoles at once, and takes up where nobody watched', async (t) => {
  const w = await consoleWorld(t);
  await w.sql`insert into nodes (label, obmd_uri, obmd_token) select 'm' || n, '', '' from generate_series(1, 300) n`;
  await w.sql`insert into consoles (node_id, next_seq) select id, 3 from nodes where label like 'm%' order by id`;
  const rows = await w.sql<{ id: string }[]>`select id from consoles order by id`;
  await w.sql`insert into console_chunks (console_id, seq, at, data)
    select c.id, s, now(), convert_to(n.label || ':' || s, 'utf8') from consoles c join nodes n on n.id = c.node_id, generate_series(1, 2) s`;
  const watches = rows.map(({ id }) => w.services.consoles.watch(Number(id), 1));
  for (const [index, watch] of watches.entries()) {
    await until(async () => (await watch.read(1)).chunks.length === 1, 'its piece');
    expect((await watch.read(1)).chunks[0]?.data.toString()).toBe(`m${index + 1}:2`);
  }
  for (const watch of watches) watch.end();
});

test('goes on when the database comes back', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const proxy = await startProxy(t, Number(new URL(w.database.apiUrl).port));
  const { $client: sql } = openDatabase(proxy.url(w.database.apiUrl), 'test feed', 1);
  const feed = createConsoleFeed(sql, w.services.log);
  t.onTestFinished(async () => {
    feed.stop();
    await sql.end({ timeout: 1 });
  });
  const watch = feed.watch(agent.id, 0);
  await until(async () => (await watch.read(0)).status !== undefined, 'it stands');
  await proxy.away();
  await agent.say('meanwhile');
  feed.heardOutput(String(agent.id));
  await proxy.back();
  await until(async () => (await watch.read(0)).chunks.length === 1, 'the piece');
  watch.end();
});

test('lets nobody wait when it stops', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  const feed = w.services.consoles;
  const watch = feed.watch(agent.id, 0);
  await until(async () => (await watch.read(0)).status !== undefined, 'it stands');
  const waiting = watch.news(60_000, never);
  feed.stop();
  await waiting;
  expect(feed.stopping.aborted).toBe(true);
});
