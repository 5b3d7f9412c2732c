import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../agents/device-error.ts';
import { makeAgentSite, until } from '../support/agent-site.ts';
import { silence } from '../support/memory-switch.ts';

const EMPTY = { native: null, tagged: [], enabled: false };
const onVlan = (native: number) => ({ native, tagged: [], enabled: true });
const ports = (count: number) => Array.from({ length: count }, (_, index) => `gi1/0/${index + 1}`);
/** Leases so short that losing one is part of a test. */
const short = { lease: 1500, grace: 500, margin: 400, poll: 100 };

describe('the commands of one switch', () => {
  test('that wait are applied in one session, in order, each with its own result', async (t) => {
    const site = await makeAgentSite(t);
    const ids: string[] = [];
    for (const port of ports(12)) ids.push(await site.queue({ port }));
    site.switches.interfere = ({ what, port }) => {
      if (what === 'set' && port === 'gi1/0/5') throw new DeviceError('refused', '% Invalid');
    };
    await site.start();
    const states = await Promise.all(ids.map((id) => site.ended(id)));
    expect(states.map(({ status }) => status)).toEqual(ids.map((_, index) => (index === 4 ? 'failed' : 'done')));
    expect(states[4]).toMatchObject({
      reason: 'device-refused',
      message: expect.stringContaining('% Invalid'),
      result: { port: EMPTY },
    });
    expect(site.switches.count('open')).toBe(1);
    expect(site.switches.calls.filter(({ what }) => what === 'set').map(({ port }) => port)).toEqual(ports(12));
  });

  test('for the same port are carried out one after the other', async (t) => {
    const site = await makeAgentSite(t);
    const ids = [
      await site.queue({ want: onVlan(100) }),
      await site.queue({ want: onVlan(200), before: onVlan(100) }),
      await site.queue({ want: EMPTY, before: onVlan(200) }),
    ];
    await site.start();
    for (const id of ids) expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect(site.switches.calls.filter(({ what }) => what === 'set').map(({ state }) => state?.native)).toEqual([100, 200, null]);
  });

  test('share the session while there is more work, and the switch is let go soon after', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing: { idle: 300, saveAfter: 50 } });
    for (const port of ports(3)) await site.ended(await site.queue({ port }));
    expect(site.switches.count('open')).toBe(1);
    await until(
      async () => (await site.sql`select from devices where lease_holder is null and not waiting`).length === 1,
      'the release of the device',
    );
    expect(site.switches.sessions).toBe(0);
  });

  test('one of which is poison: it is put aside, and delays neither its own switch nor others', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = ({ label, port }) => {
      if (label === 'sw-1' && port === 'gi1/0/1') throw new DeviceError('lost', 'connection reset');
    };
    const poison = await site.queue({ port: 'gi1/0/1', signed: { lifetime: 3 } });
    const others = [
      await site.queue({ port: 'gi1/0/2' }),
      await site.queue({ port: 'gi1/0/3' }),
      await site.queue({ switch: 'sw-2' }),
    ];
    await site.start({ timing: { backOff: { first: 300, last: 300 } } });
    for (const id of others) expect(await site.ended(id, 1500)).toMatchObject({ status: 'done' });
    const later = await site.queue({ port: 'gi1/0/4' });
    expect(await site.ended(later, 1500)).toMatchObject({ status: 'done' });
    expect(await site.command(poison)).toMatchObject({ status: 'running' });
    expect(await site.ended(poison)).toMatchObject({
      status: 'unknown',
      reason: 'unproven',
      message: expect.stringContaining('connection reset'),
    });
  });

  test('one of which waits in doubt: it gives way to a later change of its port', async (t) => {
    const site = await makeAgentSite(t);
    let stubborn = true;
    site.switches.interfere = ({ what }) => {
      if (stubborn && what === 'read') throw new DeviceError('unintelligible', '?#!');
    };
    await site.start({ timing: { backOff: { first: 60_000, last: 60_000 } } });
    const first = await site.queue();
    await until(() => site.switches.count('shut') === 1, 'the first change to be put aside');
    stubborn = false;
    const second = await site.queue({ want: EMPTY });
    expect(await site.ended(second)).toMatchObject({ status: 'done' });
    expect(await site.ended(first)).toMatchObject({ status: 'unknown', message: expect.stringContaining('later change') });
    expect(site.switches.port('sw-1', 'gi1/0/1')).toEqual(EMPTY);
  });
});

