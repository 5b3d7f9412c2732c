import { describe, expect, test } from 'vitest';
import { aristaEos, aristaEosFamily } from '../../../agents/drivers/arista-eos.ts';
import { findDriver } from '../../../agents/drivers/drivers.ts';

const port = 'Ethernet1';
const settings = { transport: 'ssh', legacy_ssh: false, save: true } as const;

describe('arista_eos: commands', () => {
  test('shuts, makes the VLANs, empties the list before it trunks, and leaves the port shut', () => {
    expect(aristaEosFamily.change(port, { native: 100, tagged: [101, 300], enabled: true }, settings, [])).toEqual([
      ...['configure terminal', 'interface Ethernet1', 'shutdown', 'end'],
      { line: 'no configure session haas', mayFail: true },
      'configure session haas',
      'show session-config diffs',
      'interface Ethernet1',
      'shutdown',
      ...['vlan 100', 'exit', 'vlan 101', 'exit', 'vlan 300', 'exit'],
      'interface Ethernet1',
      'switchport',
      'switchport trunk allowed vlan none',
      'switchport mode trunk',
      'switchport trunk native vlan 100',
      'switchport trunk allowed vlan 100-101,300',
      'commit',
    ]);
  });

  test('without a native VLAN, untagged frames are dropped', () => {
    const steps = aristaEosFamily.change('Ethernet49/1', { native: null, tagged: [], enabled: true }, settings, []);
    if ('problem' in steps) throw new Error(steps.problem);
    expect(steps.slice(-5)).toEqual([
      'switchport',
      'switchport trunk allowed vlan none',
      'switchport mode trunk',
      'switchport trunk native vlan tag',
      'commit',
    ]);
  });

  test('splits a long list', () => {
    const tagged = Array.from({ length: 300 }, (_, index) => 1001 + 2 * index);
    const steps = aristaEosFamily.change(port, { native: null, tagged, enabled: true }, settings, []);
    if ('problem' in steps) throw new Error(steps.problem);
    const lines = steps.filter((step) => typeof step === 'string').filter((line) => / allowed vlan (?:add )?\d/.test(line));
    expect(lines.map((line) => line.includes(' add '))).toEqual(lines.map((_, index) => index > 0));
    expect(lines.join(',').match(/\d+/g)?.map(Number)).toEqual(tagged);
  });

  test('opens and shuts with nothing else', () => {
    expect(aristaEosFamily.enable(port, settings)).toEqual(['configure terminal', 'interface Ethernet1', 'no shutdown', 'end']);
    expect(aristaEosFamily.shut(port, settings)).toEqual(['configure terminal', 'interface Ethernet1', 'shutdown', 'end']);
  });
});

describe('arista_eos: what the switch says', () => {
  test.each([
    '% Invalid input',
    "% Invalid input (at token 2: 'Ethernet99')",
    '% Incomplete command',
    '% Ambiguous command',
    '% Unavailable command (privileged mode required)',
    '% Authorization denied for command "configure"',
    '% VLAN 1006 is in use by an internal allocation',
  ])('a refusal: %j', (text) => {
    expect(text).toMatch(aristaEosFamily.refusal);
  });

  test.each(['interface Ethernet1\n   description % Invalid', 'Name: Et1\nSwitchport: Enabled'])('no refusal: %j', (text) => {
    expect(text).not.toMatch(aristaEosFamily.refusal);
  });

  test.each([
    ['leaf-01#', 'leaf-01', ''],
    ['leaf-01.lab(config)#', 'leaf-01.lab', 'config'],
    ['leaf-01(config-if-Et49/1)#', 'leaf-01', 'config-if-Et49/1'],
    ['leaf-01(config-vlan-100)#', 'leaf-01', 'config-vlan-100'],
    ['leaf-01(config-s-other-if-Et1)#', 'leaf-01', 'config-s-other-if-Et1'],
    ['core(s1)#', 'core', ''],
    ['core(s2)(config-if-Et3/1/1)#', 'core', 'config-if-Et3/1/1'],
  ])('a prompt: %j', (line, host, mode) => {
    const match = aristaEosFamily.dialect.prompt.exec(line);
    expect([match?.[1], match?.[2] ?? '']).toEqual([host, mode]);
  });

  test.each(['leaf-01>', 'leaf-01#show vlan', '[admin@leaf-01 ~]$ ', '#'])('no prompt with all rights: %j', (line) => {
    expect(line).not.toMatch(aristaEosFamily.dialect.prompt);
  });

  test.each([
    'Nov 22 12:00:00 leaf-01 Ebra: %LINEPROTO-5-UPDOWN: Line protocol on Interface Ethernet1, changed state to up',
    'Nov  2 12:00:00 leaf-01 ConfigAgent: 12: %SYS-5-CONFIG_SESSION_COMMIT_SUCCESS: User haas committed haas successfully',
    '2026-11-22T12:00:00.123456+00:00 leaf-01 Cli: %SYS-5-CONFIG_I: Configured from console by haas on vty3 (192.0.2.1)',
  ])('a log line: %j', (line) => {
    expect(aristaEosFamily.dialect.log.exec(line)?.index).toBe(0);
  });

  test('its version, and the end of saving', () => {
    const text = 'Arista DCS-7050SX3-48YC8-F\nHardware version: 11.03\nSoftware image version: 4.29.2F\nArchitecture: x86_64';
    expect(aristaEosFamily.version.pattern.exec(text)?.[1]).toBe('4.29.2F');
    expect('Copy completed successfully.').toMatch(aristaEosFamily.save?.done ?? /^$/);
    expect('').not.toMatch(aristaEosFamily.save?.done ?? /^/);
  });
});

test('is found by the short name of its family', () => {
  expect(findDriver('arista_eos')).toBe(aristaEos);
});
