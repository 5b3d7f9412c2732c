import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../agents/device-error.ts';
import { makeAgentSite, until } from '../support/agent-site.ts';
import { silence } from '../support/memory-switch.ts';

const EMPTY = { native: null, tagged: [], enabled: false };
const onVlan = (native: number) => ({ native, tagged: [], enabled: true });
const ports = (count: number) => Array.from({ length: count }, (_, index) => `gi1/0/${index + 1}`);
/** Leases so short that losing one is part of a test. */

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
