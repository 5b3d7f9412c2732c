import { describe, expect, test } from 'vitest';
import { parseNexusPort } from '../../../agents/reading/nexus.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const port = 'Ethernet1/3';

/** `show running-config interface` with these lines in it. */
const configuration = (...lines: string[]) =>
  [
    '',
    '!Command: show running-config interface Ethernet1/3',
    '!Time: Thu Aug  7 17:28:26 2014',
    '',
    'version 7.3(13)N1(1)',
    '',
    `interface ${port}`,
  ]
    .concat(
      lines.map((line) => `  ${line}`),
      '',
      '',
    )
    .join('\n');

/** `show interface switchport`; the fields that matter can be replaced. */
const switchport = (
  fields: Partial<
    Record<
      'Name' | 'Switchport' | 'Operational Mode' | 'Access Mode VLAN' | 'Trunking Native Mode VLAN' | 'Trunking VLANs Allowed',
      string
    >
  > = {},
) => {
  const { Name, ...rest } = {
    Name: port,
    Switchport: 'Enabled',
    'Operational Mode': 'trunk',
    'Access Mode VLAN': '1 (default)',
    'Trunking Native Mode VLAN': '1 (default)',
    'Trunking VLANs Allowed': '1-4094',
    ...fields,
  };
  const lines = Object.entries({
    ...rest,
    'Extended Trust State ': 'not trusted [COS = 0]',
    'Operational private-vlan': 'none',
  }).map(([key, value]) => `  ${key}: ${value}`);
  return [`Name: ${Name}`, ...lines, ''].join('\n');
};

