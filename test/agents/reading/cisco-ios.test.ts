import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCiscoIosPort } from '../../../agents/reading/cisco-ios.ts';
import { formatVlans } from '../../../agents/reading/vlan-list.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const port = 'GigabitEthernet1/0/5';
const others = Array.from({ length: 4094 }, (_, index) => index + 1);

/** `show running-config interface` with these lines in it. */
const configuration = (...lines: string[]) =>
  ['Building configuration...', '', 'Current configuration : 146 bytes', '!', `interface ${port}`]
    .concat(
      lines.map((line) => ` ${line}`),
      'end',
      '',
    )
    .join('\n');

/** `show interfaces switchport`; fields can be replaced, added and, as undefined, taken out. */
const switchport = (fields: Record<string, string | undefined> = {}) =>
  Object.entries({
    Name: 'Gi1/0/5',
    Switchport: 'Enabled',
    'Administrative Mode': 'trunk',
    'Operational Mode': 'down',
    'Administrative Trunking Encapsulation': 'dot1q',
    'Negotiation of Trunking': 'On',
    'Access Mode VLAN': '1 (default)',
    'Trunking Native Mode VLAN': '1 (default)',
    'Administrative Native VLAN tagging': 'enabled',
    'Voice VLAN': 'none',
    'Administrative private-vlan host-association': 'none ',
    'Administrative private-vlan mapping': 'none ',
    'Operational private-vlan': 'none',
    'Trunking VLANs Enabled': 'ALL',
    'Pruning VLANs Enabled': '2-1001',
    ...fields,
  })
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]))
    .concat('Capture Mode Disabled', 'Capture VLANs Allowed: ALL', '', 'Protected: false', 'Appliance trust: none')
    .join('\n');

