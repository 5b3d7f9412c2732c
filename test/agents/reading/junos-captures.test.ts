import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../agents/reading/capture.ts';
import { junosCaptures } from '../../../agents/reading/junos-captures.ts';

const read = (kind: keyof typeof junosCaptures, ...lines: string[]) => junosCaptures[kind]?.(lines.join('\r\n'));

function stopsAt(kind: keyof typeof junosCaptures, ...lines: string[]): number {
  try {
    read(kind, ...lines);
  } catch (error) {
    if (error instanceof CaptureError) return error.line;
    throw error;
  }
  return 0;
}

describe('junos: show ethernet-switching interface', () => {
  const lines = [
    'haas@ex-01> show ethernet-switching interface',
    'Logical Interface flags (DL - disable learning, AD - packet action drop,',
    '                         MLAS - Mac limit action shutdown, CISO - Shutdown due to core isolation)',
    '',
    'Logical         Vlan                   TAG   MAC    MAC+IP STP         Logical          Tagging',
    'interface       members                      limit  limit  state       interface flags',
    'Routing Instance Name : default-switch',
    'ge-0/0/0.0                                   65536  0                  DN               untagged',
    '                office                 110   65536  0      Discarding                   untagged',
    'Routing Instance Name : default-switch',
    'ae0.0                                        65536  0                                   tagged',
    '                office                 110   65536  0      Forwarding                   tagged',
    '                default                      65536  0      Forwarding                   untagged',
    '',
    '{master:0}',
  ];

  test('reads ports and their VLANs', () => {
    expect(read('switchport', ...lines)).toEqual([
      { port: 'ge-0/0/0', mode: 'access', native: 110, tagged: [] },
      { port: 'ae0.0', mode: 'trunk', tagged: [110] },
    ]);
  });

  test('stops at what it does not understand', () => {
    expect(stopsAt('switchport', ...lines.slice(0, 8), 'ge-0/0/0.0 sideways')).toBe(9);
    expect(stopsAt('switchport', ...lines.slice(0, 8), '                office   eleven   tagged')).toBe(9);
    expect(stopsAt('switchport', lines[7] ?? '')).toBe(1);
  });

  test('reads the form of before ELS', () => {
    expect(
      read(
        'switchport',
        'Interface    State  VLAN members        Tag   Tagging  Blocking',
        'ae0.0        up     default                   untagged unblocked',
        'ge-0/0/2.0   up     storage             300   untagged blocked by RTG (group)',
        'ge-0/0/4.0   up     office              100   tagged   unblocked',
        '                    storage             200   tagged   blocked by STP',
      ),
    ).toEqual([
      { port: 'ae0.0', mode: 'access', tagged: [] },
      { port: 'ge-0/0/2', mode: 'access', native: 300, tagged: [] },
      { port: 'ge-0/0/4', mode: 'trunk', native: null, tagged: [100, 200] },
    ]);
  });
});

describe('junos: show configuration | display set', () => {
  const vlans = ['set vlans blue vlan-id 100', 'set vlans red vlan-id 101'];

  test('reads ports, and VLANs by their names', () => {
    expect(
      read(
        'running-config',
        'set version 21.4R3-S4.9',
        'set system host-name ex-01',
        'set interfaces ge-0/0/1 description "node 7"',
        'set interfaces ge-0/0/1 native-vlan-id 100',
        'set interfaces ge-0/0/1 unit 0 family ethernet-switching interface-mode trunk',
        'set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members blue',
        'set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members 101',
        'set interfaces ge-0/0/2 disable',
        'set interfaces ge-0/0/3 unit 0 family ethernet-switching vlan members red',
        'set interfaces xe-0/1/0 unit 0 family inet address 192.0.2.1/31',
        'set interfaces irb unit 100 family inet address 192.0.2.9/24',
        ...vlans,
      ),
    ).toEqual([
      { port: 'ge-0/0/1', mode: 'trunk', native: 100, tagged: [101], enabled: true, description: 'node 7' },
      { port: 'ge-0/0/2', mode: 'none', native: null, tagged: [], enabled: false },
      { port: 'ge-0/0/3', mode: 'access', native: 101, tagged: [], enabled: true },
      { port: 'xe-0/1/0', mode: 'routed', native: null, tagged: [], enabled: true },
    ]);
  });

  test('stops at what may change VLANs, at names that are not there, and at another form', () => {
    const member = 'set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members blue';
    expect(stopsAt('running-config', ...vlans, member, 'set interfaces ge-0/0/1 ether-options 802.3ad ae0')).toBe(4);
    expect(stopsAt('running-config', ...vlans, member, 'deactivate interfaces ge-0/0/1 unit 0')).toBe(4);
    expect(stopsAt('running-config', 'set system host-name ex-01', member)).toBe(2);
    expect(stopsAt('running-config', 'interfaces {')).toBe(1);
  });
});

describe('junos: tables', () => {
  test('VLANs', () => {
    const lines = [
      'Routing instance        VLAN name             Tag          Interfaces',
      'default-switch          blue                  100',
      '                                                           ae0.0*',
      '                                                           ge-0/0/3.0',
      'default-switch          default',
      '                                                           ge-0/0/4.0',
      'default-switch          empty                 200',
      '',
    ];
    expect(read('vlans', '', ...lines, '{master:0}')).toEqual([
      { vlan: 100, name: 'blue', ports: ['ae0.0', 'ge-0/0/3'] },
      { vlan: 200, name: 'empty', ports: [] },
    ]);
    expect(stopsAt('vlans', ...lines, 'default-switch          blue 100 or so')).toBe(9);
    expect(stopsAt('vlans', '')).toBe(1);
  });

  test('the states of ports', () => {
    const lines = [
      'Interface               Admin Link Proto    Local                 Remote',
      'ge-0/0/0                up    up',
      'ge-0/0/0.0              up    up   eth-switch',
      'ge-0/0/1                down  down',
      'ge-0/0/2                up    down',
      'irb.100                 up    up   inet     192.0.2.1/24',
      '                                   inet6    2001:db8::1/64',
    ];
    expect(read('status', ...lines)).toEqual([
      { port: 'ge-0/0/0', status: 'up' },
      { port: 'ge-0/0/1', status: 'disabled' },
      { port: 'ge-0/0/2', status: 'down' },
    ]);
    expect(stopsAt('status', ...lines, 'ge-0/0/3 sideways')).toBe(8);
  });

  test('addresses', () => {
    const lines = [
      'MAC flags (S - static MAC, D - dynamic MAC, L - locally learned, P - Persistent static',
      '           SE - statistics enabled, NM - non configured MAC, R - remote PE MAC, O - ovsdb MAC)',
      '',
      'Ethernet switching table : 2 entries, 2 learned',
      'Routing instance : default-switch',
      '   Vlan                MAC                 MAC      Age    Logical',
      '   name                address             flags           interface',
      '   haas-100            00:1b:21:00:00:01   D          -    ge-0/0/1.0',
      '   storage             00:1B:21:00:00:02   D          -    ae0.0',
    ];
    expect(read('mac', ...lines)).toEqual([
      { vlan: 100, mac: '00:1b:21:00:00:01', type: 'D', port: 'ge-0/0/1' },
      { vlan: null, mac: '00:1b:21:00:00:02', type: 'D', port: 'ae0.0' },
    ]);
    expect(stopsAt('mac', ...lines, '   storage   nobody')).toBe(10);
  });
});
