import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../agents/reading/capture.ts';
import { ciscoIosCaptures } from '../../../agents/reading/cisco-ios-captures.ts';

/** What a reader says of lines, and which line it stops at. */
const read = (kind: keyof typeof ciscoIosCaptures, ...lines: string[]) => ciscoIosCaptures[kind]?.(lines.join('\r\n'));

function stopsAt(kind: keyof typeof ciscoIosCaptures, ...lines: string[]): number {
  try {
    read(kind, ...lines);
  } catch (error) {
    if (error instanceof CaptureError) return error.line;
    throw error;
  }
  return 0;
}

describe('cisco_ios: show interfaces switchport', () => {
  const record = (name: string, mode: string, operational: string, voice = 'none', ...allowed: string[]) => [
    `Name: ${name}`,
    'Switchport: Enabled',
    `Administrative Mode: ${mode}`,
    `Operational Mode: ${operational}`,
    'Access Mode VLAN: 40 (forty)',
    'Trunking Native Mode VLAN: 7 (seven)',
    `Voice VLAN: ${voice}`,
    ...`Trunking VLANs Enabled: ${allowed.join('\n') || 'ALL'}`.split('\n'),
    'Capture Mode Disabled',
    '',
  ];

  test('reads ports one after the other, at work as they are', () => {
    const lines = [
      ...record('Gi1/0/1', 'trunk', 'down', 'none', '5-7,', '     9'),
      ...record('Gi1/0/2', 'static access', 'static access', '200 (Voice)'),
      ...record('Te1/1/1', 'dynamic auto', 'trunk (member of bundle Po1)', 'none', '7'),
      ...record('Po1', 'dynamic auto', 'down'),
      ...['Name: Twe1/1/2', 'Switchport: Enabled', 'Administrative Mode: dynamic auto', ''],
      ...['Name: Gi1/0/24', 'Switchport: Disabled'],
    ];
    expect(read('switchport', 'sw#show interfaces switchport', ...lines, 'sw#')).toEqual([
      { port: 'GigabitEthernet1/0/1', mode: 'trunk', native: 7, tagged: [5, 6, 9] },
      { port: 'GigabitEthernet1/0/2', mode: 'static access', native: 40, tagged: [200] },
      { port: 'TenGigabitEthernet1/1/1', mode: 'dynamic auto', native: 7, tagged: [] },
      { port: 'Po1', mode: 'dynamic auto', native: 40, tagged: [] },
      { port: 'TwentyFiveGigE1/1/2', mode: 'dynamic auto' },
      { port: 'GigabitEthernet1/0/24', mode: 'routed', native: null, tagged: [] },
    ]);
  });

  test('stops at what it does not understand', () => {
    expect(stopsAt('switchport', ...record('Gi1/0/1', 'trunk', 'trunk', 'none', '5,', '     9'), 'what is this')).toBe(12);
    expect(stopsAt('switchport', ...record('Gi1/0/1', 'tunnel', 'tunnel'))).toBe(1);
    expect(stopsAt('switchport', ...record('Gi1/0/1', 'trunk', 'trunk', 'none', 'some'))).toBe(1);
    expect(stopsAt('switchport', 'Switchport: Enabled')).toBe(1);
  });
});

describe('cisco_ios: show running-config', () => {
  test('reads the ports, and passes over the rest', () => {
    const lines = [
      ...['version 15.2', 'hostname sw', '!', 'interface Vlan5', ' ip address 192.0.2.1 255.255.255.0', '!'],
      ...['interface GigabitEthernet1/0/1', ' description a node', ' switchport access vlan 40', ' switchport mode access', '!'],
      ...['interface GigabitEthernet1/0/2', ' switchport trunk allowed vlan 5,6', ' switchport trunk allowed vlan add 8'],
      ...[' switchport mode trunk', ' shutdown', '!', 'interface GigabitEthernet1/0/3', '!'],
      ...['interface GigabitEthernet1/0/4', ' no switchport', ' ip address 192.0.2.5 255.255.255.252', '!', 'end'],
    ];
    expect(read('running-config', ...lines)).toEqual([
      { port: 'GigabitEthernet1/0/1', mode: 'access', native: 40, tagged: [], enabled: true, description: 'a node' },
      { port: 'GigabitEthernet1/0/2', mode: 'trunk', native: null, tagged: [5, 6, 8], enabled: false },
      { port: 'GigabitEthernet1/0/3', enabled: true },
      { port: 'GigabitEthernet1/0/4', mode: 'routed', native: null, tagged: [], enabled: true },
    ]);
  });

  test('stops at a setting that may change what a port carries', () => {
    expect(stopsAt('running-config', 'interface GigabitEthernet1/0/1', ' switchport voice vlan 5')).toBe(2);
    expect(stopsAt('running-config', 'interface Gi1/0/1', ' switchport mode access', ' channel-group 1 mode on')).toBe(3);
  });
});

