import { describe, expect, test } from 'vitest';
import { delln3000, delln3000Family } from '../../../agents/drivers/delln3000.ts';
import { findDriver } from '../../../agents/drivers/drivers.ts';

const { change, chatter, dialect, enable, isShut, read, refusal, save, shut, version } = delln3000Family;
const port = 'Gi1/0/5';
const settings = { transport: 'ssh', dummy_vlan: 3900, legacy_ssh: false, save: true } as const;
const close = 'switchport trunk allowed vlan remove 1-4093';

describe('delln3000: commands', () => {
  test('makes the VLANs, closes the trunk, and allows a native VLAN before it is one', () => {
    expect(change(port, { native: 300, tagged: [100, 101], enabled: true }, settings, [])).toEqual([
      'configure',
      'vlan 100-101,300',
      'exit',
      'interface Gi1/0/5',
      { line: close, mayFail: true },
      'switchport mode trunk',
      close,
      'switchport trunk allowed vlan add 300',
      'switchport trunk native vlan 300',
      'switchport trunk allowed vlan add 100-101',
      'end',
    ]);
  });

  test('without a native VLAN the dummy is made, made native, and taken out of the list', () => {
    expect(change(port, { native: null, tagged: [100], enabled: true }, settings, [])).toEqual([
      'configure',
      'vlan 100,3900',
      'exit',
      'interface Gi1/0/5',
      { line: close, mayFail: true },
      'switchport mode trunk',
      close,
      'switchport trunk allowed vlan add 3900',
      'switchport trunk native vlan 3900',
      'switchport trunk allowed vlan remove 3900',
      'switchport trunk allowed vlan add 100',
      'end',
    ]);
  });

  test.each([
    ['shutdown', true],
    ['description "shutdown"\nshutdown', true],
    ['', false],
    ['no shutdown', false],
    ['description "shutdown"', false],
  ])('whether a port is shut is seen in its configuration: %j', (lines, expected) => {
    expect(isShut?.([`interface Gi1/0/5\n${lines}\nexit`])).toBe(expected);
  });

  test('splits a long list, where VLANs are made and where they are allowed', () => {
    const tagged = Array.from({ length: 300 }, (_, index) => 1001 + 2 * index);
    const steps = change(port, { native: null, tagged, enabled: true }, settings, []);
    if ('problem' in steps) throw new Error(steps.problem);
    const lines = steps.filter((step) => typeof step === 'string');
    expect(lines.every((line) => line.length < 160)).toBe(true);
    for (const begin of ['vlan ', 'switchport trunk allowed vlan add ']) {
      const lists = lines.filter((line) => line.startsWith(begin) && /\d$/.test(line)).map((line) => line.slice(begin.length));
      expect(lists.length).toBeGreaterThan(10);
      expect(
        lists
          .join(',')
          .split(',')
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual([...tagged, 3900]);
    }
  });

  test('opens and shuts with nothing else', () => {
    expect(enable(port, settings)).toEqual(['configure', 'interface Gi1/0/5', 'no shutdown', 'end']);
    expect(shut(port, settings)).toEqual(['configure', 'interface Gi1/0/5', 'shutdown', 'end']);
  });

  test('reads what is configured, what is in force, and who is in the dummy VLAN, which need not exist', () => {
    expect(read(port, settings)).toEqual([
      'show running-config interface Gi1/0/5',
      'show interfaces switchport Gi1/0/5',
      { line: 'show vlan id 3900', mayFail: true },
    ]);
  });

  test('saves with a single key', () => {
    const step = save?.step;
    if (step === undefined || typeof step === 'string') throw new Error('it asks nothing');
    expect(step.questions).toEqual([{ asked: expect.any(RegExp), reply: 'y', key: true }]);
    const asked = step.questions?.[0]?.asked ?? /never/;
    expect('Are you sure you want to save? (y/n) ').toMatch(asked);
    expect('Are you sure you want to save?').not.toMatch(asked);
    expect(save?.done.test('\nConfiguration Saved!\n')).toBe(true);
    expect(save?.done.test('Configuration Not Saved!')).toBe(false);
  });
});

describe('delln3000: what the switch says', () => {
  test.each([
    "          ^\n% Invalid input detected at '^' marker.",
    'These VLANs do not exist:  100.',
    '\n          Failure Information\n---------------',
    'VLAN       999 ERROR: This VLAN does not exist.',
    'ERROR: This VLAN does not exist.',
    'Interface not in Trunk Mode.',
    'Could not configure pvid.',
    'An invalid interface has been used for this function',
    'Command not found / Incomplete command. Use ? to list commands.',
    'Value is out of range. The valid range is 1 to 4093.',
    'VLAN ID not found.',
    'Unable to add the interface',
    'Cannot configure this port',
    'VLAN 5 already exists',
    'Failed to set the mode',
    'Incorrect input! Use ...',
    'Interface is part of a port-channel',
  ])('a refusal: %j', (text) => {
    expect(text).toMatch(refusal);
  });

  test.each([
    'interface Gi1/0/5\ndescription "Cannot be found: Failed disk, ERROR"\nshutdown',
    'Port: Gi1/0/5\nVLAN Membership Mode: Trunk Mode',
    'Warning: The use of large numbers of VLANs or interfaces may cause significant\ndelays in applying the configuration.',
  ])('no refusal: %j', (text) => {
    expect(text).not.toMatch(refusal);
  });

  test('its warning about many VLANs is chatter, and nothing else is', () => {
    const warning = 'Warning: The use of large numbers of VLANs or interfaces may cause significant';
    for (const line of [warning, 'delays in applying the configuration.']) expect(line).toMatch(chatter);
    for (const line of ['Warning: The use of this port', 'done', 'VLAN 5 created']) expect(line).not.toMatch(chatter);
  });

  test.each([
    ['console#', 'console', ''],
    ['n3048-1.lab(config)#', 'n3048-1.lab', 'config'],
    ['console(config-if-Gi1/0/5)# ', 'console', 'config-if-Gi1/0/5'],
    ['console(config-vlan100)#', 'console', 'config-vlan100'],
  ])('a prompt: %j', (line, host, mode) => {
    const match = dialect.prompt.exec(line);
    expect([match?.[1], match?.[2] ?? '']).toEqual([host, mode]);
  });

  test.each(['console>', 'console# show vlan', '#', 'console(x y)#', '--More-- or (q)uit'])('no prompt: %j', (line) => {
    expect(line).not.toMatch(dialect.prompt);
  });

  test('knows its questions, its pager and its log lines', () => {
    expect('User:').toMatch(dialect.username);
    expect('Password:').toMatch(dialect.password);
    expect('console>').toMatch(dialect.elevate?.from ?? /never/);
    expect('--More-- or (q)uit').toMatch(dialect.pager);
    expect('<189> Oct 13 23:24:00 10.9.0.8-1 TRAPMGR[277167328]: traputil.c(638) 24282 %% Link Up: Gi1/0/5').toMatch(dialect.log);
    expect('10 <b> Oct').not.toMatch(dialect.log);
  });

  test.each([
    { name: '5.1, first image', rows: ['1    5.1.16.9    5.1.10.4   image1         image1'], found: '5.1.16.9' },
    { name: '5.1, second image', rows: ['1    4.2.1.9     5.1.16.4   image2         image1'], found: '5.1.16.4' },
    {
      name: '6.x',
      rows: ['1    6.3.2.9     6.2.6.4    6.3.2.9        6.2.6.4', '2    6.3.2.9     6.2.6.4    6.3.2.9        6.2.6.4'],
      found: '6.3.2.9',
    },
  ])('tells the version that runs: $name', ({ rows, found }) => {
    const text = [
      'System Up Time.................... 3 days, 15h:51m:10s',
      '',
      'unit active      backup     current-active next-active',
      '---- ----------- ---------- -------------- --------------',
      ...rows,
    ].join('\n');
    expect(version.pattern.exec(`${text}\n`)?.[1]).toBe(found);
  });
});

test('is found by its type', () => {
  expect(findDriver('delln3000')).toBe(delln3000);
});
