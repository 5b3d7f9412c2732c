import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAristaEosPort } from '../../../agents/reading/arista-eos.ts';
import { formatVlans } from '../../../agents/reading/vlan-list.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const port = 'Ethernet49/1';
const others = Array.from({ length: 4094 }, (_, index) => index + 1);

/** `show running-config interfaces` with these lines in it. */
const configuration = (...lines: string[]) => [`interface ${port}`, ...lines.map((line) => `   ${line}`), ''].join('\n');

/** `show interfaces switchport`; fields can be replaced, added and, as undefined, taken out. */
const switchport = (fields: Record<string, string | undefined> = {}) =>
  Object.entries({
    Name: 'Et49/1',
    Switchport: 'Enabled',
    'Administrative Mode': 'trunk',
    'Operational Mode': 'down',
    'MAC Address Learning': 'enabled',
    'Dot1q ethertype/TPID': '0x8100 (active)',
    'Dot1q VLAN Tag': 'Allowed',
    'Access Mode VLAN': '1 (default)',
    'Trunking Native Mode VLAN': '1 (default)',
    'Administrative Native VLAN tagging': 'disabled',
    'Administrative private VLAN mapping': 'ALL',
    'Trunking VLANs Enabled': 'ALL',
    'Static Trunk Groups': '',
    'Dynamic Trunk Groups': '',
    'Source interface filtering': 'enabled',
    ...fields,
  })
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]))
    .concat('')
    .join('\n');

