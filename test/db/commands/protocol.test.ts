import { describe, expect, test } from 'vitest';
import { type Claim, claim, LeaseLost, takeMore } from '../../../db/commands/claim.ts';
import { hello } from '../../../db/commands/hello.ts';
import { hold } from '../../../db/commands/hold.ts';
import type { Outcome } from '../../../db/commands/outcome.ts';
import { release } from '../../../db/commands/release.ts';
import { renew } from '../../../db/commands/renew.ts';
import { recordSaved, settle } from '../../../db/commands/settle.ts';
import { makeQueue, type Queue } from '../../support/command-rows.ts';
import { until } from '../../support/until.ts';

const terms = { lease: 30, grace: 5, batch: 64 };
const CLEAN = { native: null, tagged: [], enabled: false };
const done: Outcome = { status: 'done', result: { port: { ...CLEAN, native: 100 }, changed: true } };

/** Claims a device that must be there to claim. */
async function claimed(q: Queue, agent = q.rack1, batch = terms.batch): Promise<Claim> {
  const held = await claim(agent, 'worker', { ...terms, batch });
  if (!held) throw new Error('there was nothing to claim');
  return held;
}

const ids = (held: Claim) => held.commands.map(({ id }) => id);
/** Lets the leases of all devices end so many seconds ago. */
const lapse = (q: Queue, seconds: number) =>
  q.sql`update devices set lease_until = now() - make_interval(secs => ${seconds}) where lease_holder is not null`;

