import { describe, expect, test } from 'vitest';
import { findDriver } from '../../../agents/drivers/drivers.ts';
import { nexus, nexusFamily } from '../../../agents/drivers/nexus.ts';

const port = 'Ethernet1/3';
const settings = { transport: 'ssh', dummy_vlan: 2222, legacy_ssh: false, save: true } as const;

describe('nexus: commands', () => {
  test('shuts, makes the VLANs, empties the list before it trunks, and leaves the port shut', () => {
    expect(nexusFamily.change(port, { native: 100, tagged: [101, 300], enabled: true }, settings, [])).toEqual([
      'configure terminal',
      'interface ethernet 1/3',
      'shutdown',
      ...['vlan 100', 'exit', 'vlan 101', 'exit', 'vlan 300', 'exit'],
      'interface ethernet 1/3',
      'switchport',
      'switchport trunk allowed vlan none',
      'switchport mode trunk',
      'switchport trunk native vlan 100',
      'switchport trunk allowed vlan 100-101,300',
      'end',
    ]);
  });

  test('without VLANs, the native one is the dummy, which is neither made nor allowed', () => {
    expect(nexusFamily.change('Ethernet101/1/3', { native: null, tagged: [], enabled: true }, settings, [])).toEqual([
      'configure terminal',
      'interface ethernet 101/1/3',
      'shutdown',
      'interface ethernet 101/1/3',
      'switchport',
      'switchport trunk allowed vlan none',
      'switchport mode trunk',
      'switchport trunk native vlan 2222',
      'end',
    ]);
  });

  test('splits a long list over lines of less than 200 characters', () => {
    const tagged = Array.from({ length: 300 }, (_, index) => 1001 + 2 * index);
    const steps = nexusFamily.change(port, { native: null, tagged, enabled: true }, settings, []);
    if ('problem' in steps) throw new Error(steps.problem);
    const lines = steps.filter((step) => typeof step === 'string').filter((line) => / allowed vlan (?:add )?\d/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.every((line) => line.length < 200)).toBe(true);
    expect(lines.map((line) => line.startsWith('switchport trunk allowed vlan add '))).toEqual(
      lines.map((_, index) => index > 0),
    );
    expect(lines.join(',').match(/\d+/g)?.map(Number)).toEqual(tagged);
  });

  test('opens and shuts with nothing else', () => {
    expect(nexusFamily.enable(port, settings)).toEqual(['configure terminal', 'interface ethernet 1/3', 'no shutdown', 'end']);
    expect(nexusFamily.shut(port, settings)).toEqual(['configure terminal', 'interface ethernet 1/3', 'shutdown', 'end']);
  });
});

describe('nexus: what the switch says', () => {
  test.each([
    "                       ^\n% Invalid command at '^' marker.",
    "% Ambiguous command at '^' marker.",
    "% Incomplete command at '^' marker.",
    '\n% Permission denied for the role',
    'ERROR: Ethernet1/3: requested config change not allowed',
    "Syntax error while parsing 'vlan x'",
    "Invalid interface format at '^' marker.",
  ])('a refusal: %j', (text) => {
    expect(text).toMatch(nexusFamily.refusal);
  });

  test.each([
    'Enter configuration commands, one per line.  End with CNTL/Z.',
    'interface Ethernet1/3\n  description % Invalid',
    'Name: Ethernet1/3\n  Switchport: Enabled',
  ])('no refusal: %j', (text) => {
    expect(text).not.toMatch(nexusFamily.refusal);
  });

  test.each([
    ['nexus-01# ', 'nexus-01', ''],
    ['nexus-01#', 'nexus-01', ''],
    ['a.b@c_d(config-if-range)# ', 'a.b@c_d', 'config-if-range'],
    ['nexus-01(maint-mode)# ', 'nexus-01', ''],
    ['nexus-01(maint-mode)(config-if)# ', 'nexus-01', 'config-if'],
  ])('a prompt: %j', (line, host, mode) => {
    const match = nexusFamily.dialect.prompt.exec(line);
    expect([match?.[1], match?.[2] ?? '']).toEqual([host, mode]);
  });

  test.each(['nexus-01# show vlan', 'see # above', ' nexus-01# ', 'nexus-01> ', '# ', 'login: '])('no prompt: %j', (line) => {
    expect(line).not.toMatch(nexusFamily.dialect.prompt);
  });
});

test('drivers are found by the short name of their family', () => {
  expect(findDriver('nexus')).toBe(nexus);
  expect(findDriver('mock')?.type).toBe('mock');
  expect(findDriver('vax')).toBeUndefined();
});