describe('arista_eos: reading a port', () => {
  test.each<{ name: string; lines: string[]; fields: Record<string, string | undefined>; state: PortState }>([
    {
      name: 'as it came from the factory',
      lines: [],
      fields: { 'Administrative Mode': 'static access', 'Operational Mode': 'static access' },
      state: { native: 1, tagged: [], enabled: true },
    },
    {
      name: 'in access mode, in the words of older releases',
      lines: ['description node 5 % eth0', 'speed forced 10000full', 'switchport access vlan 100', 'spanning-tree portfast'],
      fields: {
        'Administrative Mode': 'static access',
        'Access Mode VLAN': '100 (hil-100)',
        'Dot1q VLAN Tag': undefined,
        'Dot1q Vlan Tag Required (Administrative/Operational)': 'No/No',
        'Static Trunk Groups': undefined,
        'Trunk Groups': '',
      },
      state: { native: 100, tagged: [], enabled: true },
    },
    {
      name: 'that trunks everything',
      lines: ['switchport mode trunk'],
      fields: { 'Operational Mode': 'trunk' },
      state: { native: 1, tagged: others.slice(1), enabled: true },
    },
    {
      name: 'with a native VLAN',
      lines: [
        'switchport trunk native vlan 100',
        'switchport trunk allowed vlan 100,200-201',
        'switchport mode trunk',
        'shutdown',
      ],
      fields: { 'Trunking Native Mode VLAN': '100 (VLAN0100)', 'Trunking VLANs Enabled': '100,200-201' },
      state: { native: 100, tagged: [200, 201], enabled: false },
    },
    {
      name: 'that drops untagged frames',
      lines: ['switchport trunk native vlan tag', 'switchport trunk allowed vlan 200', 'switchport mode trunk', 'no shutdown'],
      fields: { 'Administrative Native VLAN tagging': 'enabled', 'Trunking VLANs Enabled': '200' },
      state: { native: null, tagged: [200], enabled: true },
    },
    {
      name: 'whose native VLAN is not allowed, so that it has none',
      lines: ['switchport trunk allowed vlan none', 'switchport mode trunk'],
      fields: { 'Trunking VLANs Enabled': 'NONE' },
      state: { native: null, tagged: [], enabled: true },
    },
    {
      name: 'that routes, and is in no VLAN',
      lines: ['no switchport'],
      fields: { Switchport: 'Disabled' },
      state: { native: null, tagged: [], enabled: true },
    },
  ])('$name', ({ lines, fields, state }) => {
    expect(parseAristaEosPort(port, configuration(...lines), switchport(fields))).toEqual(state);
  });

  test('lists of any length survive', () => {
    const vlans = fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { minLength: 1 });
    fc.assert(
      fc.property(vlans, (unsorted) => {
        const tagged = unsorted.sort((a, b) => a - b);
        const list = formatVlans(tagged, 100_000).join(',');
        const lines = ['switchport trunk native vlan tag', `switchport trunk allowed vlan ${list}`, 'switchport mode trunk'];
        const fields = { 'Administrative Native VLAN tagging': 'enabled', 'Trunking VLANs Enabled': list };
        expect(parseAristaEosPort(port, configuration(...lines), switchport(fields))).toEqual({
          native: null,
          tagged,
          enabled: true,
        });
      }),
      { numRuns: 50 },
    );
  });

  test.each<{ name: string; lines?: string[]; fields?: Record<string, string | undefined> }>([
    { name: 'a trunk group that is configured', lines: ['switchport mode trunk', 'switchport trunk group PEER'] },
    { name: 'a trunk group that is in force', fields: { 'Static Trunk Groups': 'PEER' } },
    { name: 'a trunk group, in the words of older releases', fields: { 'Trunk Groups': 'PEER' } },
    { name: 'a telephone', lines: ['switchport phone vlan 20', 'switchport mode trunk phone'] },
    { name: 'a member of a bundle', lines: ['switchport mode trunk', 'channel-group 1 mode active'] },
    { name: 'tags that are translated', lines: ['switchport mode trunk', 'switchport vlan translation 24 100'] },
    { name: 'VLANs that pass unasked', lines: ['switchport mode trunk', 'switchport vlan forwarding accept all'] },
    { name: 'a tunnel', lines: ['switchport mode dot1q-tunnel'], fields: { 'Administrative Mode': 'dot1q-tunnel' } },
    { name: 'frames without a tag that are dropped', fields: { 'Dot1q VLAN Tag': 'Required' } },
    { name: 'a private VLAN', fields: { 'Administrative private VLAN mapping': '101' } },
    { name: 'an address', lines: ['no switchport', 'ip address 192.0.2.1/24'], fields: { Switchport: 'Disabled' } },
    { name: 'routing that is configured only', lines: ['no switchport'] },
    { name: 'routing that is in force only', fields: { Switchport: 'Disabled' } },
    { name: 'a mode that is not the configured one', fields: { 'Administrative Mode': 'static access' } },
    { name: 'a mode that is not at work', fields: { 'Operational Mode': 'tap' } },
    { name: 'an access VLAN that is not the configured one', fields: { 'Access Mode VLAN': '5 (x)' } },
    { name: 'a native VLAN that is not the configured one', fields: { 'Trunking Native Mode VLAN': '5 (x)' } },
    { name: 'tagging that is configured only', lines: ['switchport trunk native vlan tag', 'switchport mode trunk'] },
    { name: 'tagging that is in force only', fields: { 'Administrative Native VLAN tagging': 'enabled' } },
    { name: 'tagging that nothing is said of', fields: { 'Administrative Native VLAN tagging': undefined } },
    { name: 'a list that is not the configured one', fields: { 'Trunking VLANs Enabled': '1-4093' } },
    { name: 'another port', fields: { Name: 'Et49/2' } },
  ])('a problem: $name', ({ lines = ['switchport mode trunk'], fields = {} }) => {
    expect(parseAristaEosPort(port, configuration(...lines), switchport(fields))).toEqual({ problem: expect.any(String) });
  });

  test.each([
    ['', switchport()],
    ['! Interface does not exist. The configuration will not take effect until the module is inserted.', switchport()],
    [`% what\n${configuration('switchport mode trunk')}`, switchport()],
    [configuration('switchport mode trunk'), ''],
    [configuration('switchport mode trunk'), `${switchport()}${switchport({ Name: 'Et1' })}`],
  ])('a problem: half an answer, or more than one', (configured, effective) => {
    expect(parseAristaEosPort(port, configured, effective)).toEqual({ problem: expect.any(String) });
  });
});