describe('nexus: reading a port', () => {
  test.each<{ name: string; lines: string[]; fields: Parameters<typeof switchport>[0]; state: PortState }>([
    {
      name: 'as it came from the factory',
      lines: [],
      fields: { 'Operational Mode': 'access' },
      state: { native: 1, tagged: [], enabled: true },
    },
    {
      name: 'in access mode',
      lines: ['switchport access vlan 30', 'shutdown'],
      fields: { 'Operational Mode': 'down', 'Access Mode VLAN': '30 (VLAN0030)' },
      state: { native: 30, tagged: [], enabled: false },
    },
    {
      name: 'in access mode with a list for later',
      lines: ['switchport mode access', 'switchport trunk allowed vlan none'],
      fields: { 'Operational Mode': 'access', 'Trunking VLANs Allowed': 'none' },
      state: { native: 1, tagged: [], enabled: true },
    },
    {
      name: 'in an access VLAN that is gone',
      lines: ['switchport access vlan 30'],
      fields: { 'Operational Mode': 'access', 'Access Mode VLAN': '30 (Vlan not created)' },
      state: { native: 30, tagged: [], enabled: true },
    },
    {
      name: 'trunk with native and tagged',
      lines: [
        'switchport mode trunk',
        'switchport trunk native vlan 100',
        'switchport trunk allowed vlan 100,200-202',
        'no shutdown',
      ],
      fields: { 'Trunking Native Mode VLAN': '100 (red)', 'Trunking VLANs Allowed': '100,200-202' },
      state: { native: 100, tagged: [200, 201, 202], enabled: true },
    },
    {
      name: 'trunk that is down and calls itself access',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 100', 'switchport trunk allowed vlan 100', 'shutdown'],
      fields: {
        'Operational Mode': 'access',
        'Trunking Native Mode VLAN': '100 (Vlan not created)',
        'Trunking VLANs Allowed': '100',
      },
      state: { native: 100, tagged: [], enabled: false },
    },
    {
      name: 'trunk with nothing',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 2222', 'switchport trunk allowed vlan none'],
      fields: { 'Trunking Native Mode VLAN': '2222 (Vlan not created)', 'Trunking VLANs Allowed': 'none' },
      state: { native: null, tagged: [], enabled: true },
    },
    {
      name: 'trunk whose native VLAN is not allowed',
      lines: ['switchport mode trunk', 'switchport trunk allowed vlan 5'],
      fields: { 'Trunking VLANs Allowed': '5' },
      state: { native: null, tagged: [5], enabled: true },
    },
    {
      name: 'trunk that allows even the dummy VLAN, which may come to exist',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 2222', 'switchport trunk allowed vlan 2222'],
      fields: { 'Trunking Native Mode VLAN': '2222 (Vlan not created)', 'Trunking VLANs Allowed': '2222' },
      state: { native: 2222, tagged: [], enabled: true },
    },
    {
      name: 'list in several lines',
      lines: [
        'switchport mode trunk',
        'switchport trunk allowed vlan 2-4',
        'switchport trunk allowed vlan add 10,12',
        'switchport trunk allowed vlan add 20',
      ],
      fields: { 'Trunking VLANs Allowed': '2-4,10,\n    12,20' },
      state: { native: null, tagged: [2, 3, 4, 10, 12, 20], enabled: true },
    },
    {
      name: 'list of which only the beginning is shown',
      lines: ['switchport mode trunk', 'switchport trunk allowed vlan 2,4,6,8'],
      fields: { 'Trunking VLANs Allowed': '2,4,6,(more)' },
      state: { native: null, tagged: [2, 4, 6, 8], enabled: true },
    },
    {
      name: 'with lines that are not about VLANs',
      lines: ['description shutdown', 'switchport', 'spanning-tree port type edge trunk', 'speed 1000', 'no lldp transmit'],
      fields: { 'Operational Mode': 'access' },
      state: { native: 1, tagged: [], enabled: true },
    },
  ])('$name', ({ lines, fields, state }) => {
    expect(parseNexusPort(port, configuration(...lines), switchport(fields))).toEqual(state);
  });

  test.each(['1-4094', '1-3967,4048-4093', '1-3967'])('a trunk without a list carries every VLAN, also shown as %s', (shown) => {
    const state = parseNexusPort(port, configuration('switchport mode trunk'), switchport({ 'Trunking VLANs Allowed': shown }));
    expect(state).toEqual({ native: 1, tagged: Array.from({ length: 4093 }, (_, index) => index + 2), enabled: true });
  });

  const trunk = ['switchport mode trunk', 'switchport trunk native vlan 100', 'switchport trunk allowed vlan 100'];
  const shown = { 'Trunking Native Mode VLAN': '100 (red)', 'Trunking VLANs Allowed': '100' };
  test.each<{ name: string; configured: string; effective: string; problem: RegExp }>([
    { name: 'nothing', configured: '', effective: '', problem: /no section/ },
    {
      name: 'another port',
      configured: configuration().replaceAll('Ethernet1/3', 'Ethernet1/33'),
      effective: switchport(),
      problem: /no section/,
    },
    {
      name: 'rubbish before',
      configured: `\x7fqq\n${configuration(...trunk)}`,
      effective: switchport(shown),
      problem: /unexpected line/,
    },
    {
      name: 'two ports',
      configured: `${configuration(...trunk)}\ninterface Ethernet1/4\n  shutdown\n`,
      effective: switchport(shown),
      problem: /unexpected line/,
    },
    {
      name: 'a broken line',
      configured: configuration(...trunk).replace('  switchport trunk allowed', '  swit\nchport trunk allowed'),
      effective: switchport(),
      problem: /unexpected line/,
    },
    {
      name: 'half a line',
      configured: configuration('switchport mode trunk', 'switchport trunk allowed'),
      effective: switchport(),
      problem: /unexpected line/,
    },
    {
      name: 'a list that is none',
      configured: configuration('switchport mode trunk', 'switchport trunk allowed vlan 5-'),
      effective: switchport(),
      problem: /unexpected line/,
    },
    {
      name: 'the end of a list',
      configured: configuration('switchport mode trunk', 'switchport trunk allowed vlan add 100'),
      effective: switchport(shown),
      problem: /unexpected line/,
    },
    {
      name: 'another mode',
      configured: configuration('switchport mode fex-fabric'),
      effective: switchport(),
      problem: /fex-fabric/,
    },
    {
      name: 'a routed port',
      configured: configuration('no switchport'),
      effective: switchport({ Switchport: 'Disabled' }),
      problem: /no switchport/,
    },
    { name: 'a mirror', configured: configuration('switchport monitor'), effective: switchport(), problem: /monitor/ },
    {
      name: 'a port of a bundle',
      configured: configuration(...trunk, 'channel-group 5 mode active'),
      effective: switchport(shown),
      problem: /channel-group/,
    },
    {
      name: 'a profile',
      configured: configuration('inherit port-profile servers'),
      effective: switchport(),
      problem: /port-profile/,
    },
    { name: 'no second answer', configured: configuration(...trunk), effective: '', problem: /a record of ""/ },
    {
      name: 'a second answer of another port',
      configured: configuration(...trunk),
      effective: switchport({ ...shown, Name: 'Ethernet1/33' }),
      problem: /Ethernet1\/33/,
    },
    {
      name: 'two records',
      configured: configuration(...trunk),
      effective: switchport(shown) + switchport(shown),
      problem: /twice/,
    },
    {
      name: 'a record with rubbish',
      configured: configuration(...trunk),
      effective: `${switchport(shown)}\n  q`,
      problem: /unexpected line/,
    },
    {
      name: 'another native VLAN',
      configured: configuration(...trunk),
      effective: switchport({ ...shown, 'Trunking Native Mode VLAN': '1 (default)' }),
      problem: /Native/,
    },
    {
      name: 'another list',
      configured: configuration(...trunk),
      effective: switchport({ ...shown, 'Trunking VLANs Allowed': '100-101' }),
      problem: /Allowed/,
    },
    {
      name: 'a list where none is configured',
      configured: configuration('switchport mode trunk'),
      effective: switchport({ 'Trunking VLANs Allowed': '1-4093' }).replace('1-4093', '5'),
      problem: /Allowed/,
    },
    {
      name: 'a cut list that is another',
      configured: configuration(...trunk),
      effective: switchport({ ...shown, 'Trunking VLANs Allowed': '99,(more)' }),
      problem: /Allowed/,
    },
    {
      name: 'another access VLAN',
      configured: configuration('switchport access vlan 30'),
      effective: switchport({ 'Operational Mode': 'access' }),
      problem: /Access Mode VLAN/,
    },
    {
      name: 'a trunk that is configured as access',
      configured: configuration(),
      effective: switchport(),
      problem: /Operational Mode/,
    },
    {
      name: 'a trunk that is a fabric',
      configured: configuration(...trunk),
      effective: switchport({ ...shown, 'Operational Mode': 'fex-fabric' }),
      problem: /Operational Mode/,
    },
    ...[
      ['Voice VLAN', '200'],
      ['Switchport Monitor', 'Enabled'],
      ['Operational private-vlan', '(100,101)'],
      ['Administrative private-vlan primary host-association', '(100,101)'],
      ['Administrative private-vlan trunk normal VLANs', '200-210'],
      ['Operational Mode', 'trunk-all'],
      ['Operational Mode', 'access (port-channel member)'],
    ].map(([key = '', value = '']) => ({
      name: `"${key}: ${value}"`,
      configured: configuration(...trunk),
      effective: switchport(shown).replace(new RegExp(`\\n  ${key}: .*|$`), `\n  ${key}: ${value}`),
      problem: new RegExp(key),
    })),
  ])('is not understood: $name', ({ configured, effective, problem }) => {
    expect(parseNexusPort(port, configured, effective)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