describe('a switch that cannot be reached', () => {
  test('is tried three times, and every command says that nothing was sent', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = ({ what }) => {
      if (what === 'open') throw new DeviceError('unreachable', 'sw-1: no route to host');
    };
    const ids = [await site.queue(), await site.queue({ port: 'gi1/0/2' })];
    await site.start({ timing: { open: [0, 20, 40], idle: 100 } });
    for (const id of ids)
      expect(await site.ended(id)).toMatchObject({
        status: 'failed',
        reason: 'unreachable',
        message: 'sw-1: no route to host',
        result: null,
      });
    expect(site.switches.count('open')).toBe(3);
    const [device] = await site.sql`select unsaved_since from devices`;
    expect(device).toEqual({ unsaved_since: null });
  });

  test('because it does not know us is tried once, and the password is in no message', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = ({ what }) => {
      if (what === 'open') throw new DeviceError('denied', 'login admin sesame:\u0000 Login incorrect');
    };
    await site.start();
    const state = await site.ended(await site.queue());
    expect(state).toMatchObject({ status: 'failed', reason: 'denied', message: 'login admin ***:  Login incorrect' });
    expect(site.switches.count('open')).toBe(1);
  });
});

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

describe('a lease', () => {
  test('that a stalled process cannot renew ends its session in time; the successor waits, and looks before it writes', async (t) => {
    const site = await makeAgentSite(t);
    const closed: number[] = [];
    site.switches.interfere = async ({ what, session }, signal) => {
      if (what !== 'set' || session !== 1) return;
      signal.addEventListener('abort', () => closed.push(Date.now()));
      await silence(signal);
    };
    const id = await site.queue();
    await site.start({ timing: short });
    await until(() => site.switches.count('set') === 1, 'the first process at work');
    // Whoever renews this lease waits for this lock, as on a network that has stopped.
    const lock = await site.sql.reserve();
    await lock`begin`;
    const [device] = await lock<{ lease_until: Date }[]>`select lease_until from devices for update`;
    const until1 = device?.lease_until.getTime() ?? 0;
    await until(() => closed.length > 0, 'the end of the first session');
    await lock`commit`;
    lock.release();
    expect(closed[0]).toBeLessThan(until1);
    expect(await site.command(id)).toMatchObject({ status: 'running', result: null });

    expect(await site.ended(id)).toMatchObject({ status: 'done', attempt: 2 });
    expect(site.switches.calls.map(({ session, what }) => `${session} ${what}`).slice(0, 6)).toEqual([
      '1 open',
      '1 set',
      '1 close',
      '2 open',
      '2 read',
      '2 set',
    ]);
    expect(site.switches.mostSessions).toBe(1);
  });

  test('that was given to somebody else settles nothing', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = async ({ what, session }) => {
      if (what === 'read' && session === 1) {
        await site.sql`update devices set fence = fence + 1, lease_holder = 'somebody', lease_until = now() + interval '1 hour'`;
      }
    };
    const id = await site.queue();
    await site.start({ timing: short });
    await until(() => site.switches.count('close') === 1, 'the end of the session');
    expect(await site.command(id)).toMatchObject({ status: 'running', result: null });
    // The outcome was written down: whoever holds the device next settles it, and sends nothing.
    await site.sql`update devices set lease_holder = null, lease_until = null`;
    expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect(site.switches.count('set')).toBe(1);
  });

  test('that is forged does not bring a second process of this host to the switch', async (t) => {
    const site = await makeAgentSite(t);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    site.switches.interfere = ({ what, session }) => (what === 'set' && session === 1 ? held : undefined);
    const id = await site.queue();
    // It must be the second one that the database gives the device to.
    await site.start({ timing: { ...short, lease: 4000, poll: 60_000 } });
    await until(() => site.switches.count('set') === 1, 'the first process at work');
    const said: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void said.push(line) });
    await site.start({ log, timing: { ...short, lease: 4000 } });
    await site.sql`update devices set lease_holder = null, lease_until = null`;
    await until(
      () => said.some((line) => line.includes('another process of this host')),
      'the second process to find the device taken',
    );
    expect(site.switches.count('open')).toBe(1);
    release();
    expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect(site.switches.mostSessions).toBe(1);
  });
});