describe('cisco_ios: show vlan', () => {
  const header = [
    'VLAN Name                             Status    Ports',
    '---- -------------------------------- --------- -------------------------------',
  ];

  test('reads the first table, names with blanks and ports on several lines', () => {
    const lines = [
      '1    default                          active    ',
      '40   two words                        active    Gi1/0/1, Gi1/0/2',
      '                                                Te1/1/1, Po1',
      '1002 fddi-default                     act/unsup ',
      '',
      'VLAN Type  SAID       MTU',
      '---- ----- ---------- -----',
      '1    enet  100001     1500',
    ];
    expect(read('vlans', '', ...header, ...lines)).toEqual([
      { vlan: 1, name: 'default', status: 'active', ports: [] },
      {
        vlan: 40,
        name: 'two words',
        status: 'active',
        ports: ['GigabitEthernet1/0/1', 'GigabitEthernet1/0/2', 'TenGigabitEthernet1/1/1', 'Po1'],
      },
      { vlan: 1002, name: 'fddi-default', status: 'act/unsup', ports: [] },
    ]);
  });

  test('stops at what it does not understand', () => {
    expect(stopsAt('vlans', ...header, '40   blue                             asleep    ')).toBe(3);
    expect(stopsAt('vlans', '% Invalid input')).toBe(1);
    expect(stopsAt('vlans', header[0] ?? '', 'no rule')).toBe(1);
  });
});

describe('cisco_ios: show interfaces status', () => {
  test('reads ports whose names hold any word', () => {
    const lines = [
      'Port      Name               Status       Vlan       Duplex  Speed Type',
      'Gi1/0/1   not connected yet  notconnect   1            auto   auto 10/100/1000BaseTX',
      'Gi1/0/2                      connected    trunk      a-full a-1000 10/100/1000BaseTX',
      'Te1/1/1   disabled or so     disabled     routed       full    10G Not Present',
      'Gi1/0/4                      err-disabled 40           auto   auto 10/100/1000BaseTX',
      'Po1       bundle             connected    trunk      a-full  a-10G ',
    ];
    expect(read('status', 'sw#show interfaces status', '', ...lines, 'sw#')).toEqual([
      {
        port: 'GigabitEthernet1/0/1',
        status: 'notconnect',
        description: 'not connected yet',
        vlan: '1',
        duplex: 'auto',
        speed: 'auto',
        type: '10/100/1000BaseTX',
      },
      {
        port: 'GigabitEthernet1/0/2',
        status: 'connected',
        vlan: 'trunk',
        duplex: 'a-full',
        speed: 'a-1000',
        type: '10/100/1000BaseTX',
      },
      {
        port: 'TenGigabitEthernet1/1/1',
        status: 'disabled',
        description: 'disabled or so',
        vlan: 'routed',
        duplex: 'full',
        speed: '10G',
        type: 'Not Present',
      },
      {
        port: 'GigabitEthernet1/0/4',
        status: 'err-disabled',
        vlan: '40',
        duplex: 'auto',
        speed: 'auto',
        type: '10/100/1000BaseTX',
      },
      { port: 'Po1', status: 'connected', description: 'bundle', vlan: 'trunk', duplex: 'a-full', speed: 'a-10G', type: '' },
    ]);
    expect(stopsAt('status', ...lines, 'Gi1/0/9   x  asleep  1  auto auto')).toBe(7);
  });
});