describe('a claim', () => {
  test('takes the commands of one device in order of seq, as many as fit a batch, and the next ones later', async (t) => {
    const q = await makeQueue(t);
    // No order may come from an index by chance.
    await q.sql`do $$ begin execute format('alter database %I set enable_indexscan = off', current_database()); end $$`;
    const third = await q.queue({ seq: 30 });
    const [first, second] = [await q.queue({ seq: 2 }), await q.queue({ seq: 10 })];
    await q.queue({ device: 'switch/sw-2', status: 'done' });
    const held = await claimed(q, q.rack1, 2);
    expect(held).toMatchObject({ device: 'switch/sw-1', fence: 1, commands: [{ id: first }, { id: second }] });
    expect(held.commands[0]).toEqual({ id: first, agent: 'rack-1', seq: 2, kind: 'port.set', signed: 'signed', attempt: 1 });
    expect(await takeMore(q.rack1, held, 2)).toMatchObject([{ id: third, attempt: 1 }]);
    expect(await takeMore(q.rack1, held, 2)).toEqual([]);
  });

  test('passes over a device that somebody else is claiming at that moment', async (t) => {
    const q = await makeQueue(t);
    await q.queue();
    await q.queue({ device: 'switch/sw-2' });
    const [one, two] = await q.rack1.begin(async (tx) => {
      const [row] = await tx`select device from agent_claim('w', '30 s', '5 s', 64)`;
      return [row?.['device'], (await claimed(q)).device];
    });
    expect(new Set([one, two])).toEqual(new Set(['switch/sw-1', 'switch/sw-2']));
    expect(await claim(q.rack1, 'third', terms)).toBeUndefined();
  });

  test('takes what a dead process left, more than one batch of it, before anything newer', async (t) => {
    const q = await makeQueue(t);
    const left = [await q.queue(), await q.queue(), await q.queue(), await q.queue()];
    const dead = await claimed(q, q.rack1, 2);
    await takeMore(q.rack1, dead, 2);
    const newer = await q.queue();
    await lapse(q, terms.grace + 1);
    const held = await claimed(q, q.rack1, 2);
    const next = [await takeMore(q.rack1, held, 2), await takeMore(q.rack1, held, 2)];
    expect([...ids(held), ...next.flat().map(({ id }) => id)]).toEqual([...left, newer]);
    expect(await takeMore(q.rack1, held, 2)).toEqual([]);
  });

  test('gets nothing of a device under a live lease, nor within the grace; after that all of it, with a higher fence', async (t) => {
    const q = await makeQueue(t);
    const id = await q.queue();
    const held = await claimed(q);
    await q.queue();
    expect(await claim(q.rack1, 'other', terms)).toBeUndefined();
    await lapse(q, terms.grace - 2);
    expect(await claim(q.rack1, 'other', terms)).toBeUndefined();
    await lapse(q, terms.grace + 1);
    const next = await claimed(q);
    expect(next.fence).toBeGreaterThan(held.fence);
    expect(next.commands).toMatchObject([{ id, attempt: 2 }, { attempt: 1 }]);
  });

  test('takes at once what was given under a name whose answer never came, and nothing else that is held', async (t) => {
    const q = await makeQueue(t);
    const id = await q.queue();
    const unheard = await claim(q.rack1, 'worker 1', terms);
    expect(await claim(q.rack1, 'worker 2', terms, ['worker 0', 'worker'])).toBeUndefined();
    expect(await claim(q.rack2, 'worker 2', terms, ['worker 1'])).toBeUndefined();
    const heard = await claim(q.rack1, 'worker 2', terms, ['worker 1']);
    expect(heard).toMatchObject({ device: 'switch/sw-1', fence: (unheard?.fence ?? 0) + 1, commands: [{ id, attempt: 2 }] });
    expect(await claim(q.rack1, 'worker 3', terms, ['worker 1'])).toBeUndefined();
    expect(unheard && (await renew(q.rack1, unheard, 30))).toBe(false);
  });

  test('is of the own devices alone, and so is everything that follows from it', async (t) => {
    const q = await makeQueue(t);
    const id = await q.queue();
    expect(await claim(q.rack2, 'w', terms)).toBeUndefined();
    expect(await hold(q.rack2, 'switch/sw-1', 'w', terms)).toBeUndefined();
    const held = await claimed(q);
    const before = await q.rows();
    await expect(settle(q.rack2, held, [{ id, outcome: done }], true)).rejects.toThrow(LeaseLost);
    await expect(takeMore(q.rack2, held, 1)).rejects.toThrow(LeaseLost);
    await expect(release(q.rack2, held, [id])).rejects.toThrow(LeaseLost);
    await expect(recordSaved(q.rack2, held)).rejects.toThrow(LeaseLost);
    expect(await renew(q.rack2, held, 30)).toBe(false);
    expect(await q.rows()).toBe(before);
  });

  test('finds nothing on a device whose commands have all expired', async (t) => {
    const q = await makeQueue(t);
    const id = await q.queue({ validFor: -31 });
    expect(await claim(q.rack1, 'w', terms)).toBeUndefined();
    expect(await q.command(id)).toMatchObject({ status: 'failed', reason: 'expired' });
    expect(await q.sql`select from devices where waiting or lease_holder is not null`).toHaveLength(0);
  });
});

test('whoever holds an old fence, or gave the device back, is refused and writes nothing', async (t) => {
  const q = await makeQueue(t);
  const id = await q.queue({ change: 'connect' });
  const refused = async (stale: Claim) => {
    const before = await q.rows();
    await expect(settle(q.rack1, stale, [{ id, outcome: done }], true)).rejects.toThrow(LeaseLost);
    await expect(takeMore(q.rack1, stale, 1)).rejects.toThrow(LeaseLost);
    await expect(release(q.rack1, stale, [id])).rejects.toThrow(LeaseLost);
    await expect(recordSaved(q.rack1, stale)).rejects.toThrow(LeaseLost);
    expect(await renew(q.rack1, stale, 30)).toBe(false);
    expect(await q.rows()).toBe(before);
  };
  const stale = await claimed(q);
  await lapse(q, terms.grace + 1);
  const held = await claimed(q);
  await refused(stale);
  expect(await renew(q.rack1, held, 30)).toBe(true);
  await release(q.rack1, held, ids(held));
  await refused(held);
});