describe('stopping', () => {
  test('finishes what was sent, and hands back what was not begun', async (t) => {
    const site = await makeAgentSite(t);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    site.switches.interfere = ({ what, port }) => (what === 'set' && port === 'gi1/0/1' ? held : undefined);
    const ids: string[] = [];
    for (const port of ports(4)) ids.push(await site.queue({ port }));
    const agent = await site.start();
    await until(() => site.switches.count('set') === 1, 'the first change');
    const stopped = agent.stop();
    release();
    await stopped;
    const states = await Promise.all(ids.map((id) => site.command(id)));
    expect(states.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(['done 1', 'queued 0', 'queued 0', 'queued 0']);
    expect(await site.sql`select from devices where lease_holder is null and waiting`).toHaveLength(1);
    expect([site.switches.sessions, site.switches.count('save')]).toEqual([0, 1]);
    await site.start();
    for (const id of ids) expect(await site.ended(id)).toMatchObject({ status: 'done' });
  });

  test('ends in time when the switch does not answer, and tells nobody what it does not know', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = ({ what, session }, signal) => (what === 'set' && session === 1 ? silence(signal) : undefined);
    const id = await site.queue();
    const agent = await site.start({ timing: { stop: 200 } });
    await until(() => site.switches.count('set') === 1, 'the change');
    await agent.stop();
    expect(await site.command(id)).toMatchObject({ status: 'running', result: null });
    expect(site.switches.sessions).toBe(0);
    await site.start();
    expect(await site.ended(id)).toMatchObject({ status: 'done', attempt: 2 });
  });
});

describe('the changes of a minute', () => {
  test('are those that were begun, however often each was looked at', async (t) => {
    const site = await makeAgentSite(t);
    writeFileSync(join(site.stateDir, 'policy.json'), '{"changes_per_minute": 4}', { mode: 0o600 });
    const ids = [
      // Each waits for the one before it, since they are about the same port.
      await site.queue({ want: onVlan(100) }),
      await site.queue({ want: onVlan(200), before: onVlan(100) }),
      await site.queue({ want: onVlan(300), before: onVlan(200) }),
      await site.queue({ want: EMPTY, before: onVlan(300) }),
    ];
    await site.start();
    for (const id of ids) expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect(await site.ended(await site.queue())).toMatchObject({
      status: 'refused',
      reason: 'policy',
      message: expect.stringContaining('each process of this agent 4 change(s) a minute'),
    });
  });
});

describe('trouble of its own', () => {
  test('a damaged journal refuses every command of its device, and of no other', async (t) => {
    const site = await makeAgentSite(t);
    const agent = await site.start();
    await site.ended(await site.queue());
    await agent.stop();
    const folder = join(site.stateDir, 'journal', readdirSync(join(site.stateDir, 'journal'))[0] ?? '');
    const file = join(folder, readdirSync(folder)[0] ?? '');
    writeFileSync(file, 'what was here?\n');
    const opened = site.switches.count('open', 'sw-1');
    const ids = [await site.queue(), await site.queue({ switch: 'sw-2' })];
    await site.start();
    expect(await site.ended(ids[0] ?? '')).toMatchObject({
      status: 'refused',
      reason: 'replayed',
      message: expect.stringContaining('damaged'),
    });
    expect(await site.ended(ids[1] ?? '')).toMatchObject({ status: 'done' });
    expect(site.switches.count('open', 'sw-1')).toBe(opened);
  });

  test('while the trusted keys cannot be read commands wait, and are carried out when they can', async (t) => {
    const site = await makeAgentSite(t);
    const path = join(site.stateDir, 'trusted-keys.json');
    const good = JSON.stringify(site.config.trust());
    await site.start({ timing: { poll: 50, backOff: { first: 20, last: 50 } } });
    await site.ended(await site.queue());
    writeFileSync(path, good.slice(0, 40), { mode: 0o600 });
    const ids = [await site.queue(), await site.queue({ switch: 'sw-2' })];
    await until(
      async () => (await site.command(ids[0] ?? '')).status === 'running',
      'the device that is held to be given its command',
    );
    expect(await site.command(ids[1] ?? '')).toMatchObject({ status: 'queued', attempt: 0 });
    writeFileSync(path, good, { mode: 0o600 });
    for (const id of ids) expect(await site.ended(id)).toMatchObject({ status: 'done' });
  });
});
