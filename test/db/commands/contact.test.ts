import { describe, expect, test } from 'vitest';
import { type Claim, claim } from '../../../db/commands/claim.ts';
import type { Outcome } from '../../../db/commands/outcome.ts';
import { settle } from '../../../db/commands/settle.ts';
import { makeQueue, type Queue } from '../../support/command-rows.ts';
import { until } from '../../support/until.ts';

const CLEAN = { native: null, tagged: [], enabled: false };
const done: Outcome = { status: 'done', result: { port: { ...CLEAN, native: 100 }, changed: true } };

/** Claims a device that must be there to claim. */
async function claimed(q: Queue): Promise<Claim> {
  const held = await claim(q.rack1, 'worker', { lease: 30, grace: 5, batch: 64 });
  if (!held) throw new Error('there was nothing to claim');
  return held;
}

describe('what a device says', () => {
  const contact = async (q: Queue) =>
    (await q.sql`select version, last_contact_at is not null as met from devices where label = 'switch/sw-1'`)[0];

  test('in a check is written down, and proves nothing about a port in doubt', async (t) => {
    const q = await makeQueue(t);
    await q.sql`update ports set suspect_since = now(), suspect_reason = 'garbled', suspect_vlans = '{100}'`;
    await q.sql`insert into ports (switch_id, label) select id, 'gi1/0/2' from switches`;
    const id = await q.queue();
    const held = await claimed(q);
    const ports = [
      { port: 'gi1/0/1', state: CLEAN },
      { port: 'gi1/0/2', problem: '?#!' },
      { port: 'gi1/0/9', state: CLEAN },
    ];
    await settle(q.rack1, held, [{ id, outcome: { status: 'done', result: { check: { version: '7.3', ports } } } }], false);
    expect(
      await q.sql`select label, read_state, read_at is not null as read, suspect_since is not null as suspect from ports
      order by label`,
    ).toEqual([
      { label: 'gi1/0/1', read_state: CLEAN, read: true, suspect: true },
      { label: 'gi1/0/2', read_state: null, read: false, suspect: false },
    ]);
    expect(await contact(q)).toEqual({ version: '7.3', met: true });
  });

  test('is what it said last, in whatever order it was asked', async (t) => {
    const q = await makeQueue(t);
    const [change, check] = [await q.queue({ change: 'revert' }), await q.queue()];
    const held = await claimed(q);
    const read: Outcome = { status: 'done', result: { check: { version: '7.3', ports: [{ port: 'gi1/0/1', state: CLEAN }] } } };
    await settle(
      q.rack1,
      held,
      [
        { id: check, outcome: read },
        { id: change, outcome: done },
      ],
      false,
    );
    const [port] = await q.sql`select read_state from ports`;
    expect(port?.['read_state']).toEqual({ ...CLEAN, native: 100 });
  });

  test.for([
    [{ status: 'failed', reason: 'unreachable', message: '' }, false],
    [{ status: 'failed', reason: 'denied', message: '' }, false],
    [{ status: 'refused', reason: 'policy', message: '' }, false],
    [{ status: 'unknown', reason: 'unproven', message: '' }, false],
    [{ status: 'failed', reason: 'unreadable', message: '', result: { step: 'version' } }, true],
    [{ status: 'failed', reason: 'mismatch', message: '', result: { port: CLEAN } }, true],
  ] as const)('counts as contact where it said anything: %j', async ([outcome, met], t) => {
    const q = await makeQueue(t);
    const id = await q.queue();
    await settle(q.rack1, await claimed(q), [{ id, outcome }], false);
    expect(await contact(q)).toEqual({ version: null, met });
  });

  test('at an address that it has no more is no contact', async (t) => {
    const q = await makeQueue(t);
    const id = await q.queue();
    await q.sql`update devices set moved_seq = (select max(seq) from commands)`;
    const read: Outcome = { status: 'done', result: { check: { version: '7.3', ports: [{ port: 'gi1/0/1', state: CLEAN }] } } };
    await settle(q.rack1, await claimed(q), [{ id, outcome: read }], false);
    expect(await contact(q)).toEqual({ version: null, met: false });
  });

  test('is told to whoever listens', async (t) => {
    const q = await makeQueue(t);
    const heard: string[] = [];
    await q.sql.listen('commands_finished', (id) => void heard.push(id));
    const id = await q.queue();
    await settle(q.rack1, await claimed(q), [{ id, outcome: done }], false);
    await until(() => heard.includes(id), 'the news of the end');
  });
});
