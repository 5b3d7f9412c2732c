import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../agents/reading/capture.ts';
import { nexusCaptures } from '../../../agents/reading/nexus-captures.ts';

/** What a reader says of lines, and which line it stops at. */
const read = (kind: keyof typeof nexusCaptures, ...lines: string[]) => nexusCaptures[kind]?.(lines.join('\r\n'));

function stopsAt(kind: keyof typeof nexusCaptures, ...lines: string[]): number {
  try {
    read(kind, ...lines);
  } catch (error) {
    if (error instanceof CaptureError) return error.line;
    throw error;
  }
  return 0;
}

describe('nexus: show interface switchport', () => {
  const record = (name: string, mode: string, native: string, ...allowed: string[]) => [
    `Name: ${name}`,
    '  Switchport: Enabled',
    `  Operational Mode: ${mode}`,
    '  Access Mode VLAN: 40 (Vlan not created)',
    `  Trunking Native Mode VLAN: ${native}`,
    `  Trunking VLANs Allowed: ${allowed.join('\n')}`,
    '  Extended Trust State : not trusted [COS = 0]',
  ];

  test('reads ports one after the other, those of a fabric extender with all their numbers', () => {
    const lines = [
      ...record('Ethernet101/1/3', 'trunk', '7 (seven)', '5-7,', '    9'),
      '',
      ...record('port-channel4', 'access', '1', 'none'),
    ];
    expect(read('switchport', 'sw# show interface switchport', ...lines, 'sw# ')).toEqual([
      { port: 'Ethernet101/1/3', mode: 'trunk', native: 7, tagged: [5, 6, 9] },
      { port: 'port-channel4', mode: 'access', native: 40, tagged: [] },
    ]);
  });

  test('a native VLAN that is not allowed is none, and a routed port carries nothing', () => {
    expect(read('switchport', ...record('Ethernet1/1', 'trunk', '7', '5'))).toMatchObject([{ native: null, tagged: [5] }]);
    expect(read('switchport', 'Name: Ethernet1/2', '  Switchport: Disabled')).toMatchObject([{ mode: 'routed', native: null }]);
  });

  test('stops at what it does not understand, wrapped lists before it counted', () => {
    expect(stopsAt('switchport', ...record('Ethernet1/1', 'trunk', '7', '5,', '    9'), 'what is this')).toBe(9);
    expect(stopsAt('switchport', ...record('Ethernet1/1', 'trunk', '7', 'five'))).toBe(1);
    expect(stopsAt('switchport', '  Switchport: Enabled')).toBe(1);
  });
});

describe('nexus: show running-config', () => {
  test('reads the interfaces, and passes over the rest', () => {
    const lines = [
      'version 7.3(13)N1(1)',
      'vlan 1,5-6',
      'interface Vlan5',
      '  ip address 10.0.0.1/24',
      'interface Ethernet1/1',
      '  description to the rack  # 4',
      '  shutdown',
      '  switchport mode trunk',
      '  switchport trunk native vlan 5',
      '  switchport trunk allowed vlan 5-6,',
      '    8',
      '  switchport trunk allowed vlan add 10',
      'interface Ethernet1/2',
      'interface Ethernet1/3',
      '  no switchport',
      '  ip address 10.0.1.1/24',
      'line vty',
    ];
    expect(read('running-config', ...lines)).toEqual([
      { port: 'Ethernet1/1', mode: 'trunk', native: 5, tagged: [6, 8, 10], enabled: false, description: 'to the rack  # 4' },
      { port: 'Ethernet1/2', mode: 'access', native: 1, tagged: [], enabled: true },
      { port: 'Ethernet1/3', mode: 'routed', native: null, tagged: [], enabled: true },
    ]);
  });

  test.each(['  channel-group 4', '  switchport monitor', '  inherit port-profile x'])('stops at %j', (line) => {
    expect(stopsAt('running-config', 'interface Ethernet1/1', line)).toBe(2);
  });
});

describe('nexus: tables', () => {
  const vlanHead = [
    'VLAN Name                             Status    Ports',
    '---- -------------------------------- --------- -------------------------------',
  ];

  test('VLANs, with ports on several lines, up to the blank line', () => {
    expect(
      read(
        'vlans',
        ...vlanHead,
        '1    default                          active    Po1, Eth1/1,',
        '                                                Eth101/1/2',
        '20   two words                        sus/lshut ',
        '',
        'VLAN Type         Vlan-mode',
      ),
    ).toEqual([
      { vlan: 1, name: 'default', status: 'active', ports: ['Po1', 'Ethernet1/1', 'Ethernet101/1/2'] },
      { vlan: 20, name: 'two words', status: 'sus/lshut', ports: [] },
    ]);
    expect(stopsAt('vlans', ...vlanHead, '1    default                          great     ')).toBe(3);
    expect(stopsAt('vlans', 'no table')).toBe(1);
  });

  const statusHead = 'Port          Name               Status    Vlan      Duplex  Speed   Type';
  test('status, with blanks in names, names shifted by a long port, and words of the table in them', () => {
    expect(
      read(
        'status',
        statusHead,
        '-'.repeat(80),
        'Eth1/1        to rack 4          notconnec trunk     full    10G     10Gbase-SR',
        'Eth101/1/1           down here disabled 30        auto    auto    --',
        'mgmt0         --                 connected routed    full    1000    --',
      ),
    ).toEqual([
      {
        port: 'Ethernet1/1',
        status: 'notconnec',
        description: 'to rack 4',
        vlan: 'trunk',
        duplex: 'full',
        speed: '10G',
        type: '10Gbase-SR',
      },
      {
        port: 'Ethernet101/1/1',
        status: 'disabled',
        description: 'down here',
        vlan: '30',
        duplex: 'auto',
        speed: 'auto',
        type: '',
      },
      { port: 'mgmt0', status: 'connected', vlan: 'routed', duplex: 'full', speed: '1000', type: '' },
    ]);
    expect(stopsAt('status', statusHead, 'Eth1/1        x                  on fire   trunk     full    10G     SR')).toBe(2);
  });

  const macHead = '   VLAN     MAC Address      Type      age     Secure NTFY Ports/SWID.SSID.LID';
  test('addresses, on no port, on several, and those of the switch itself', () => {
    const lines = [
      'Legend: ',
      macHead,
      '---------+-----------------+--------+---------+------+----+------------------',
      '* 145      0200.5e00.0001    dynamic   10         F    F  Po10',
      'G    -     0200.5e00.0002    static    -          F    F  sup-eth1(R)',
      '* 96       0100.5e05.0607    igmp      -          F    F  Eth1/2 Eth1/3',
      '                                                          Eth142/1/1',
      '* 97       0200.5e00.0003    static    -          F    F',
    ];
    expect(read('mac', ...lines)).toEqual([
      { vlan: 145, mac: '02:00:5e:00:00:01', type: 'dynamic', port: 'Po10' },
      { vlan: null, mac: '02:00:5e:00:00:02', type: 'static', port: 'sup-eth1(R)' },
      ...['Ethernet1/2', 'Ethernet1/3', 'Ethernet142/1/1'].map((port) => ({
        vlan: 96,
        mac: '01:00:5e:05:06:07',
        type: 'igmp',
        port,
      })),
      { vlan: 97, mac: '02:00:5e:00:00:03', type: 'static', port: null },
    ]);
    expect(stopsAt('mac', macHead, '* 145      0200.5e00.00    dynamic   10         F    F  Po10')).toBe(2);
  });
});
