import { expect, test } from 'vitest';
import { showEvents } from '../../../functions/event/stream.ts';
import { writeEntries } from '../../support/audit.ts';
import { apiOnSocket } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { type Listener, listenToEvents } from '../../support/event-listeners.ts';
import { bareNode, reserve } from '../../support/rack.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(showEvents, {
  // Otherwise it would go on and on.
  arrange: async (w) => w.services.events.stop(),
  request: {},
  success(_, answer) {
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
  },
  roles: { admin: 200, owner: 200, other: 200, anonymous: 401 },
  refusals: {},
  malformed: { 'a place that is none': { input: { after: 'x' } } },
});

test('an id of an event that is none is refused', async (t) => {
  const w = await makeWorld(t);
  expect(await w.call('ada', 'GET', '/events', undefined, { 'last-event-id': '1; x' })).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'header.Last-Event-ID' }] },
  });
});

test('everybody is told of their own projects, as they are then, and administrators of everything', async (t) => {
  const w = await makeWorld(t);
  await bareNode(w, 'n1');
  const api = await apiOnSocket(t, w);
  const [ada, bob, root] = [
    await listenToEvents(t, api, 'ada'),
    await listenToEvents(t, api, 'bob'),
    await listenToEvents(t, api, 'root'),
  ];
  for (const { status, headers, text } of [ada, bob, root]) {
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await until(() => /^retry: \d+\nid: \d+\n\n/.test(text()), 'it is told where it begins');
  }
  await reserve(w, 'n1', 'blue');
  for (const listener of [ada, root]) await listener.sees('node_project', { node: 'n1' });
  expect(root.events().at(-1)?.data).toMatchObject({ actor: 'root', address: expect.any(String), projects: ['blue'] });
  const [seen] = ada.events();
  expect(seen).toMatchObject({
    event: 'project_connect_node',
    data: { actor: 'root', subject: { project: 'blue' }, seq: seen?.id },
  });
  expect(ada.text()).not.toMatch(/"(?:address|token|hash)"/);

  // What she sees follows what she may see.
  await w.arrange('POST', '/auth/basic/user/ada/remove_project', { project: 'blue' });
  await root.sees('user_remove_project');
  await w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
  await root.sees('project_detach_node');
  await w.arrange('POST', '/auth/basic/user/ada/add_project', { project: 'red' });
  await reserve(w, 'n1', 'red');
  await ada.sees('project_connect_node', { actor: 'root' });
  await ada.sees('node_project', { node: 'n1' });
  await bob.sees('node_project', { node: 'n1' });
  await until(() => ada.events().at(-1)?.id === bob.events().at(-1)?.id, 'both have the same last event');
  const told = ada.events().map(({ event, data }) => `${event} of ${JSON.stringify(data['projects'])}`);
  expect(told.slice(2)).not.toContainEqual(expect.stringContaining('blue'));
  expect(bob.text()).not.toContain('"blue"');

  // Whoever has another password by now has to show that.
  await w.arrange('PATCH', '/auth/basic/user/ada', { password: 'another horse' });
  await ada.ended;
  // The host that stops cuts nobody off in the middle of an event.
  await api.stop();
  await root.ended;
  expect(root.text()).toMatch(/\n\n$/);
});

test('one goes on where it was cut off, at another host, with nothing twice and nothing left out', async (t) => {
  const w = await makeWorld(t);
  const proxy = await startProxy(t, Number(new URL((await apiOnSocket(t, w)).url).port));
  const first = { url: proxy.url('http://127.0.0.1:1/v0') };
  const other = await apiOnSocket(t, w);
  const ids: number[] = [];
  const told = (each: Listener) => each.events().flatMap(({ id, event }) => (event === 'test' ? [id] : []));
  let listener = await listenToEvents(t, first, 'root');
  for (let cut = 0; cut < 4; cut += 1) {
    await writeEntries(w, 150);
    // In the middle of what is sent.
    await until(() => told(listener).length > 20, 'some are told');
    proxy.reset();
    listener.leave();
    await listener.ended;
    ids.push(...told(listener));
    listener = await listenToEvents(t, cut % 2 === 0 ? other : first, 'root', '?after=0', { 'last-event-id': listener.lastId() });
  }
  await until(() => ids.length + told(listener).length >= 600, 'all are told');
  ids.push(...told(listener));
  expect(ids).toEqual(Array.from({ length: 600 }, (_, index) => (ids[0] ?? 0) + index));
});

test('whoever is slow gets everything in the end, and holds nobody up', async (t) => {
  const w = await makeWorld(t);
  const api = await apiOnSocket(t, w);
  const [quick, slow] = [await listenToEvents(t, api, 'root'), await listenToEvents(t, api, 'root')];
  await until(() => slow.lastId() !== '', 'it has begun');
  slow.pause();
  for (let round = 0; round < 3; round += 1) {
    await w.sql`
      insert into audit (event, details) select 'test', jsonb_build_object('text', repeat('x', 4000), 'number', number)
        from generate_series(1, 800) number`;
  }
  await until(() => quick.events().length === 2400, 'the quick one has all');
  expect(slow.events().length).toBeLessThan(2400);
  slow.resume();
  await until(() => slow.events().length === 2400, 'the slow one has all');
  expect(slow.events()).toEqual(quick.events());
});

test('is told where events are missing', async (t) => {
  const w = await makeWorld(t);
  await writeEntries(w, 5);
  const api = await apiOnSocket(t, w);
  await until(async () => (await w.sql`select from audit where seq = 6`).length > 0, 'all are chained');
  await w.sql`insert into audit_prunings select seq, hash, '', now() from audit where seq = 3`;
  await w.sql`delete from audit where seq <= 3`;
  const late = await listenToEvents(t, api, 'root', '?after=1');
  await until(() => late.events().length === 4, 'it has what there is');
  expect(late.events()).toMatchObject([{ event: 'gap', id: 3, data: { after: 1 } }, { id: 4 }, { id: 5 }, { id: 6 }]);
  // From another audit, of before a backup was restored.
  const ahead = await listenToEvents(t, api, 'root', '', { 'last-event-id': '99' });
  await writeEntries(w, 1);
  await until(() => ahead.events().length === 2, 'it goes on');
  expect(ahead.events()).toMatchObject([
    { event: 'gap', id: 6, data: { after: 99 } },
    { event: 'test', id: 7 },
  ]);
});
