import { expect, type TestContext, test } from 'vitest';
import { createFinishedCommands } from '../../../functions/http/finished-commands.ts';
import { cabledNode } from '../../support/rack.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const patient = new AbortController().signal;

/** A world with one command that nobody has taken, and what tells of its end. */
async function pending(context: TestContext) {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  const action = await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');
  return { w, action, id: statusId(action), finished: createFinishedCommands(w.services.database.$client) };
}

/** How long something takes, in ms. */
async function timed<T>(work: Promise<T>): Promise<[T, number]> {
  const begun = performance.now();
  return [await work, performance.now() - begun];
}

const listen = (w: World, heard: (id: string) => void) => w.sql.listen('commands_finished', heard);

test('what has ended already is told at once', async (context) => {
  const { w, action, id, finished } = await pending(context);
  await w.finish(action);
  const [ended, ms] = await timed(finished.wait([id], 30_000, patient));
  expect(ended).toBe(true);
  expect(ms).toBeLessThan(900);
});

test('what ends is told as soon as the database tells it', async (context) => {
  const { w, action, id, finished } = await pending(context);
  await listen(w, finished.heard);
  const waits = [finished.wait([id], 30_000, patient), finished.wait([id], 30_000, patient)];
  // By now both have looked, in vain.
  await w.sql`select 1`;
  await w.finish(action);
  expect(await Promise.all(waits)).toEqual([true, true]);
});

test('several are waited for until the last has ended', async (context) => {
  const { w, action, id, finished } = await pending(context);
  await cabledNode(w, 'n2', 2);
  const other = await w.arrange('POST', '/switch/sw1/port/gi1/0/2/revert');
  await listen(w, finished.heard);
  const wait = finished.wait([id, statusId(other)], 30_000, patient);
  await w.finish(other);
  expect(await finished.wait([id, statusId(other)], 0, patient)).toBe(false);
  await w.finish(action);
  expect(await wait).toBe(true);
});

test('what ends is told soon where nobody listens', async (context) => {
  const { w, action, id, finished } = await pending(context);
  const wait = finished.wait([id], 30_000, patient);
  await w.finish(action);
  expect(await wait).toBe(true);
});

test('whoever says so, what has not ended is waited for until the time is over', async (context) => {
  const { w, id, finished } = await pending(context);
  const wait = timed(finished.wait([id], 300, patient));
  for (let round = 0; round < 5; round++) {
    finished.heard(id);
    finished.look();
    await w.sql`select 1`;
  }
  const [ended, ms] = await wait;
  expect(ended).toBe(false);
  expect(ms).toBeGreaterThan(290);
});

test('a client that goes away is not waited for, and neither is anybody when the host stops', async (context) => {
  const { id, finished } = await pending(context);
  const client = new AbortController();
  const waits = [finished.wait([id], 30_000, client.signal), finished.wait([id], 30_000, patient)];
  client.abort();
  expect(await waits[0]).toBe(false);
  finished.stop();
  expect(await waits[1]).toBe(false);
  expect(await finished.wait([id], 30_000, patient)).toBe(false);
  expect(await finished.wait([id], 30_000, AbortSignal.abort())).toBe(false);
});

test('a database that says nothing holds nobody longer than they wait', async (context) => {
  const { w, id, finished } = await pending(context);
  const client = new AbortController();
  await w.sql.begin(async (tx) => {
    await tx`lock table commands`;
    const short = timed(finished.wait([id], 200, patient));
    const leaving = finished.wait([id], 30_000, client.signal);
    const stopped = finished.wait([id], 30_000, patient);
    const [ended, ms] = await short;
    expect(ended).toBe(false);
    expect(ms).toBeLessThan(2_000);
    client.abort();
    expect(await leaving).toBe(false);
    finished.stop();
    expect(await stopped).toBe(false);
  });
});

test('a database that does not answer ends the wait when its time is over, and not before', async (context) => {
  const { w, id, finished } = await pending(context);
  await w.sql`revoke select on commands from haas_api`;
  const [ended, ms] = await timed(finished.wait([id], 200, patient));
  expect(ended).toBe(false);
  expect(ms).toBeGreaterThan(190);
});