describe('cisco_ios: show mac address-table', () => {
  test('of a stack: several ports, and what the switch has for itself', () => {
    const lines = [
      '          Mac Address Table',
      '-------------------------------------------',
      '',
      'Vlan    Mac Address       Type        Ports',
      '----    -----------       --------    -----',
      ' All    0100.0ccc.cccc    STATIC      CPU',
      '  40    0000.5e00.5301    DYNAMIC     Gi1/0/1',
      '  40    0000.5e00.5302    STATIC      Gi1/0/2 Gi1/0/3',
      '                                      Vl40',
      'Total Mac Addresses for this criterion: 3',
    ];
    expect(read('mac', 'sw#show mac address-table', ...lines)).toEqual([
      { vlan: null, mac: '01:00:0c:cc:cc:cc', type: 'STATIC', port: 'CPU' },
      { vlan: 40, mac: '00:00:5e:00:53:01', type: 'DYNAMIC', port: 'GigabitEthernet1/0/1' },
      { vlan: 40, mac: '00:00:5e:00:53:02', type: 'STATIC', port: 'GigabitEthernet1/0/2' },
      { vlan: 40, mac: '00:00:5e:00:53:02', type: 'STATIC', port: 'GigabitEthernet1/0/3' },
      { vlan: 40, mac: '00:00:5e:00:53:02', type: 'STATIC', port: 'Vl40' },
    ]);
    expect(stopsAt('mac', ...lines, '  40    0000.5e00.53xx    DYNAMIC     Gi1/0/1')).toBe(11);
  });

  test('of a 4500: protocols, routed ports, and a second table of groups', () => {
    const lines = [
      'Unicast Entries',
      ' vlan   mac address     type        protocols               port',
      '-------+---------------+--------+---------------------+--------------------',
      '  40      0000.5e00.5301   dynamic ip,ipx,assigned,other GigabitEthernet1/1',
      'Te5/1     0000.5e00.5302    static ip,ipx,assigned,other Switch',
      '',
      'Multicast Entries',
      ' vlan    mac address     type    ports',
      '-------+---------------+-------+--------------------------------------------',
      '   1      ffff.ffff.ffff   system ',
      '   2      0100.5e00.0001     igmp Gi1/35,Gi1/45',
    ];
    expect(read('mac', ...lines)).toEqual([
      { vlan: 40, mac: '00:00:5e:00:53:01', type: 'dynamic', port: 'GigabitEthernet1/1' },
      { vlan: null, mac: '00:00:5e:00:53:02', type: 'static', port: 'Switch' },
      { vlan: 1, mac: 'ff:ff:ff:ff:ff:ff', type: 'system', port: null },
      { vlan: 2, mac: '01:00:5e:00:00:01', type: 'igmp', port: 'GigabitEthernet1/35' },
      { vlan: 2, mac: '01:00:5e:00:00:01', type: 'igmp', port: 'GigabitEthernet1/45' },
    ]);
  });

  test('of a 6500: how it was learned and how long ago', () => {
    const lines = [
      'Legend: * - primary entry',
      '        age - seconds since last seen',
      '  vlan   mac address     type    learn     age              ports',
      '------+----------------+--------+-----+----------+--------------------------',
      '*  101  0000.5e00.5301   dynamic  Yes         10   Gi1/40',
      '*  ---  0000.0000.0000    static  No           -   vPC Peer-Link',
      '                                                   Router',
    ];
    expect(read('mac', ...lines)).toEqual([
      { vlan: 101, mac: '00:00:5e:00:53:01', type: 'dynamic', port: 'GigabitEthernet1/40' },
      { vlan: null, mac: '00:00:00:00:00:00', type: 'static', port: 'vPC Peer-Link' },
      { vlan: null, mac: '00:00:00:00:00:00', type: 'static', port: 'Router' },
    ]);
  });

  test('where the address comes first', () => {
    const lines = ['Destination Address\tAddress Type\tVLAN\tDestination Port', '0000.5e00.5301\tDynamic\t   2\tFastEthernet0/1'];
    expect(read('mac', ...lines)).toEqual([{ vlan: 2, mac: '00:00:5e:00:53:01', type: 'Dynamic', port: 'FastEthernet0/1' }]);
  });

  test('what is no table of addresses is none', () => {
    expect(stopsAt('mac', '')).toBe(1);
    expect(stopsAt('mac', '  40    0000.5e00.5301    DYNAMIC     Gi1/0/1')).toBe(1);
  });
});
