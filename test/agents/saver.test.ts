import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../agents/device-error.ts';
import { unsavedSwitches } from '../../agents/journal-folder.ts';
import { keys, makeAgentSite, until } from '../support/agent-site.ts';
import { silence } from '../support/memory-switch.ts';

const ports = (count: number) => Array.from({ length: count }, (_, index) => `gi1/0/${index + 1}`);
/** Leases so short that losing one is part of a test. */
const short = { lease: 1500, grace: 500, margin: 400, poll: 100 };

describe('saving', () => {
  test('happens once when the queue has run dry, and the database hears of both', async (t) => {
    const site = await makeAgentSite(t);
    const unsaved = async () => (await site.sql`select unsaved_since from devices`)[0]?.['unsaved_since'];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    site.switches.interfere = ({ what }) => (what === 'save' ? held : undefined);
    await site.start({ timing: { saveAfter: 100 } });
    const ids = await Promise.all(ports(4).map((port) => site.queue({ port })));
    for (const id of ids) expect(await site.ended(id)).toMatchObject({ status: 'done' });
    await until(() => site.switches.count('save') === 1, 'the save');
    expect(await unsaved()).toBeInstanceOf(Date);
    release();
    await until(async () => (await unsaved()) === null, 'the record of the save');
    expect(site.switches.count('save')).toBe(1);
  });

  test('that fails is tried again, and fails no change', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = ({ what }) => {
      if (what === 'save' && site.switches.count('save') < 3) throw new DeviceError('refused', 'flash is full');
    };
    await site.start({ timing: { saveAfter: 10, backOff: { first: 20, last: 50 } } });
    const id = await site.queue();
    expect(await site.ended(id)).toMatchObject({ status: 'done' });
    await until(
      async () => (await site.sql`select from devices where unsaved_since is null`).length === 1,
      'the record of the save',
    );
    expect(site.switches.count('save')).toBe(3);
    expect(await site.command(id)).toMatchObject({ status: 'done' });
  });

  test('never happens to a switch that somebody else saves, and the device is let go', async (t) => {
    const site = await makeAgentSite(t);
    const settings = { save: false };
    let broken = true;
    site.switches.interfere = ({ what }) => {
      if (broken && what === 'save') throw new DeviceError('refused', 'flash is full');
    };
    const first = await site.start({ timing: { saveAfter: 10, idle: 20 } });
    // What an earlier order left to be saved is not saved either.
    await site.ended(await site.queue());
    await first.stop();
    broken = false;
    const saves = site.switches.count('save');
    // Queued first: an agent that finds nothing else to do saves what is left.
    const id = await site.queue({ settings, port: 'gi1/0/2' });
    await site.start({ timing: { saveAfter: 10, idle: 20, beat: 20 } });
    await site.ended(id);
    await until(
      async () =>
        (await site.sql`select from devices where unsaved_since is not null and lease_holder is null and not waiting`).length ===
        1,
      'the release of the device',
    );
    expect(unsavedSwitches(join(site.stateDir, 'journal'), keys.issuer)).toEqual([]);
    expect(site.switches.count('save')).toBe(saves);
  });

  test('that an earlier process did not get to is done by the next one, with nothing in the queue', async (t) => {
    const site = await makeAgentSite(t);
    let broken = true;
    site.switches.interfere = ({ what }) => {
      if (broken && what === 'save') throw new DeviceError('refused', 'flash is full');
    };
    const first = await site.start({ timing: { saveAfter: 10 } });
    await site.ended(await site.queue());
    await first.stop();
    expect(await site.sql`select from devices where unsaved_since is not null and lease_holder is null`).toHaveLength(1);
    broken = false;
    // What the database says of the switch is not used.
    await site.sql`update commands set signed = 'gone'`;
    await site.start();
    await until(async () => (await site.sql`select from devices where unsaved_since is null`).length === 1, 'the save');
  });

  test('that was cut short by the loss of the lease is done by the same process, with nothing in the queue', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = async ({ what, session }, signal) => {
      if (what !== 'save' || session !== 1) return;
      await site.sql`update devices set fence = fence + 1, lease_holder = 'somebody', lease_until = now() + interval '1 hour'`;
      await silence(signal);
    };
    await site.start({ timing: { ...short, beat: 100, saveAfter: 10 } });
    await site.ended(await site.queue());
    await until(() => site.switches.count('close') === 1, 'the end of the session');
    expect(await site.sql`select from devices where unsaved_since is not null`).toHaveLength(1);
    await site.sql`update devices set lease_holder = null, lease_until = null`;
    await until(async () => (await site.sql`select from devices where unsaved_since is null`).length === 1, 'the save');
    expect(site.switches.count('set')).toBe(1);
  });

  test('for which the switch does not let us in is tried again when it does, with nothing in the queue', async (t) => {
    const site = await makeAgentSite(t);
    let refused = 0;
    site.switches.interfere = ({ what, session }) => {
      if (what === 'save' && session === 1) throw new DeviceError('lost', 'connection reset');
      if (what !== 'open' || session === 1 || refused === 2) return;
      refused += 1;
      throw new DeviceError('denied', 'Login incorrect');
    };
    await site.start({ timing: { poll: 60_000, beat: 50, idle: 20, saveAfter: 10, backOff: { first: 10, last: 10 } } });
    await site.ended(await site.queue());
    await until(async () => (await site.sql`select from devices where unsaved_since is null`).length === 1, 'the save');
    expect(refused).toBe(2);
  });
});