describe('cisco_ios: reading a port', () => {
  test.each<{ name: string; lines: string[]; fields: Record<string, string>; state: PortState }>([
    {
      name: 'as many come from the factory',
      lines: [],
      fields: { 'Administrative Mode': 'dynamic auto', 'Operational Mode': 'static access' },
      state: { native: 1, tagged: [], enabled: true },
    },
    {
      name: 'as the others do',
      lines: [],
      fields: { 'Administrative Mode': 'static access', 'Operational Mode': 'down' },
      state: { native: 1, tagged: [], enabled: true },
    },
    {
      name: 'in access mode',
      lines: ['description node 5 % eth0', 'switchport access vlan 100', 'switchport mode access', 'spanning-tree portfast'],
      fields: {
        'Administrative Mode': 'static access',
        'Operational Mode': 'static access',
        'Access Mode VLAN': '100 (hil-100)',
        'Operational Trunking Encapsulation': 'native',
      },
      state: { native: 100, tagged: [], enabled: true },
    },
    {
      name: 'that looks like an access port, but whoever is plugged in may make a trunk of it',
      lines: ['switchport access vlan 100'],
      fields: {
        'Administrative Mode': 'dynamic auto',
        'Operational Mode': 'static access',
        'Access Mode VLAN': '100 (a)',
      },
      state: { native: 100, tagged: others.filter((vlan) => vlan !== 100), enabled: true },
    },
    {
      name: 'that became a trunk, and may be an access port again',
      lines: ['switchport trunk native vlan 100', 'switchport trunk allowed vlan 100,200', 'switchport mode dynamic auto'],
      fields: {
        'Administrative Mode': 'dynamic auto',
        'Operational Mode': 'trunk',
        'Trunking Native Mode VLAN': '100 (a)',
        'Trunking VLANs Enabled': '100,200',
      },
      state: { native: 100, tagged: [1, 200], enabled: true },
    },
    {
      name: 'that negotiates, but has nothing to give away',
      lines: ['switchport access vlan 100', 'switchport trunk allowed vlan 100', 'switchport mode dynamic desirable'],
      fields: { 'Administrative Mode': 'dynamic desirable', 'Access Mode VLAN': '100 (a)', 'Trunking VLANs Enabled': '100' },
      state: { native: 100, tagged: [], enabled: true },
    },
    {
      name: 'that trunks everything',
      lines: ['switchport trunk encapsulation dot1q', 'switchport mode trunk'],
      fields: { 'Operational Mode': 'trunk', 'Operational Trunking Encapsulation': 'dot1q' },
      state: { native: 1, tagged: others.slice(1), enabled: true },
    },
    {
      name: 'with a native VLAN that is not created yet',
      lines: ['switchport trunk native vlan 100', 'switchport trunk allowed vlan 100,200', 'switchport mode trunk', 'shutdown'],
      fields: { 'Trunking Native Mode VLAN': '100 (Inactive)', 'Trunking VLANs Enabled': '100,200' },
      state: { native: 100, tagged: [200], enabled: false },
    },
    {
      name: 'whose native VLAN is not allowed, so that it has none',
      lines: ['switchport trunk native vlan 2222', 'switchport trunk allowed vlan none', 'switchport mode trunk'],
      fields: { 'Trunking Native Mode VLAN': '2222 (Inactive)', 'Trunking VLANs Enabled': 'NONE' },
      state: { native: null, tagged: [], enabled: true },
    },
    {
      name: 'with lists on several lines',
      lines: ['switchport trunk allowed vlan 5-7,9', 'switchport trunk allowed vlan add 11,13', 'switchport mode trunk'],
      fields: { 'Trunking VLANs Enabled': '5-7,9,\n     11,13' },
      state: { native: null, tagged: [5, 6, 7, 9, 11, 13], enabled: true },
    },
    {
      name: 'that routes, and is in no VLAN',
      lines: ['no switchport', 'no ip address', 'shutdown'],
      fields: { Switchport: 'Disabled' },
      state: { native: null, tagged: [], enabled: false },
    },
  ])('$name', ({ lines, fields, state }) => {
    expect(parseCiscoIosPort(port, configuration(...lines), switchport(fields))).toEqual(state);
  });

  test('lists of any length survive', () => {
    const vlans = fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { minLength: 1 });
    fc.assert(
      fc.property(vlans, (unsorted) => {
        const tagged = unsorted.filter((vlan) => vlan !== 77).sort((a, b) => a - b);
        const lists = formatVlans(tagged, 60);
        const lines = lists.map((list, index) => `switchport trunk allowed vlan ${index === 0 ? '' : 'add '}${list}`);
        const fields = { 'Trunking Native Mode VLAN': '77 (x)', 'Trunking VLANs Enabled': lists.join(',\n     ') || 'none' };
        const config = configuration(
          'switchport trunk native vlan 77',
          ...(lines.length > 0 ? lines : ['switchport trunk allowed vlan none']),
          'switchport mode trunk',
        );
        expect(parseCiscoIosPort(port, config, switchport(fields))).toEqual({ native: null, tagged, enabled: true });
      }),
      { numRuns: 50 },
    );
  });

  test.each<{ name: string; lines?: string[]; fields?: Record<string, string | undefined> }>([
    { name: 'a voice VLAN that is configured', lines: ['switchport voice vlan 200', 'switchport mode trunk'] },
    { name: 'a voice VLAN that is in force', fields: { 'Voice VLAN': '200 (Voice)' } },
    { name: 'a member of a bundle', lines: ['switchport mode trunk', 'channel-group 1 mode active'] },
    { name: 'a member of a bundle, by its state', fields: { 'Operational Mode': 'trunk (member of bundle Po1)' } },
    { name: 'a VLAN chosen by a server', lines: ['switchport mode trunk', 'authentication port-control auto'] },
    { name: 'a macro that waits for a neighbour', lines: ['switchport mode trunk', 'macro auto device phone'] },
    { name: 'a template', lines: ['switchport mode trunk', 'source template edge'] },
    { name: 'an address', lines: ['no switchport', 'ip address 192.0.2.1 255.255.255.0'], fields: { Switchport: 'Disabled' } },
    { name: 'routing that is configured only', lines: ['no switchport'] },
    { name: 'routing that is in force only', fields: { Switchport: 'Disabled' } },
    { name: 'a tunnel', lines: ['switchport mode dot1q-tunnel'], fields: { 'Administrative Mode': 'tunnel' } },
    { name: 'a private VLAN', fields: { 'Administrative private-vlan mapping': '100 (a) 101 (b)' } },
    { name: 'ISL', fields: { 'Administrative Trunking Encapsulation': 'isl' } },
    { name: 'a native VLAN that is tagged', fields: { 'Operational Native VLAN tagging': 'enabled' } },
    { name: 'a mode that is not the configured one', fields: { 'Administrative Mode': 'static access' } },
    { name: 'a trunk without a line that says so', lines: [] },
    { name: 'an access VLAN that is not the configured one', fields: { 'Access Mode VLAN': '5 (x)' } },
    { name: 'a native VLAN that is not the configured one', fields: { 'Trunking Native Mode VLAN': '5 (x)' } },
    { name: 'a list that is not the configured one', fields: { 'Trunking VLANs Enabled': '1-4093' } },
    { name: 'a list that is not there', fields: { 'Trunking VLANs Enabled': undefined } },
    { name: 'a list without its beginning', lines: ['switchport trunk allowed vlan add 5', 'switchport mode trunk'] },
    { name: 'a VLAN by its name', lines: ['switchport access vlan name blue', 'switchport mode trunk'] },
    { name: 'another port', fields: { Name: 'Gi1/0/50' } },
  ])('a problem: $name', ({ lines = ['switchport mode trunk'], fields = {} }) => {
    expect(parseCiscoIosPort(port, configuration(...lines), switchport(fields))).toEqual({ problem: expect.any(String) });
  });

  test.each([
    ['', switchport()],
    [configuration('switchport mode trunk').replace('1/0/5', '1/0/50'), switchport()],
    [`${configuration('switchport mode trunk')}\ninterface GigabitEthernet1/0/6`, switchport()],
    [`bonjour\n${configuration('switchport mode trunk')}`, switchport()],
    [configuration('switchport mode trunk'), ''],
    [configuration('switchport mode trunk'), `${switchport()}\n${switchport({ Name: 'Gi1/0/6' })}`],
    [configuration('switchport mode trunk'), `${switchport()}\nsomething else`],
    [configuration('switchport mode trunk'), `${switchport()}\nSwitchport: Enabled`],
    [configuration('switchport mode trunk'), 'Name: Gi1/0/5\nSwitchport: Enabled\nAdministrative Mode: dynamic auto'],
  ])('a problem: half an answer, or more than one', (configured, effective) => {
    expect(parseCiscoIosPort(port, configured, effective)).toEqual({ problem: expect.any(String) });
  });
});