describe('settling', () => {
  test('ends only running commands of the device and the fence that are held', async (t) => {
    const q = await makeQueue(t);
    const other = await q.queue({ device: 'switch/sw-2' });
    const held2 = await claimed(q);
    const [mine, later] = [await q.queue(), await q.queue()];
    const held = await claimed(q, q.rack1, 1);
    const unknown = '7b1ff3c2-6d6b-4f0e-9f44-6a4f2f6c0b11';
    const [row] = await q.rack1`select array_agg(settled) as ids from agent_settle(${held.deviceId}, ${held.fence},
      ${q.rack1.json([other, later, unknown, mine].map((id) => ({ id, ...JSON.parse(JSON.stringify(done)) })))}, false) as settled`;
    expect(row?.['ids']).toEqual([mine]);
    expect((await q.command(mine)).status).toBe('done');
    expect((await q.command(later)).status).toBe('queued');
    expect(await q.command(other)).toMatchObject({ status: 'running', fence: String(held2.fence) });
    // A second word about it is not heard.
    await settle(q.rack1, held, [{ id: mine, outcome: { status: 'failed', reason: 'mismatch', message: 'no' } }], false);
    expect((await q.command(mine)).status).toBe('done');
  });

  test('makes an outcome that the rows contradict unknown, its port suspect, and holds up no other', async (t) => {
    const q = await makeQueue(t);
    const [first, contradicting, last] = [await q.queue(), await q.queue({ change: 'connect' }), await q.queue()];
    await q.sql`insert into attachments select i.id, n.id, 'vlan/native' from nics i, networks n`;
    const held = await claimed(q);
    await settle(
      q.rack1,
      held,
      ids(held).map((id) => ({ id, outcome: done })),
      false,
    );
    expect(await q.command(contradicting)).toMatchObject({
      status: 'unknown',
      reason: 'contradiction',
      message: expect.stringMatching(/the device says done.*attachments/),
    });
    for (const id of [first, last]) expect((await q.command(id)).status).toBe('done');
    const [port] = await q.sql`select suspect_since is not null as suspect, suspect_vlans, read_state from ports`;
    expect(port).toEqual({ suspect: true, suspect_vlans: [100], read_state: null });
    expect(await q.sql`select from networking_actions where finished_at is null`).toHaveLength(0);
  });

  test.for([
    ['a status that there is not', { status: 'perfect' }],
    ['no end at all', { status: 'running' }],
    ['a failure without a reason', { status: 'failed' }],
    ['nothing', {}],
  ] as const)('does not take %s for an outcome', async ([, outcome], t) => {
    const q = await makeQueue(t);
    const id = await q.queue();
    const held = await claimed(q);
    await q.rack1`select agent_settle(${held.deviceId}, ${held.fence}, ${q.rack1.json([{ id, ...outcome }])}, false)`;
    expect(await q.command(id)).toMatchObject({ status: 'unknown', reason: 'contradiction' });
  });
});

describe('commands whose time is over', () => {
  const expire = (q: Queue) => q.sql`select expire_commands(id) from devices where label = 'switch/sw-1'`;

  test.for([
    ['were never taken', { validFor: -31 }, 'failed', 'expired'],
    ['were never taken, within what clocks may differ by', { validFor: -28 }, 'queued', null],
    ['were taken by a process that is gone', { validFor: -31, status: 'running', attempt: 1 }, 'unknown', 'abandoned'],
    ['were taken, and went back once', { validFor: -31, attempt: 1 }, 'unknown', 'abandoned'],
    ['are in time', { validFor: 60, status: 'running', attempt: 1 }, 'running', null],
  ] as const)('and that %s', async ([, texts, status, reason], t) => {
    const q = await makeQueue(t);
    const id = await q.queue({ change: 'detach', ...texts });
    await expire(q);
    expect(await q.command(id)).toMatchObject({ status, reason });
    const [port] = await q.sql`select suspect_since is not null as suspect from ports`;
    expect(port?.['suspect']).toBe(reason === 'abandoned');
  });

  test('are left to the process that holds the device, until its lease is long over', async (t) => {
    const q = await makeQueue(t);
    const id = await q.queue();
    await claimed(q);
    await q.sql`update commands set not_after = now() - interval '1 hour'`;
    await expire(q);
    await lapse(q, 28);
    await expire(q);
    expect((await q.command(id)).status).toBe('running');
    await lapse(q, 31);
    await expire(q);
    expect(await q.command(id)).toMatchObject({ status: 'unknown', reason: 'abandoned' });
  });
});

