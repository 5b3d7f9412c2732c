import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { type Policy, readPolicy } from '../../agents/policy.ts';
import { stateFolder } from '../support/agent-site.ts';
import { startOrder } from '../support/mock-vm-host.ts';

const EMPTY = { native: null, tagged: [], enabled: false };
const settings = { transport: 'ssh', dummy_vlan: 3000, legacy_ssh: false };
const nexus = { label: 'nexus-01', type: 'nexus', hostname: '10.1.0.7', port: 22, settings, sealed: 'x' };
const order = { switch: nexus, port: 'Ethernet1/3', want: { native: 100, tagged: [200], enabled: true }, before: EMPTY };

function policy(t: TestContext, rules: unknown): Policy {
  const path = join(stateFolder(t), 'policy.json');
  writeFileSync(path, typeof rules === 'string' ? rules : JSON.stringify(rules), { mode: 0o600 });
  return readPolicy(path);
}

describe('readPolicy', () => {
  test('no file forbids nothing', (t) => {
    const folder = stateFolder(t);
    expect(readPolicy(join(folder, 'policy.json')).forbids(order)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });

  test.for([
    { name: 'VLANs within the ranges', rules: { vlans: '100-200,1500' }, allowed: true },
    { name: 'the dummy VLAN, which is no network', rules: { vlans: '100-200' }, allowed: true },
    { name: 'a native VLAN outside', rules: { vlans: '200-300' }, allowed: false },
    { name: 'a tagged VLAN outside', rules: { vlans: '100' }, allowed: false },
    {
      name: 'a VLAN outside in the state of before',
      rules: { vlans: '100,200' },
      order: { ...order, before: { ...EMPTY, native: 7 } },
      allowed: false,
    },
    { name: 'another port than the protected one', rules: { protected_ports: ['nexus-01 Ethernet1/48'] }, allowed: true },
    { name: 'the protected port of another switch', rules: { protected_ports: ['nexus-02 Ethernet1/3'] }, allowed: true },
    { name: 'a protected port', rules: { protected_ports: ['nexus-01 Ethernet1/3'] }, allowed: false },
    { name: 'a protected port in another spelling', rules: { protected_ports: ['nexus-01 eth1/3'] }, allowed: false },
    {
      name: 'every port, while a protected one of the switch is misspelt',
      rules: { protected_ports: ['nexus-01 uplink'] },
      allowed: false,
    },
    { name: 'an address within a network', rules: { switches: ['10.1.0.0/16'] }, allowed: true },
    { name: 'a listed address', rules: { switches: ['10.1.0.7'] }, allowed: true },
    { name: 'an address outside', rules: { switches: ['10.2.0.0/16', '2001:db8::/32', 'nexus-01.mgmt'] }, allowed: false },
    { name: 'any switch, when none is listed', rules: { switches: [] }, allowed: false },
    {
      name: 'a listed name',
      rules: { switches: ['Nexus-01.mgmt'] },
      order: { ...order, switch: { ...nexus, hostname: 'nexus-01.MGMT' } },
      allowed: true,
    },
    {
      name: 'a name that is not listed, wherever it leads',
      rules: { switches: ['0.0.0.0/0'] },
      order: { ...order, switch: { ...nexus, hostname: 'localhost' } },
      allowed: false,
    },
    {
      name: 'an address written as a number',
      rules: { switches: ['10.1.0.0/16'] },
      order: { ...order, switch: { ...nexus, hostname: '167837703' } },
      allowed: false,
    },
    {
      name: 'an IPv6 address within a network',
      rules: { switches: ['2001:db8::/32'] },
      order: { ...order, switch: { ...nexus, hostname: '2001:db8::7' } },
      allowed: true,
    },
    {
      name: 'an IPv6 address outside',
      rules: { switches: ['2001:db8::/32'] },
      order: { ...order, switch: { ...nexus, hostname: '2001:db9::7' } },
      allowed: false,
    },
    {
      name: 'a mock switch, which is nowhere',
      rules: { switches: ['10.1.0.0/16'] },
      order: { ...order, port: 'gi1/0/1', switch: { ...nexus, type: 'mock', hostname: 'lie', settings: {} } },
      allowed: true,
    },
  ])('allowed $allowed: $name', ({ rules, order: asked = order, allowed }, t) => {
    const reason = policy(t, rules).forbids(asked);
    if (allowed) expect(reason).toBeUndefined();
    else expect(reason).toContain('policy.json');
  });

  test.for([
    { name: 'VLANs within the ranges', rules: { vlans: '100-200' }, vlans: [100, 200], allowed: true },
    { name: 'no interface', rules: { vlans: '300' }, vlans: [], allowed: true },
    { name: 'one VLAN outside', rules: { vlans: '100' }, vlans: [100, 101], allowed: false },
    { name: 'every VLAN where no rule is', rules: { switches: [], bmcs: [] }, vlans: [7], allowed: true },
  ])('headnodes allowed $allowed: $name', ({ rules, vlans, allowed }, t) => {
    const nics = vlans.map((vlan, index) => ({ mac: `52:54:00:00:00:0${index}`, vlan }));
    const reason = policy(t, rules).forbidsHeadnode(startOrder({ nics }));
    if (allowed) expect(reason).toBeUndefined();
    else expect(reason).toBe('policy.json allows VLANs 100, and VLAN 101 is none of them');
  });

  test('counts the changes of a minute', (t) => {
    const { count } = policy(t, { changes_per_minute: 2 });
    expect([count('a', 0), count('b', 30_000)]).toEqual([undefined, undefined]);
    expect(count('c', 59_999)).toContain('each process of this agent 2 change(s) a minute');
    expect(count('d', 60_000)).toBeUndefined();
    expect(count('e', 60_001)).toContain('a minute');
    expect(count('f', 90_000)).toBeUndefined();
  });

  test('does not count what was not begun after all', (t) => {
    const { count, uncount } = policy(t, { changes_per_minute: 1 });
    expect(count('a', 0)).toBeUndefined();
    uncount('a');
    uncount('never counted');
    expect(count('b', 1)).toBeUndefined();
    expect(count('c', 2)).toContain('1 change(s) a minute');
  });

  test.for([
    'not json',
    '[]',
    { vlan: '100' },
    { vlans: '0-100' },
    { vlans: '100-5000' },
    { vlans: 'all' },
    { vlans: '' },
    { protected_ports: ['nexus-01'] },
    { protected_ports: 'nexus-01 Ethernet1/1' },
    { switches: ['10.1.0.0/33'] },
    { switches: ['10.1.0.0/'] },
    { switches: ['10.1.0/24'] },
    { switches: ['10.1.0.0/16/8'] },
    { switches: ['-rack'] },
    { changes_per_minute: 0 },
    { changes_per_minute: '5' },
  ])('stops the agent for a file that is not understood: %j', (rules, t) => {
    expect(() => policy(t, rules)).toThrow(
      expect.objectContaining({ name: 'ConfigError', message: expect.stringContaining('policy.json') }),
    );
  });
});
