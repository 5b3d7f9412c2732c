import { describe, expect, test } from 'vitest';
import { dellOs10, dellOs10Family } from '../../../agents/drivers/dell-os10.ts';
import { findDriver } from '../../../agents/drivers/drivers.ts';

const port = 'ethernet1/1/5';
const settings = { transport: 'ssh', legacy_ssh: false, save: true } as const;

/** `show running-configuration interface` with these lines in it. */
const configured = (...lines: string[]) => ['!', `interface ${port}`, ...lines.map((line) => ` ${line}`), ''].join('\n');
const fresh = configured('no shutdown', 'switchport access vlan 1', 'flowcontrol receive off');

describe('dell_os10: commands', () => {
  test('asks what the port holds before it changes it', () => {
    const want = { native: 100, tagged: [], enabled: true };
    expect(dellOs10Family.prior?.(port, want, settings)).toEqual(['show running-configuration interface ethernet 1/1/5']);
  });

  test('shuts, makes the VLANs, takes the old ones off and leaves the port shut', () => {
    const held = configured(
      'no shutdown',
      'switchport mode trunk',
      'switchport access vlan 90',
      'switchport trunk allowed vlan 91-92,95',
    );
    expect(dellOs10Family.change(port, { native: 100, tagged: [101, 300], enabled: true }, settings, [held])).toEqual([
      'configure terminal',
      'interface ethernet 1/1/5',
      'shutdown',
      ...['interface vlan 100', 'exit', 'interface vlan 101', 'exit', 'interface vlan 300', 'exit'],
      'interface ethernet 1/1/5',
      'switchport mode trunk',
      'no switchport trunk allowed vlan 91-92,95',
      'switchport access vlan 100',
      'switchport trunk allowed vlan 101,300',
      'end',
    ]);
  });

  test('without VLANs, a trunk has no access VLAN either', () => {
    expect(dellOs10Family.change('ethernet1/1/5', { native: null, tagged: [], enabled: false }, settings, [fresh])).toEqual([
      'configure terminal',
      'interface ethernet 1/1/5',
      'shutdown',
      'interface ethernet 1/1/5',
      'switchport mode trunk',
      'no switchport access vlan',
      'end',
    ]);
  });

  test('a port of a bundle is not changed', () => {
    const member = configured('no shutdown', 'channel-group 10 mode active', 'no switchport');
    expect(dellOs10Family.change(port, { native: 100, tagged: [], enabled: true }, settings, [member])).toEqual({
      problem: expect.stringContaining('channel-group'),
    });
  });

  test('splits long lists, those that go and those that come', () => {
    const many = Array.from({ length: 300 }, (_, index) => 1001 + 2 * index);
    const held = configured('shutdown', 'switchport mode trunk', `switchport trunk allowed vlan ${many.join(',')}`);
    const steps = dellOs10Family.change(port, { native: null, tagged: many, enabled: true }, settings, [held]);
    if ('problem' in steps) throw new Error(steps.problem);
    for (const verb of [/^no switchport trunk allowed vlan /, /^switchport trunk allowed vlan /]) {
      const lines = steps.filter((step) => typeof step === 'string').filter((line) => verb.test(line));
      expect(lines.length).toBeGreaterThan(5);
      expect(lines.every((line) => line.length < 200)).toBe(true);
      expect(lines.join(',').match(/\d+/g)?.map(Number)).toEqual(many);
    }
  });

  test('opens and shuts with nothing else, a lane of a broken out port as well', () => {
    const lane = 'ethernet1/1/5:2';
    const lines = ['configure terminal', 'interface ethernet 1/1/5:2'];
    expect(dellOs10Family.enable(lane, settings)).toEqual([...lines, 'no shutdown', 'end']);
    expect(dellOs10Family.shut(lane, settings)).toEqual([...lines, 'shutdown', 'end']);
  });
});

describe('dell_os10: what the switch says', () => {
  test.each([
    '% Error: Unrecognized command.',
    '% Error: Illegal parameter.',
    '% Error: Interface cannot be an access and trunk member of the same VLAN. One of the vlan is already an access vlan.',
    '% Error:  Range configuration conflict - the last command was not applied.',
    '  % Warning: something',
    '        ^\n% Error: Unrecognized command.',
  ])('a refusal: %j', (text) => {
    expect(text).toMatch(dellOs10Family.refusal);
  });

  test.each([
    fresh,
    'interface ethernet1/1/5\n description 50% of it',
    'NUM    Status    Description                     Q Ports',
  ])('no refusal: %j', (text) => {
    expect(text).not.toMatch(dellOs10Family.refusal);
  });

  test.each([
    ['OS10# ', 'OS10', ''],
    ['leaf-1.lab#', 'leaf-1.lab', ''],
    ['OS10(config)# ', 'OS10', 'config'],
    ['OS10(conf-if-eth1/1/5)# ', 'OS10', 'conf-if-eth1/1/5'],
    ['OS10(conf-if-eth1/1/5:2)# ', 'OS10', 'conf-if-eth1/1/5:2'],
    ['OS10(conf-if-vl-100)# ', 'OS10', 'conf-if-vl-100'],
    ['OS10(conf-range-eth1/1/1-1/1/2)# ', 'OS10', 'conf-range-eth1/1/1-1/1/2'],
  ])('a prompt: %j', (line, host, mode) => {
    const match = dellOs10Family.dialect.prompt.exec(line);
    expect([match?.[1], match?.[2] ?? '']).toEqual([host, mode]);
  });

  test.each(['OS10# show vlan', 'OS10> ', '#', 'admin@OS10:~$ ', '# '])('no prompt with all rights: %j', (line) => {
    expect(line).not.toMatch(dellOs10Family.dialect.prompt);
  });

  test.each([
    'Apr 18 12:23:29 OS10 dn_ifm[812]: Node.1-Unit.1:PRI [event], Dell EMC (OS10) %IFM_OSTATE_UP: Interface operational state is up',
    '<165>1 2026-02-14T13:46:46.740353+00:00 OS10 dn_ifm 812 - - Node.1-Unit.1:PRI [event], Dell (OS10) %IFM_ASTATE_UP: up',
    '%Dell EMC (OS10) %IFM_ASTATE_UP: Interface admin state up',
  ])('a log line: %j', (line) => {
    expect(dellOs10Family.dialect.log.exec(line)?.index).toBe(0);
  });

  test('no log line: when the configuration was changed last', () => {
    expect('! Last configuration change at Feb  25 15:06:23 2026').not.toMatch(dellOs10Family.dialect.log);
  });

  test('its version, and the end of saving', () => {
    const text = 'Dell SmartFabric OS10 Enterprise\nOS Version: 10.5.4.3\nBuild Version: 10.5.4.3.99\nSystem Type: S5248F-ON';
    expect(dellOs10Family.version.pattern.exec(text)?.[1]).toBe('10.5.4.3');
    const done = dellOs10Family.save?.done ?? /^(?!)/;
    for (const said of ['', '\n', 'Copy completed']) expect(said).toMatch(done);
    expect('\x7fqq').not.toMatch(done);
  });
});

test('is found by the short name of its family', () => {
  expect(findDriver('dell_os10')).toBe(dellOs10);
});
