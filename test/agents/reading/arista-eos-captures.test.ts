import { describe, expect, test } from 'vitest';
import { aristaEosCaptures } from '../../../agents/reading/arista-eos-captures.ts';
import { CaptureError } from '../../../agents/reading/capture.ts';

/** What a reader says of lines, and which line it stops at. */
const read = (kind: keyof typeof aristaEosCaptures, ...lines: string[]) => aristaEosCaptures[kind]?.(lines.join('\r\n'));

function stopsAt(kind: keyof typeof aristaEosCaptures, ...lines: string[]): number {
  try {
    read(kind, ...lines);
  } catch (error) {
    if (error instanceof CaptureError) return error.line;
    throw error;
  }
  return 0;
}

describe('arista_eos: show interfaces switchport', () => {
  const record = (name: string, mode: string, tagging: string, allowed: string) => [
    `Name: ${name}`,
    'Switchport: Enabled',
    `Administrative Mode: ${mode}`,
    'Operational Mode: down',
    'Access Mode VLAN: 40 (forty)',
    'Trunking Native Mode VLAN: 7 (seven)',
    `Administrative Native VLAN tagging: ${tagging}`,
    `Trunking VLANs Enabled: ${allowed}`,
    'Static Trunk Groups: PEER',
    '',
  ];

  test('reads ports one after the other', () => {
    const lines = [
      ...record('Et1', 'trunk', 'disabled', '5-7'),
      ...record('Et49/1', 'trunk', 'enabled', '5-7'),
      ...record('Po4', 'static access', 'disabled', 'ALL'),
      ...['Name: Et2', 'Switchport: Disabled'],
    ];
    expect(read('switchport', 'leaf#show interfaces switchport', ...lines, 'leaf#')).toEqual([
      { port: 'Ethernet1', mode: 'trunk', native: 7, tagged: [5, 6] },
      { port: 'Ethernet49/1', mode: 'trunk', native: null, tagged: [5, 6, 7] },
      { port: 'Po4', mode: 'static access', native: 40, tagged: [] },
      { port: 'Ethernet2', mode: 'routed', native: null, tagged: [] },
    ]);
  });

  test('stops at what it does not understand', () => {
    expect(stopsAt('switchport', ...record('Et1', 'trunk', 'disabled', '5'), 'what is this')).toBe(11);
    expect(stopsAt('switchport', ...record('Et1', 'dot1q-tunnel', 'disabled', '5'))).toBe(1);
  });
});

test('arista_eos: show running-config', () => {
  const lines = [
    ...['! device: leaf (DCS-7050TX-64, EOS-4.21.0F)', '!', 'hostname leaf', '!'],
    ...[
      'interface Ethernet1',
      '   description a node',
      '   switchport trunk native vlan tag',
      '   switchport trunk allowed vlan 5',
    ],
    ...['   switchport mode trunk', '   shutdown', '!', 'interface Ethernet2', '!', 'interface Ethernet3', '   no switchport'],
    ...['   ip address 192.0.2.1/31', '!', 'interface Management1', '   ip address 192.0.2.9/24', '!', 'end'],
  ];
  expect(read('running-config', ...lines)).toEqual([
    { port: 'Ethernet1', mode: 'trunk', native: null, tagged: [5], enabled: false, description: 'a node' },
    { port: 'Ethernet2', mode: 'access', native: 1, tagged: [], enabled: true },
    { port: 'Ethernet3', mode: 'routed', native: null, tagged: [], enabled: true },
  ]);
  expect(stopsAt('running-config', 'interface Ethernet1', '   switchport trunk group PEER')).toBe(2);
});

test('arista_eos: show vlan', () => {
  const lines = [
    'VLAN  Name                             Status    Ports',
    '----- -------------------------------- --------- -------------------------------',
    '1     default                          active    Et2, Et3',
    '40    blue one                         active    Cpu, Et1, Et49/1',
    '                                                 Po4',
    '1006* VLAN1006                         suspended',
  ];
  expect(read('vlans', ...lines)).toEqual([
    { vlan: 1, name: 'default', status: 'active', ports: ['Ethernet2', 'Ethernet3'] },
    { vlan: 40, name: 'blue one', status: 'active', ports: ['Cpu', 'Ethernet1', 'Ethernet49/1', 'Po4'] },
    { vlan: 1006, name: 'VLAN1006', status: 'suspended', ports: [] },
  ]);
});

test('arista_eos: show interfaces status', () => {
  const lines = [
    'Port       Name           Status       Vlan     Duplex Speed  Type         Flags Encapsulation',
    'Et1        node one       connected    trunk    full   10G    10GBASE-SR',
    'Et2                       errdisabled  40       auto   auto   10GBASE-T',
    'Et49/1                    notconnect   in Po49  full   10G    Not Present',
    'Ma1                       disabled     routed   a-full a-1G   10/100/1000',
  ];
  expect(read('status', ...lines)).toMatchObject([
    { port: 'Ethernet1', status: 'connected', description: 'node one', vlan: 'trunk', type: '10GBASE-SR' },
    { port: 'Ethernet2', status: 'errdisabled', vlan: '40' },
    { port: 'Ethernet49/1', status: 'notconnect', vlan: 'in Po49', type: 'Not Present' },
    { port: 'Ma1', status: 'disabled', vlan: 'routed', speed: 'a-1G' },
  ]);
});

test('arista_eos: show mac address-table', () => {
  const lines = [
    '          Mac Address Table',
    '------------------------------------------------------------------',
    '',
    'Vlan    Mac Address       Type        Ports      Moves   Last Move',
    '----    -----------       ----        -----      -----   ---------',
    '  40    0000.5e00.5301    DYNAMIC     Et1        1       1 day, 0:05:20 ago',
    '  40    0000.5e00.5302    STATIC      Cpu',
    'Total Mac Addresses for this criterion: 2',
    '',
    '          Multicast Mac Address Table',
    '------------------------------------------------------------------',
    '',
    'Vlan    Mac Address       Type        Ports',
    '----    -----------       ----        -----',
    'Total Mac Addresses for this criterion: 0',
  ];
  expect(read('mac', ...lines)).toEqual([
    { vlan: 40, mac: '00:00:5e:00:53:01', type: 'DYNAMIC', port: 'Ethernet1' },
    { vlan: 40, mac: '00:00:5e:00:53:02', type: 'STATIC', port: 'Cpu' },
  ]);
});