test('what is handed back goes back as if never taken, and what is not stays taken', async (t) => {
  const q = await makeQueue(t);
  const [begun, untouched] = [await q.queue(), await q.queue()];
  const held = await claimed(q);
  await release(q.rack1, held, [untouched]);
  expect(await q.command(begun)).toMatchObject({ status: 'running', attempt: 1 });
  expect(await q.command(untouched)).toMatchObject({ status: 'queued', attempt: 0 });
  // Nobody need wait for a lease that was given back.
  expect((await claimed(q)).commands).toMatchObject([
    { id: begun, attempt: 2 },
    { id: untouched, attempt: 1 },
  ]);
});

test('a device is held without commands only while none wait', async (t) => {
  const q = await makeQueue(t);
  const held = await hold(q.rack1, 'switch/sw-1', 'w', terms);
  expect(held).toMatchObject({ device: 'switch/sw-1', fence: 1, commands: [] });
  expect(await hold(q.rack1, 'switch/sw-1', 'other', terms)).toBeUndefined();
  const id = await q.queue();
  expect(held && (await takeMore(q.rack1, held, 1))).toMatchObject([{ id }]);
  await lapse(q, terms.grace + 1);
  expect(await hold(q.rack1, 'switch/sw-1', 'other', terms)).toBeUndefined();
});

test('history is forgotten by age, and nothing that is unfinished', async (t) => {
  const q = await makeQueue(t);
  const [old, recent, open] = [await q.queue({ status: 'done' }), await q.queue({ status: 'done' }), await q.queue()];
  const action = await q.queue({ status: 'done', change: 'revert' });
  await q.sql`update commands set queued_at = now() - interval '100 days'`;
  await q.sql`update commands set finished_at = now() - interval '91 days' where id in ${q.sql([old, action])}`;
  expect(await q.sql`select prune_history('90 days')::int as forgotten`).toEqual([{ forgotten: 2 }]);
  expect((await q.sql`select id from commands`).map(({ id }) => id).sort()).toEqual([recent, open].sort());
  expect(await q.sql`select from networking_actions`).toHaveLength(0);
});

test("a queued command wakes its agent, on the agent's channel and no other", async (t) => {
  const q = await makeQueue(t);
  const heard: Record<string, string[]> = {};
  for (const connection of [q.rack1, q.rack2]) {
    const { agent, channel } = await hello(connection, '1.2.3');
    heard[agent] = [];
    await connection.listen(channel, (device) => void heard[agent]?.push(device));
  }
  const [sw1] = await q.sql`select id from devices where label = 'switch/sw-1'`;
  await q.queue();
  await q.queue({ device: 'switch/b-1' });
  await until(() => heard['rack-1']?.length === 1 && heard['rack-2']?.length === 1, 'both agents are woken');
  expect(heard['rack-1']).toEqual([String(sw1?.['id'])]);
  const held = await claimed(q);
  await release(q.rack1, held, ids(held));
  await until(() => heard['rack-1']?.length === 2, 'what was handed back wakes again');
  expect(await q.sql`select label from agents where version = '1.2.3' and last_seen_at is not null`).toHaveLength(2);
});
