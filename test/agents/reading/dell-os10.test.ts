import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../agents/reading/capture.ts';
import { parseOs10Port } from '../../../agents/reading/dell-os10.ts';
import { dellOs10Captures } from '../../../agents/reading/dell-os10-captures.ts';
import { formatVlans } from '../../../agents/reading/vlan-list.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const port = 'ethernet1/1/5';

/** `show running-configuration interface` with these lines in it. */
const configured = (...lines: string[]) => ['!', `interface ${port}`, ...lines.map((line) => ` ${line}`), ''].join('\n');

const legend = [
  'Codes: * - Default VLAN, M - Management VLAN, R - Remote Port Mirroring VLANs,',
  '       @ - Attached to Virtual Network, P - Primary, C - Community, I - Isolated,',
  '       S - VLAN-Stack VLAN',
  'Q: A - Access (Untagged), T - Tagged',
  '    NUM    Status    Description                     Q Ports',
];
/** `show vlan` with these lines below its header. */
const table = (...rows: string[]) => [...legend, ...rows, ''].join('\n');
const row = (vlan: number, ...ports: string[]) => {
  const head = `${vlan === 1 ? '*' : ' '}   ${String(vlan).padEnd(7)}Active    ${''.padEnd(32)}`;
  return [head + (ports[0] ?? ''), ...ports.slice(1).map((list) => ''.padEnd(head.length) + list)].join('\n');
};

