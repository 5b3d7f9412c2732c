import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DeviceError } from '../../agents/device-error.ts';
import { makeAgentSite, until } from '../support/agent-site.ts';
import { silence } from '../support/memory-switch.ts';

const EMPTY = { native: null, tagged: [], enabled: false };
const onVlan = (native: number) => ({ native, tagged: [], enabled: true });
const ports = (count: number) => Array.from({ length: count }, (_, index) => `gi1/0/${index + 1}`);

describe('a check', () => {
  const shown = (port: string, state: object) => ({ port, state });

  test('comes after the changes before it, and counts as none: nothing is unsaved, and no limit is touched', async (t) => {
    const site = await makeAgentSite(t);
    writeFileSync(join(site.stateDir, 'policy.json'), '{"changes_per_minute": 1, "protected_ports": ["sw-1 gi1/0/2"]}', {
      mode: 0o600,
    });
    const ids = [
      await site.queue({ check: ports(2) }),
      await site.queue({ want: onVlan(100) }),
      await site.queue({ check: ports(2) }),
    ];
    await site.start();
    const [first, change, second] = await Promise.all(ids.map((id) => site.ended(id)));
    const read = (state: object) => ({
      check: { version: 'memory 1.0', ports: [shown('gi1/0/1', state), shown('gi1/0/2', EMPTY)] },
    });
    expect(first).toMatchObject({ status: 'done', result: read(EMPTY) });
    expect(change).toMatchObject({ status: 'done' });
    expect(second).toMatchObject({ status: 'done', result: read(onVlan(100)) });
    expect(site.switches.count('open')).toBe(1);
  });

  test('alone leaves nothing to be saved', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing: { saveAfter: 10, idle: 20 } });
    await site.ended(await site.queue({ check: [] }));
    await until(async () => (await site.sql`select from devices where lease_holder is null`).length === 1, 'the release');
    expect(site.switches.count('save')).toBe(0);
    expect(await site.sql`select unsaved_since, version, last_contact_at is not null as met from devices`).toEqual([
      { unsaved_since: null, version: 'memory 1.0', met: true },
    ]);
  });

  test('that is cut short is given back, and done again', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = ({ what, session }, signal) => (what === 'read' && session === 1 ? silence(signal) : undefined);
    const id = await site.queue({ check: ports(1) });
    const agent = await site.start({ timing: { stop: 100 } });
    await until(() => site.switches.count('read') === 1, 'the reading');
    await agent.stop();
    await site.start();
    expect(await site.ended(id)).toMatchObject({ status: 'done', attempt: 1 });
    expect(site.switches.count('version')).toBe(2);
  });

  test('whose text is queued once more is a replay', async (t) => {
    const site = await makeAgentSite(t);
    await site.start();
    const id = await site.queue({ check: ports(1) });
    await site.ended(id);
    await until(async () => (await site.sql`select from devices where lease_holder is null`).length === 1, 'the release');
    await site.sql`update commands set status = 'queued', finished_at = null where id = ${id}`;
    expect(await site.ended(id)).toMatchObject({ status: 'refused', reason: 'replayed' });
  });

  test('of a switch that cannot be reached ends soon, and says how far it came, without the password', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.interfere = ({ what, label }) => {
      if (what === 'open') throw new DeviceError(label === 'sw-1' ? 'unreachable' : 'denied', 'admin sesame: no');
    };
    const ids = [await site.queue({ check: ports(1) }), await site.queue({ check: ports(1), switch: 'sw-2' })];
    await site.start({ timing: { open: [0, 20, 40] } });
    const [unreachable, denied] = await Promise.all(ids.map((id) => site.ended(id)));
    expect(unreachable).toMatchObject({ reason: 'unreachable', message: 'admin ***: no', result: { step: 'connect' } });
    expect(denied).toMatchObject({ reason: 'denied', message: 'admin ***: no', result: { step: 'log-in' } });
    expect(await site.sql`select from devices where last_contact_at is not null`).toHaveLength(0);
  });

  test('does not pass on a password that the switch says', async (t) => {
    const site = await makeAgentSite(t);
    site.switches.version = 'memory 1.0, last login with sesame';
    await site.start();
    expect(await site.ended(await site.queue({ check: [] }))).toMatchObject({
      status: 'done',
      result: { check: { version: 'memory 1.0, last login with ***' } },
    });
  });

  test('of a switch that the policy does not list is refused', async (t) => {
    const site = await makeAgentSite(t);
    writeFileSync(join(site.stateDir, 'policy.json'), '{"switches": []}', { mode: 0o600 });
    await site.start();
    const nexus = {
      type: 'nexus',
      hostname: '10.1.0.7',
      port: 22,
      settings: { transport: 'ssh', dummy_vlan: 3000, legacy_ssh: false },
    };
    const parameters = { switch: { label: 'sw-1', sealed: 'x', ...nexus }, ports: ['Ethernet1/1'] };
    expect(await site.ended(await site.queue({ check: [], parameters }))).toMatchObject({ status: 'refused', reason: 'policy' });
  });
});
