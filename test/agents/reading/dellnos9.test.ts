import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forwardedBy, parseDellPort } from '../../../agents/reading/dellnos9.ts';
import { dellnos9Captures } from '../../../agents/reading/dellnos9-captures.ts';
import { formatVlans } from '../../../agents/reading/vlan-list.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const name = 'TenGigabitEthernet 1/7';
const configuration = (...lines: string[]) =>
  ['!', `interface ${name}`, ' no ip address', ...lines.map((line) => ` ${line}`), ''].join('\n');

const legend = [
  'Codes:  U - Untagged, T - Tagged',
  '        x - Dot1x untagged, X - Dot1x tagged',
  '        G - GVRP tagged, M - Trunk',
  '        i - Internal untagged, I - Internal tagged, v - VLT untagged, V - VLT tagged',
  '',
];
const membership = (tagging: string, ...rows: string[]) =>
  [...legend, `Name: ${name}`, `802.1QTagged: ${tagging}`, 'Vlan membership:', 'Q       Vlans', ...rows, '', '', ''].join('\n');

function read(configured: string, members: string): PortState | { problem: string } {
  const port = parseDellPort(name, configured, members);
  return 'problem' in port ? port : forwardedBy(port);
}

describe('dellnos9: reading a port', () => {
  test.each<[string, string[], string, PortState]>([
    ['as it came: no switchport, shut', ['shutdown'], '', { native: null, tagged: [], enabled: false }],
    [
      'no switchport, and the switch says so',
      ['no shutdown'],
      '% Error: Port is not a switchport.',
      { native: null, tagged: [], enabled: true },
    ],
    [
      'no switchport, with a record that is empty',
      ['shutdown'],
      `Name: ${name}\nVlan membership:\nQ       Vlans\n`,
      { native: null, tagged: [], enabled: false },
    ],
    [
      'a switchport in no other VLAN',
      ['switchport', 'no shutdown'],
      membership('False', 'U       1'),
      { native: 1, tagged: [], enabled: true },
    ],
    ['untagged', ['switchport', 'no shutdown'], membership('False', 'U       1512'), { native: 1512, tagged: [], enabled: true }],
    [
      'tagged',
      ['mtu 9216', 'switchport', 'spanning-tree rstp edge-port', 'no shutdown'],
      membership('True', 'T       20,30-32'),
      { native: null, tagged: [20, 30, 31, 32], enabled: true },
    ],
    [
      'hybrid',
      ['description node 7', 'portmode hybrid', 'switchport', 'no shutdown'],
      membership('Hybrid', 'U       1512', 'T       1511,1612-1614,1700', '', 'Native VlanId:    1512.'),
      { native: 1512, tagged: [1511, 1612, 1613, 1614, 1700], enabled: true },
    ],
    [
      'hybrid, only a native VLAN named',
      ['portmode hybrid', 'switchport', 'shutdown'],
      membership('Hybrid', 'T       20', 'Native VlanId:    1.'),
      { native: 1, tagged: [20], enabled: false },
    ],
    [
      'hybrid without tagged VLANs, but shut',
      ['portmode hybrid', 'switchport', 'shutdown'],
      membership('Hybrid', 'U       5', 'Native VlanId:    5.'),
      { native: 5, tagged: [], enabled: false },
    ],
    [
      'a list that goes on below',
      ['switchport', 'shutdown'],
      membership('True', 'T       100-105,', '        200,300-301'),
      { native: null, tagged: [100, 101, 102, 103, 104, 105, 200, 300, 301], enabled: false },
    ],
    [
      'with LLDP of its own',
      [
        'switchport',
        '!',
        'protocol lldp',
        ' advertise management-tlv system-name',
        ' dcbx port-role auto-downstream',
        'no shutdown',
      ],
      membership('False', 'U       5'),
      { native: 5, tagged: [], enabled: true },
    ],
  ])('%s', (_, lines, members, state) => {
    expect(read(configuration(...lines), members)).toEqual(state);
  });

  const plain = configuration('switchport', 'no shutdown');
  const hybrid = configuration('portmode hybrid', 'switchport', 'no shutdown');
  test.each<[string, string, string]>([
    ['no answer', '', ''],
    ['another port', plain.replace('1/7', '1/8'), membership('False', 'U       5')],
    ['the VLANs of another port', plain, membership('False', 'U       5').replace('1/7', '1/8')],
    ['a port that is neither shut nor not', configuration('switchport'), membership('False', 'U       5')],
    ["a router's port", configuration('switchport', 'ip address 10.0.0.1/24', 'no shutdown'), membership('False', 'U       5')],
    ['a member of a bundle', configuration('port-channel-protocol LACP', 'no shutdown'), ''],
    ['a stack of VLANs', configuration('switchport', 'vlan-stack trunk', 'no shutdown'), membership('False', 'U       5')],
    [
      'VLANs by the address of the host',
      configuration('switchport', 'dot1x authentication', 'no shutdown'),
      membership('False', 'U       5'),
    ],
    ['a membership by GVRP', plain, membership('True', 'G       5')],
    ['a membership by VLT', plain, membership('True', 'T       6', 'V       5')],
    ['two untagged VLANs', plain, membership('False', 'U       5-6')],
    ['tagged and untagged on no hybrid port', plain, membership('True', 'U       5', 'T       6')],
    ['a hybrid port that is none', hybrid, membership('False', 'U       5')],
    ['a hybrid port that is not configured', plain, membership('Hybrid', 'U       5')],
    ['tagged VLANs on an untagged port', plain, membership('False', 'T       6')],
    ['another native VLAN than the untagged one', hybrid, membership('Hybrid', 'U       5', 'Native VlanId:    6.')],
    ['a hybrid port that takes every tag', hybrid, membership('Hybrid', 'U       5', 'Native VlanId:    5.')],
    ['a VLAN both ways', hybrid, membership('Hybrid', 'U       5', 'T       5-6')],
    ['VLANs on no switchport', configuration('no shutdown'), membership('False', 'U       5')],
    [
      'a line in the middle that begins no section',
      configuration('switchport', 'no shutdown', 'vlan-stack trunk').replace(' vlan-stack', 'busy\n vlan-stack'),
      membership('False', 'U       5'),
    ],
    ['half a record', plain, membership('False', 'U       5').replace('802.1QTagged: False\n', '')],
    ['a tagged port without its VLANs', plain, membership('True')],
    ['rubbish among the VLANs', plain, membership('False', 'U       5', '%^&')],
    ['rubbish instead of the VLANs', plain, 'zzz'],
    ['a tagging that is unknown', plain, membership('Maybe', 'U       5')],
  ])('does not understand %s', (_, configured, members) => {
    expect(read(configured, members)).toEqual({ problem: expect.any(String) });
  });

  test('reads back every list of VLANs, wrapped or not', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 2, max: 4094 }), { minLength: 1, maxLength: 80 }),
        fc.boolean(),
        (vlans, wrapped) => {
          const lists = wrapped ? formatVlans(vlans, 40) : formatVlans(vlans, 4_000);
          const rows = lists.map(
            (list, index) => `${index === 0 ? 'T' : ' '}       ${list}${index < lists.length - 1 ? ',' : ''}`,
          );
          expect(read(plain, membership('True', ...rows))).toEqual({
            native: null,
            tagged: vlans.sort((a, b) => a - b),
            enabled: true,
          });
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('dellnos9: captures', () => {
  const capture = (kind: keyof typeof dellnos9Captures) => dellnos9Captures[kind] ?? (() => []);

  test('show interfaces switchport', () => {
    const text = `sw-3#show interfaces switchport\n\n${membership('Hybrid', 'U       12', 'T       13-14')}Name: fortyGigE 1/49\n802.1QTagged: True\nVlan membership:\nQ       Vlans\nT       20\n\nsw-3#\n`;
    expect(capture('switchport')(text)).toEqual([
      { port: 'TenGigabitEthernet1/7', mode: 'hybrid', native: 12, tagged: [13, 14] },
      { port: 'fortyGigE1/49', mode: 'tagged', native: null, tagged: [20] },
    ]);
    expect(() => capture('switchport')(text.replace('T       20', 'M       20'))).toThrow(
      expect.objectContaining({ name: 'CaptureError', line: 20 }),
    );
  });

  test('show running-config', () => {
    const text = [
      'sw-3#show running-config',
      'Current Configuration ...',
      '! Version 9.14(2.4)',
      'hostname sw-3',
      'protocol lldp',
      ' advertise management-tlv system-name',
      '!',
      'interface TenGigabitEthernet 1/1',
      ' no ip address',
      ' portmode hybrid',
      ' switchport',
      ' no shutdown',
      '!',
      'interface TenGigabitEthernet 1/2',
      ' description spare',
      ' no ip address',
      ' shutdown',
      '!',
      'interface fortyGigE 1/49',
      ' no ip address',
      ' switchport',
      ' no shutdown',
      '!',
      'interface fortyGigE 1/50',
      ' no ip address',
      '!',
      ' port-channel-protocol LACP',
      '  port-channel 10 mode active',
      ' no shutdown',
      '!',
      'interface fortyGigE 1/51',
      ' ip address 198.51.100.1/31',
      ' no shutdown',
      '!',
      'interface ManagementEthernet 1/1',
      ' ip address 192.0.2.3/24',
      ' no shutdown',
      '!',
      'interface Vlan 1',
      '!untagged TenGigabitEthernet 1/9',
      '!',
      'interface Vlan 100',
      ' name lab',
      ' no ip address',
      ' untagged TenGigabitEthernet 1/1,1/3',
      ' no shutdown',
      '!',
      'interface Vlan 200',
      ' no ip address',
      ' tagged TenGigabitEthernet 1/1-1/4',
      ' tagged Port-channel 10',
      ' no shutdown',
      '',
    ];
    expect(capture('running-config')(text.join('\n'))).toEqual([
      { port: 'TenGigabitEthernet1/1', mode: 'hybrid', native: 100, tagged: [200], enabled: true },
      { port: 'TenGigabitEthernet1/2', mode: 'routed', native: null, tagged: [200], enabled: false, description: 'spare' },
      { port: 'fortyGigE1/49', mode: 'switchport', native: 1, tagged: [], enabled: true },
      { port: 'fortyGigE1/50', mode: 'bundled', enabled: true },
      { port: 'fortyGigE1/51', mode: 'routed', native: null, tagged: [], enabled: true },
    ]);
    // One interface alone does not tell its VLANs.
    expect(capture('running-config')(text.slice(7, 12).join('\n'))).toEqual([
      { port: 'TenGigabitEthernet1/1', mode: 'hybrid', enabled: true },
    ]);
    expect(() => capture('running-config')(text.slice(7, 10).concat(' vlan tagged 5').join('\n'))).toThrow(
      expect.objectContaining({ name: 'CaptureError', line: 4 }),
    );
  });

  test('show vlan', () => {
    const text = [
      'sw-3#show vlan',
      '',
      'Codes: * - Default VLAN, G - GVRP VLANs, R - Remote Port Mirroring VLANs, P - Primary, C - Community, I - Isolated',
      '       O - Openflow',
      'Q: U - Untagged, T - Tagged',
      '   x - Dot1x untagged, X - Dot1x tagged',
      '',
      '    NUM    Status    Description                     Q Ports',
      '*   1      Active                                    U Te 1/9-10,45',
      '    100    Active    lab net                         U Te 1/1',
      '                                                     T Po10(Te 1/20-21)',
      '                                                     V Fo 1/49,50',
      '    200    Inactive  ',
      'sw-3#',
    ];
    expect(capture('vlans')(text.join('\r\n'))).toEqual([
      {
        vlan: 1,
        name: '',
        status: 'Active',
        ports: ['TenGigabitEthernet1/9', 'TenGigabitEthernet1/10', 'TenGigabitEthernet1/45'],
        tagged: [],
        untagged: ['TenGigabitEthernet1/9', 'TenGigabitEthernet1/10', 'TenGigabitEthernet1/45'],
      },
      {
        vlan: 100,
        name: 'lab net',
        status: 'Active',
        ports: ['TenGigabitEthernet1/1', 'Po10(Te 1/20-21)', 'fortyGigE1/49', 'fortyGigE1/50'],
        tagged: ['Po10(Te 1/20-21)'],
        untagged: ['TenGigabitEthernet1/1'],
      },
      { vlan: 200, name: '', status: 'Inactive', ports: [], tagged: [], untagged: [] },
    ]);
    expect(() => capture('vlans')([...text.slice(0, 9), 'what is this'].join('\n'))).toThrow(
      expect.objectContaining({ line: 10 }),
    );
    expect(() => capture('vlans')('')).toThrow(expect.objectContaining({ name: 'CaptureError' }));
  });

  test('show interfaces status', () => {
    const text = [
      'Port                 Description  Status Speed        Duplex Vlan',
      'Te 1/1               node 7 eth0  Up     10000 Mbit   Full   100,200-201',
      'Te 1/2                            Down   Auto         Auto   --',
      'Fo 1/49              Uplink Down  Up     40000 Mbit   Full   1',
    ];
    expect(capture('status')(text.join('\n'))).toEqual([
      {
        port: 'TenGigabitEthernet1/1',
        description: 'node 7 eth0',
        status: 'Up',
        vlan: '100,200-201',
        duplex: 'Full',
        speed: '10000 Mbit',
      },
      { port: 'TenGigabitEthernet1/2', status: 'Down', vlan: '--', duplex: 'Auto', speed: 'Auto' },
      { port: 'fortyGigE1/49', description: 'Uplink Down', status: 'Up', vlan: '1', duplex: 'Full', speed: '40000 Mbit' },
    ]);
    expect(() => capture('status')([...text, 'Te 1/3 x'].join('\n'))).toThrow(expect.objectContaining({ line: 5 }));
  });

  test('show mac-address-table', () => {
    const text = [
      'sw-3#show mac-address-table',
      'Codes: *N - VLT Peer Synced MAC',
      'VlanId     Mac Address           Type          Interface        State',
      ' 100       02:00:5e:10:00:01     Dynamic       Te 1/1           Active',
      ' 200       02:00:5e:10:00:02     Dynamic (N)   Po 10            Active',
    ];
    expect(capture('mac')(text.join('\n'))).toEqual([
      { vlan: 100, mac: '02:00:5e:10:00:01', type: 'Dynamic', port: 'TenGigabitEthernet1/1' },
      { vlan: 200, mac: '02:00:5e:10:00:02', type: 'Dynamic (N)', port: 'Po 10' },
    ]);
    expect(() => capture('mac')([...text, ' 1 x'].join('\n'))).toThrow(expect.objectContaining({ line: 6 }));
  });
});