describe('dell_os10: reading a port', () => {
  test.each<{ name: string; lines: string[]; rows: string[]; state: PortState }>([
    {
      name: 'as it came from the factory',
      lines: ['no shutdown', 'switchport access vlan 1', 'flowcontrol receive on'],
      rows: [row(1, 'A Eth1/1/1-1/1/54')],
      state: { native: 1, tagged: [], enabled: true },
    },
    {
      name: 'in access mode',
      lines: ['description "node 7"', 'shutdown', 'switchport access vlan 30', 'mtu 9216'],
      rows: [row(1, 'A Eth1/1/1-1/1/4'), row(30, 'A Eth1/1/5')],
      state: { native: 30, tagged: [], enabled: false },
    },
    {
      name: 'trunk with native and tagged',
      lines: ['no shutdown', 'switchport mode trunk', 'switchport access vlan 30', 'switchport trunk allowed vlan 100-101,300'],
      rows: [
        row(1, 'A Eth1/1/1-1/1/4'),
        row(30, 'T Eth1/1/6', 'A Eth1/1/5,1/1/7'),
        row(100, 'T Eth1/1/4-1/1/6,1/1/9:1-1/1/9:4'),
        row(101, 'T Eth1/1/1,1/1/5'),
        row(300, 'T Po128', 'T Eth1/1/5'),
      ],
      state: { native: 30, tagged: [100, 101, 300], enabled: true },
    },
    {
      name: 'trunk without an access VLAN',
      lines: ['no shutdown', 'switchport mode trunk', 'switchport trunk allowed vlan 100'],
      rows: [row(1, 'A Eth1/1/1-1/1/4'), row(100, 'T Eth1/1/5')],
      state: { native: null, tagged: [100], enabled: true },
    },
    {
      name: 'trunk without an access VLAN that the switch counts to the default VLAN all the same',
      lines: ['no shutdown', 'switchport mode trunk', 'switchport trunk allowed vlan 100'],
      rows: [row(1, 'A Eth1/1/1-1/1/6'), row(100, 'T Eth1/1/5')],
      state: { native: 1, tagged: [100], enabled: true },
    },
    {
      name: 'trunk with nothing',
      lines: ['no shutdown', 'switchport mode trunk'],
      rows: [row(1)],
      state: { native: null, tagged: [], enabled: true },
    },
    {
      name: 'a list in two lines, and one that is wrapped in the table',
      lines: ['no shutdown', 'switchport mode trunk', 'switchport trunk allowed vlan 100', 'switchport trunk allowed vlan 101'],
      rows: [row(100, 'T Eth1/1/1-1/1/3,', '  1/1/5'), row(101, 'T Eth1/1/5')],
      state: { native: null, tagged: [100, 101], enabled: true },
    },
    {
      name: 'shut, on a switch that does not list such ports',
      lines: ['shutdown', 'switchport mode trunk', 'switchport access vlan 30', 'switchport trunk allowed vlan 100'],
      rows: [row(30), row(100)],
      state: { native: 30, tagged: [100], enabled: false },
    },
    {
      name: 'shut in access mode, without a word of its VLAN: where it would be if it were opened',
      lines: ['shutdown'],
      rows: [row(1), row(30)],
      state: { native: 1, tagged: [], enabled: false },
    },
    {
      name: 'routed',
      lines: ['no shutdown', 'no switchport'],
      rows: [row(1, 'A Eth1/1/1-1/1/4')],
      state: { native: null, tagged: [], enabled: true },
    },
  ])('$name', ({ lines, rows, state }) => {
    expect(parseOs10Port(port, configured(...lines), table(...rows))).toEqual(state);
  });

  const trunk = ['no shutdown', 'switchport mode trunk', 'switchport access vlan 30', 'switchport trunk allowed vlan 100'];
  const rows = [row(1, 'A Eth1/1/1-1/1/4'), row(30, 'A Eth1/1/5'), row(100, 'T Eth1/1/5')];
  test.each<{ name: string; lines?: string[]; configuration?: string; vlans?: string; problem: RegExp }>([
    { name: 'nothing', configuration: '', problem: /not the interface/ },
    { name: 'another port', configuration: configured(...trunk).replace('1/1/5', '1/1/55'), problem: /not the interface/ },
    { name: 'two ports', configuration: configured(...trunk) + configured(...trunk), problem: /too many/ },
    { name: 'rubbish before', configuration: `\x7fqq\n${configured(...trunk)}`, problem: /unexpected line/ },
    { name: 'neither shut nor not', lines: trunk.slice(1), problem: /neither/ },
    { name: 'shut and not', lines: ['shutdown', ...trunk], problem: /no shutdown/ },
    { name: 'half a list', lines: [...trunk, 'switchport trunk allowed vlan 200-'], problem: /200-/ },
    { name: 'two access VLANs in one line', lines: ['no shutdown', 'switchport access vlan 30-31'], problem: /30-31/ },
    {
      name: 'a member of a bundle',
      lines: ['no shutdown', 'channel-group 10 mode active', 'no switchport'],
      problem: /channel-group/,
    },
    { name: 'an address', lines: ['no shutdown', 'no switchport', 'ip address 192.0.2.1/31'], problem: /ip address/ },
    { name: 'port security', lines: [...trunk, 'switchport port-security'], problem: /port-security/ },
    { name: 'no table', vlans: '', problem: /no table/ },
    { name: 'a table that is cut', vlans: table(...rows.slice(0, 2)), problem: /"show vlan" has/ },
    { name: 'an endless legend', vlans: `${'A - b '.repeat(2_000)}!\n${table(...rows)}`, problem: /no legend/ },
    { name: 'rubbish in the table', vlans: table(...rows, 'q7 q7'), problem: /no VLAN with/ },
    { name: 'another native VLAN', vlans: table(row(31, 'A Eth1/1/5'), row(100, 'T Eth1/1/5')), problem: /30 untagged/ },
    { name: 'no native VLAN', vlans: table(row(100, 'T Eth1/1/5')), problem: /30 untagged/ },
    { name: 'a VLAN more', vlans: table(...rows, row(200, 'T Eth1/1/5')), problem: /100,200/ },
    { name: 'two native VLANs', vlans: table(...rows, row(31, 'A Eth1/1/1-1/1/9')), problem: /30 and 31/ },
    {
      name: 'an access port that is tagged as well',
      lines: ['no shutdown', 'switchport access vlan 30'],
      problem: /tagged/,
    },
    { name: 'an access VLAN more', lines: [...trunk, 'switchport access vlan 31'], problem: /vlan 31/ },
    { name: 'up in no VLAN, in access mode', lines: ['no shutdown'], vlans: table(row(1)), problem: /1 untagged VLAN/ },
    ...['R', '@', 'P', 'C', 'I', 'S'].map((code) => ({
      name: `a VLAN with the code ${code}`,
      vlans: table(row(30, 'A Eth1/1/5'), row(100, 'T Eth1/1/5').replace('    100', `${code}   100`)),
      problem: /100 is not an ordinary one/,
    })),
    { name: 'a VLAN that a trunk without one is in', lines: trunk.toSpliced(2, 1), problem: /no untagged VLAN is configured/ },
  ])('is not understood: $name', ({ lines = trunk, configuration = configured(...lines), vlans = table(...rows), problem }) => {
    expect(parseOs10Port(port, configuration, vlans)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('whatever a trunk carries is read as it is', () => {
    const vlan = fc.integer({ min: 2, max: 4093 });
    fc.assert(
      fc.property(fc.option(vlan), fc.uniqueArray(vlan, { maxLength: 30 }), (native, list) => {
        const tagged = list.filter((each) => each !== native).sort((a, b) => a - b);
        const lines = ['no shutdown', 'switchport mode trunk'];
        if (native !== null) lines.push(`switchport access vlan ${native}`);
        lines.push(...formatVlans(tagged, 40).map((text) => `switchport trunk allowed vlan ${text}`));
        const both = [
          ...tagged.map((each) => [each, 'T Eth1/1/5'] as const),
          ...(native === null ? [] : [[native, 'A Eth1/1/5'] as const]),
        ];
        const state = parseOs10Port(port, configured(...lines), table(...both.map(([each, ports]) => row(each, ports))));
        expect(state).toEqual({ native, tagged, enabled: true });
      }),
    );
  });
});

describe('dell_os10: captures', () => {
  const stopsAt = (read: () => unknown): number => {
    try {
      read();
    } catch (error) {
      if (error instanceof CaptureError) return error.line;
      throw error;
    }
    return 0;
  };

  test('a whole configuration: its Ethernet ports', () => {
    const text = [
      'OS10# show running-configuration',
      '! Version 10.5.4.3',
      'hostname OS10',
      '!',
      'interface vlan100',
      ' no shutdown',
      '!',
      'interface mgmt1/1/1',
      ' ip address 192.0.2.1/24',
      '!',
      'interface ethernet1/1/1',
      ' description "to node 1"',
      ' no shutdown',
      ' switchport mode trunk',
      ' switchport access vlan 30',
      ' switchport trunk allowed vlan 100,200-201',
      '!',
      'interface ethernet1/1/2:1',
      ' shutdown',
      ' channel-group 10 mode active',
      ' no switchport',
      '!',
      'interface ethernet1/1/3',
      ' no shutdown',
      ' no switchport',
      ' ip address 192.0.2.9/31',
      '!',
      'end',
    ].join('\r\n');
    expect(dellOs10Captures['running-config']?.(text)).toEqual([
      { port: 'ethernet1/1/1', mode: 'trunk', native: 30, tagged: [100, 200, 201], enabled: true, description: 'to node 1' },
      { port: 'ethernet1/1/2:1', mode: 'channel-group 10', native: null, tagged: [], enabled: false },
      { port: 'ethernet1/1/3', mode: 'routed', native: null, tagged: [], enabled: true },
    ]);
  });

  test('a configuration stops at what may change VLANs, and at the compressed view', () => {
    const read = (...lines: string[]) => dellOs10Captures['running-config']?.(lines.join('\n'));
    expect(stopsAt(() => read('interface ethernet1/1/1', ' no shutdown', ' virtual-network 7'))).toBe(3);
    expect(stopsAt(() => read('!', 'interface range ethernet 1/1/1-1/1/32', ' no shutdown'))).toBe(2);
  });

  test('the VLANs', () => {
    const text = table(
      row(1, 'A Eth1/1/1-1/1/2'),
      `    20     Inactive  storage                         T Eth1/1/3:1`,
      `M   30     Inactive`,
    );
    expect(dellOs10Captures.vlans?.(`OS10# show vlan\n${text}OS10# `)).toEqual([
      { vlan: 1, name: '', status: 'Active', tagged: [], untagged: ['ethernet1/1/1', 'ethernet1/1/2'] },
      { vlan: 20, name: 'storage', status: 'Inactive', tagged: ['ethernet1/1/3:1'], untagged: [] },
      { vlan: 30, name: '', status: 'Inactive', tagged: [], untagged: [] },
    ]);
    expect(stopsAt(() => dellOs10Captures.vlans?.(table(row(1), '           T Eth1/1/1')))).toBe(7);
    expect(stopsAt(() => dellOs10Captures.vlans?.(table(row(20, 'T Eth1/1/9-1/1/2'))))).toBe(6);
  });

  test('the status of ports', () => {
    const rule = '-'.repeat(98);
    const text = [
      rule,
      'Port            Description     Status   Speed    Duplex   Mode Vlan Tagged-Vlans',
      rule,
      'Eth 1/1/1       to node 1       up       25G      full     T    30   100,200-201',
      'Eth 1/1/2:1                     down     0        full     A    1    -',
      'Po 128          uplink          up       200G     full     T    1    6,7',
      'Vl 7                            up       --       --       --   --',
      rule,
    ];
    expect(dellOs10Captures.status?.(text.join('\n'))).toEqual([
      { port: 'ethernet1/1/1', status: 'up', description: 'to node 1', vlan: '30', duplex: 'full', speed: '25G' },
      { port: 'ethernet1/1/2:1', status: 'down', vlan: '1', duplex: 'full', speed: '0' },
      { port: 'Po 128', status: 'up', description: 'uplink', vlan: '1', duplex: 'full', speed: '200G' },
      { port: 'Vl 7', status: 'up', vlan: '', duplex: '--', speed: '--' },
    ]);
    expect(stopsAt(() => dellOs10Captures.status?.([...text, 'Eth 1/1/3  sideways'].join('\n')))).toBe(9);
  });

  test('addresses', () => {
    const text = [
      'VlanId        Mac Address         Type        Interface',
      '100           00:1B:21:00:00:01   dynamic     ethernet1/1/5',
      '1             00:1b:21:00:00:02   static      port-channel1000',
    ];
    expect(dellOs10Captures.mac?.(text.join('\n'))).toEqual([
      { vlan: 100, mac: '00:1b:21:00:00:01', type: 'dynamic', port: 'ethernet1/1/5' },
      { vlan: 1, mac: '00:1b:21:00:00:02', type: 'static', port: 'port-channel1000' },
    ]);
    expect(stopsAt(() => dellOs10Captures.mac?.([...text, '100 nothing'].join('\n')))).toBe(4);
    expect(stopsAt(() => dellOs10Captures.mac?.(''))).toBe(1);
  });
});
