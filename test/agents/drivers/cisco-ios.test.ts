import { describe, expect, test } from 'vitest';
import { ciscoIos, ciscoIosFamily } from '../../../agents/drivers/cisco-ios.ts';
import { findDriver } from '../../../agents/drivers/drivers.ts';

const port = 'GigabitEthernet1/0/5';
const settings = { transport: 'ssh', dummy_vlan: 2222, legacy_ssh: false, save: true } as const;

describe('cisco_ios: commands', () => {
  test('shuts, makes the VLANs, empties the list before it trunks, and leaves the port shut', () => {
    expect(ciscoIosFamily.change(port, { native: 100, tagged: [101, 300], enabled: true }, settings, [])).toEqual([
      'configure terminal',
      'interface GigabitEthernet1/0/5',
      'shutdown',
      ...['vlan 100', 'exit', 'vlan 101', 'exit', 'vlan 300', 'exit'],
      'interface GigabitEthernet1/0/5',
      { line: 'switchport', mayFail: true },
      'switchport trunk allowed vlan none',
      { line: 'switchport trunk encapsulation dot1q', mayFail: true },
      'switchport mode trunk',
      'switchport trunk native vlan 100',
      'switchport trunk allowed vlan 100-101,300',
      'end',
    ]);
  });

  test('without VLANs, the native one is the dummy, which is neither made nor allowed', () => {
    const steps = ciscoIosFamily.change(port, { native: null, tagged: [], enabled: true }, settings, []);
    if ('problem' in steps) throw new Error(steps.problem);
    expect(steps.filter((step) => typeof step === 'string' && step.includes('vlan'))).toEqual([
      'switchport trunk allowed vlan none',
      'switchport trunk native vlan 2222',
    ]);
  });

  test('splits a long list over lines that IOS takes', () => {
    const tagged = Array.from({ length: 300 }, (_, index) => 1001 + 2 * index);
    const steps = ciscoIosFamily.change(port, { native: null, tagged, enabled: true }, settings, []);
    if ('problem' in steps) throw new Error(steps.problem);
    const lines = steps.filter((step) => typeof step === 'string').filter((line) => / allowed vlan (?:add )?\d/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.every((line) => line.length < 254)).toBe(true);
    expect(lines.map((line) => line.includes(' add '))).toEqual(lines.map((_, index) => index > 0));
    expect(lines.join(',').match(/\d+/g)?.map(Number)).toEqual(tagged);
  });

  test('opens and shuts with nothing else', () => {
    expect(ciscoIosFamily.enable(port, settings)).toEqual(['configure terminal', `interface ${port}`, 'no shutdown', 'end']);
    expect(ciscoIosFamily.shut(port, settings)).toEqual(['configure terminal', `interface ${port}`, 'shutdown', 'end']);
  });
});

describe('cisco_ios: what the switch says', () => {
  test.each([
    "             ^\n% Invalid input detected at '^' marker.\n",
    '% Incomplete command.',
    '% Ambiguous command:  "sw"',
    'Command rejected: An interface whose trunk encapsulation is "Auto" can not be configured to "trunk" mode.',
    'Command rejected: Bad VLAN list - character #5 is a non-numeric',
    '% Failed to create VLANs 3000',
    '%Failed to commit extended VLAN(s) changes.',
    'VTP VLAN configuration not allowed when device is in CLIENT mode.',
    'Extended VLAN(s) not allowed in current VTP mode.',
    'Command authorization failed.',
  ])('a refusal: %j', (text) => {
    expect(text).toMatch(ciscoIosFamily.refusal);
  });

  test.each([
    'Enter configuration commands, one per line.  End with CNTL/Z.',
    'interface GigabitEthernet1/0/5\n description % Invalid\nend',
    'Name: Gi1/0/5\nSwitchport: Enabled',
  ])('no refusal: %j', (text) => {
    expect(text).not.toMatch(ciscoIosFamily.refusal);
  });

  test('somebody else is configuring: not a refusal, but a reason to wait', () => {
    const text = "Configuration mode is locked by process '123' user 'unknown' from terminal '0'. Please try later.";
    expect(text).toMatch(ciscoIosFamily.busy ?? /^$/);
  });

  test.each([
    ['sw-01#', 'sw-01', ''],
    ['sw_01.lab(config-if)#', 'sw_01.lab', 'config-if'],
    ['sw-01(config-vlan)#', 'sw-01', 'config-vlan'],
    ['sw-01(config)# ', 'sw-01', 'config'],
  ])('a prompt: %j', (line, host, mode) => {
    const match = ciscoIosFamily.dialect.prompt.exec(line);
    expect([match?.[1], match?.[2] ?? '']).toEqual([host, mode]);
  });

  test.each(['sw-01>', 'sw-01# show vlan', 'see # above', '#', 'Username: '])('no prompt with all rights: %j', (line) => {
    expect(line).not.toMatch(ciscoIosFamily.dialect.prompt);
  });

  test.each([
    '%LINK-3-UPDOWN: Interface GigabitEthernet1/0/5, changed state to up',
    '*Mar  1 00:01:02.123: %SYS-5-CONFIG_I: Configured from console by haas on vty0 (192.0.2.1)',
    '000123: Nov 22 2026 12:00:00 CET: %LINEPROTO-5-UPDOWN: Line protocol on Interface Gi1/0/5, changed state to down',
    '%SW_MATM-4-MACFLAP_NOTIF: Host 0000.5e00.5301 in vlan 100 is flapping',
  ])('a log line: %j', (line) => {
    expect(ciscoIosFamily.dialect.log.exec(line)?.index).toBe(0);
  });

  test.each([
    ['Cisco IOS Software, C2960S Software (C2960S-UNIVERSALK9-M), Version 15.2(2)E9, RELEASE SOFTWARE (fc4)', '15.2(2)E9'],
    [
      'Cisco IOS XE Software, Version 17.09.04a\nCisco IOS Software [Cupertino], Catalyst L3 Switch, Version 17.9.4a,',
      '17.09.04a',
    ],
  ])('its version: %j', (text, version) => {
    expect(ciscoIosFamily.version.pattern.exec(text)?.[1]).toBe(version);
  });

  test('the questions of saving, and its end', () => {
    const { save } = ciscoIosFamily;
    if (!save || typeof save.step === 'string') throw new Error('saving asks questions');
    const [file, confirm] = save.step.questions ?? [];
    expect('Destination filename [startup-config]? ').toMatch(file?.asked ?? /^$/);
    expect('Overwrite the previous NVRAM configuration?[confirm]').toMatch(confirm?.asked ?? /^$/);
    expect('Proceed with reload? [confirm]').not.toMatch(confirm?.asked ?? /^/);
    expect('Building configuration...\n[OK]').toMatch(save.done);
    expect('Building configuration...\nCompressed configuration from 19796 bytes to 8421 bytes[OK]').toMatch(save.done);
    expect('startup-config file open failed (Device or resource busy)').toMatch(save.busy ?? /^$/);
  });
});

test('is found by the short name of its family', () => {
  expect(findDriver('cisco_ios')).toBe(ciscoIos);
});
