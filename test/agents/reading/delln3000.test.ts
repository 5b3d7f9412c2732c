import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDellN3000Port } from '../../../agents/reading/delln3000.ts';
import { formatVlans } from '../../../agents/reading/vlan-list.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const port = 'Gi1/0/5';
const dummy = 3900;

/** `show interfaces switchport`; fields can be replaced, or left out by undefined. */
const switchport = (changed: Record<string, string | undefined> = {}) => {
  const fields = {
    Port: port,
    'VLAN Membership Mode': 'Trunk Mode',
    'Member of VLANs ': undefined,
    'Access Mode VLAN': '1 (default)',
    'General Mode PVID': '1 (default)',
    'General Mode Ingress Filtering': 'Enabled',
    'General Mode Acceptable Frame Type': 'Admit All',
    'General Mode Dynamically Added VLANs': '',
    'General Mode Untagged VLANs': '1',
    'General Mode Tagged VLANs': '',
    'General Mode Forbidden VLANs': '',
    'Trunking Mode Native VLAN': '1 (default)',
    'Trunking Mode Native VLAN Tagging': 'Disabled',
    'Trunking Mode VLANs Enabled': 'All',
    'Private VLAN Mapping': '',
    'Default Priority': '0',
    Protected: 'Disabled',
    ...changed,
  };
  const lines = Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]));
  return ['', ...lines, '', ''].join('\n');
};

/** `show vlan id` of the dummy VLAN. */
const dummyVlan = (...ports: string[]) =>
  [
    '',
    'VLAN   Name                             Ports          Type',
    '-----  ---------------                  -------------  --------------',
    `3900   nowhere                          ${(ports[0] ?? '').padEnd(13)}  Static`,
    ...ports.slice(1).map((more) => `${' '.repeat(40)}${more}`),
    '',
    'RSPAN Vlan',
    '---------------------------------------------------------------------',
    'Disabled',
  ].join('\n');

interface Case {
  readonly name: string;
  readonly lines: readonly string[];
  readonly fields: Record<string, string | undefined>;
  readonly vlan?: string;
}
const read = ({ lines, fields, vlan = dummyVlan() }: Omit<Case, 'name'>) =>
  parseDellN3000Port(port, { running: ['', ...lines, ''].join('\n'), switchport: switchport(fields), dummyVlan: vlan }, dummy);

describe('delln3000: reading a port', () => {
  test.each<Case & { state: PortState }>([
    {
      name: 'as it came from the factory',
      lines: [],
      fields: { 'VLAN Membership Mode': 'Access Mode', 'Member of VLANs ': '(1)' },
      state: { native: 1, tagged: [], enabled: true },
    },
    {
      name: 'in access mode, with the lines around that full configurations have',
      lines: ['interface Gi1/0/5', 'description "Cannot"', 'shutdown', 'switchport access vlan 30', 'exit', '!'],
      fields: { 'VLAN Membership Mode': 'Access Mode', 'Access Mode VLAN': '30', 'Member of VLANs ': '(30)' },
      state: { native: 30, tagged: [], enabled: false },
    },
    {
      name: 'in access mode with a trunk that waits',
      lines: ['switchport mode access', 'switchport trunk native vlan 7', 'switchport trunk allowed vlan 7'],
      fields: { 'VLAN Membership Mode': 'Access Mode', 'Trunking Mode Native VLAN': '7', 'Trunking Mode VLANs Enabled': '7' },
      state: { native: 1, tagged: [], enabled: true },
    },
    {
      name: 'trunk with native and tagged, and settings that are not about VLANs',
      lines: [
        'spanning-tree portfast',
        'switchport mode trunk',
        'switchport trunk native vlan 100',
        'switchport trunk allowed vlan 100,200-202',
        'switchport general pvid 8',
        'no lldp med',
        'speed auto 1000',
      ],
      fields: {
        'Trunking Mode Native VLAN': '100',
        'Trunking Mode VLANs Enabled': '100,200-202',
        'Member of VLANs ': '(100),200-202',
      },
      state: { native: 100, tagged: [200, 201, 202], enabled: true },
    },
    {
      name: 'trunk with VLANs that are not made, of which it is no member',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 100', 'switchport trunk allowed vlan 100,200'],
      fields: { 'Trunking Mode Native VLAN': '100', 'Trunking Mode VLANs Enabled': '100,200', 'Member of VLANs ': '(100)' },
      state: { native: 100, tagged: [200], enabled: true },
    },
    {
      name: 'trunk with the dummy, which it does not allow',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 3900', 'switchport trunk allowed vlan 200', 'shutdown'],
      fields: { 'Trunking Mode Native VLAN': '3900', 'Trunking Mode VLANs Enabled': '200', 'Member of VLANs ': '200' },
      vlan: dummyVlan('Po1-2,', 'Gi1/0/4,', 'Gi1/0/50'),
      state: { native: null, tagged: [200], enabled: false },
    },
    {
      name: 'trunk with the dummy, which is shown as a member still',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 3900', 'switchport trunk allowed vlan 200'],
      fields: { 'Trunking Mode Native VLAN': '3900', 'Trunking Mode VLANs Enabled': '200', 'Member of VLANs ': '(3900),200' },
      state: { native: null, tagged: [200], enabled: true },
    },
    {
      name: 'trunk with nothing, the dummy VLAN gone',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 3900', 'switchport trunk allowed vlan none'],
      fields: { 'Trunking Mode Native VLAN': '3900', 'Trunking Mode VLANs Enabled': '' },
      vlan: 'ERROR: This VLAN does not exist.\n',
      state: { native: null, tagged: [], enabled: true },
    },
    {
      name: 'trunk with nothing, told otherwise',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 3900', 'switchport trunk allowed vlan remove 1-4093'],
      fields: { 'Trunking Mode Native VLAN': '3900', 'Trunking Mode VLANs Enabled': 'None' },
      state: { native: null, tagged: [], enabled: true },
    },
    {
      name: 'trunk that allows the dummy',
      lines: ['switchport mode trunk', 'switchport trunk native vlan 3900', 'switchport trunk allowed vlan 3900'],
      fields: { 'Trunking Mode Native VLAN': '3900', 'Trunking Mode VLANs Enabled': '3900', 'Member of VLANs ': '(3900)' },
      vlan: dummyVlan('Gi1/0/5'),
      state: { native: 3900, tagged: [], enabled: true },
    },
    {
      name: 'trunk whose native VLAN is another that it does not allow, whatever is said of the dummy',
      lines: ['switchport mode trunk', 'switchport trunk allowed vlan 5'],
      fields: { 'Trunking Mode VLANs Enabled': '5', 'Member of VLANs ': '5' },
      vlan: 'mumble',
      state: { native: null, tagged: [5], enabled: true },
    },
    {
      name: 'a list in several lines of each kind',
      lines: [
        'switchport mode trunk',
        'switchport trunk allowed vlan 1-4,',
        '10,12,',
        '   14',
        'switchport trunk allowed vlan add 20',
        'switchport trunk allowed vlan remove 3',
      ],
      fields: { 'Trunking Mode VLANs Enabled': '1-2,4,10,\n                           12,14,20' },
      state: { native: 1, tagged: [2, 4, 10, 12, 14, 20], enabled: true },
    },
    {
      name: 'a list of exceptions',
      lines: ['switchport mode trunk', 'switchport trunk allowed vlan except 4-4093'],
      fields: { 'Trunking Mode VLANs Enabled': '1-3' },
      state: { native: 1, tagged: [2, 3], enabled: true },
    },
  ])('$name', ({ state, ...answers }) => {
    expect(read(answers)).toEqual(state);
  });

  test.each(['All', '1-4093'])('a trunk without a list carries every VLAN, shown as %s', (shown) => {
    const state = read({
      lines: ['switchport mode trunk', 'switchport trunk allowed vlan all'],
      fields: { 'Trunking Mode VLANs Enabled': shown, 'Member of VLANs ': '(1),2-4093' },
      vlan: dummyVlan('Gi1/0/5'),
    });
    expect(state).toEqual({ native: 1, tagged: Array.from({ length: 4092 }, (_, index) => index + 2), enabled: true });
  });

  test('lists of any length, wrapped anywhere between parts', () => {
    const vlans = fc.uniqueArray(fc.integer({ min: 2, max: 3899 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(vlans, fc.integer({ min: 10, max: 80 }), (tagged, width) => {
        const wrapped = formatVlans(tagged, width).join(`,\n${' '.repeat(27)}`);
        const state = read({
          lines: ['switchport mode trunk', `switchport trunk allowed vlan ${wrapped}`],
          fields: { 'Trunking Mode VLANs Enabled': wrapped, 'Member of VLANs ': wrapped },
        });
        expect(state).toEqual({ native: null, tagged: [...tagged].sort((a, b) => a - b), enabled: true });
      }),
      { numRuns: 50 },
    );
  });

  const trunk = ['switchport mode trunk', 'switchport trunk native vlan 100', 'switchport trunk allowed vlan 100'];
  const shown = { 'Trunking Mode Native VLAN': '100', 'Trunking Mode VLANs Enabled': '100' };
  const dummied = ['switchport mode trunk', 'switchport trunk native vlan 3900', 'switchport trunk allowed vlan 200'];
  const shownDummied = { 'Trunking Mode Native VLAN': '3900', 'Trunking Mode VLANs Enabled': '200' };
  test.each<Case & { problem: RegExp }>([
    { name: 'another port', lines: ['interface Gi1/0/55', ...trunk], fields: shown, problem: /line 2/ },
    { name: 'rubbish', lines: ['\x7fqq', ...trunk], fields: shown, problem: /line 2: unexpected/ },
    { name: 'half a line', lines: ['switchport mode trunk', 'switchport trunk allowed'], fields: {}, problem: /unexpected/ },
    { name: 'a list that is none', lines: ['switchport trunk allowed vlan 5-'], fields: {}, problem: /unexpected/ },
    { name: 'a bundle', lines: [...trunk, 'channel-group 1 mode active'], fields: shown, problem: /channel-group/ },
    { name: 'a voice VLAN', lines: [...trunk, 'switchport voice vlan 7'], fields: shown, problem: /voice/ },
    { name: 'authentication', lines: [...trunk, 'dot1x port-control auto'], fields: shown, problem: /dot1x/ },
    { name: 'a private VLAN', lines: ['switchport mode private-vlan host'], fields: {}, problem: /private-vlan/ },
    {
      name: 'general mode',
      lines: ['switchport mode general'],
      fields: { 'VLAN Membership Mode': 'General Mode' },
      problem: /general/,
    },
    {
      name: 'a mode that did not take',
      lines: trunk,
      fields: { ...shown, 'VLAN Membership Mode': 'Access Mode' },
      problem: /mode access/,
    },
    { name: 'a mode that is new', lines: trunk, fields: { ...shown, 'VLAN Membership Mode': 'Odd' }, problem: /mode odd/ },
    {
      name: 'another native VLAN',
      lines: trunk,
      fields: { ...shown, 'Trunking Mode Native VLAN': '1' },
      problem: /native VLAN 100/,
    },
    {
      name: 'a tagged native VLAN',
      lines: trunk,
      fields: { ...shown, 'Trunking Mode Native VLAN Tagging': 'Enabled' },
      problem: /tagged/,
    },
    {
      name: 'another list',
      lines: trunk,
      fields: { ...shown, 'Trunking Mode VLANs Enabled': '100-101' },
      problem: /VLANs 100 configured/,
    },
    {
      name: 'a list where every VLAN is configured',
      lines: ['switchport mode trunk'],
      fields: { 'Trunking Mode VLANs Enabled': '1' },
      problem: /\.\.\. configured/,
    },
    {
      name: 'another access VLAN',
      lines: ['switchport access vlan 30'],
      fields: { 'VLAN Membership Mode': 'Access Mode' },
      problem: /VLAN 30, but in VLAN 1/,
    },
    {
      name: 'a member of more',
      lines: trunk,
      fields: { ...shown, 'Member of VLANs ': '(100),7' },
      problem: /tagged member of VLAN 7/,
    },
    {
      name: 'an untagged member of another',
      lines: trunk,
      fields: { ...shown, 'Member of VLANs ': '(7)' },
      problem: /untagged member of VLAN 7/,
    },
    {
      name: 'a tagged member of its native VLAN',
      lines: trunk,
      fields: { ...shown, 'Member of VLANs ': '100' },
      problem: /tagged member of VLAN 100/,
    },
    {
      name: 'a VLAN that a neighbour asked for',
      lines: trunk,
      fields: { ...shown, 'General Mode Dynamically Added VLANs': '7' },
      problem: /joined VLAN 7/,
    },
    {
      name: 'members that are no list',
      lines: trunk,
      fields: { ...shown, 'Member of VLANs ': '(100),x' },
      problem: /Member of VLANs/,
    },
    { name: 'two ports', lines: trunk, fields: { ...shown, Protected: `x\n${switchport()}` }, problem: /2 records/ },
    { name: 'no record', lines: trunk, fields: { Port: undefined }, problem: /before the name/ },
    { name: 'a record of another port', lines: trunk, fields: { ...shown, Port: 'Gi1/0/55' }, problem: /Gi1\/0\/55/ },
    { name: 'a field twice', lines: trunk, fields: { ...shown, Protected: 'x\nPrivate VLAN Mapping: y' }, problem: /already/ },
    { name: 'a record with rubbish', lines: trunk, fields: { ...shown, Protected: 'x\nq' }, problem: /no field/ },
    {
      name: 'no list in force',
      lines: trunk,
      fields: { ...shown, 'Trunking Mode VLANs Enabled': undefined },
      problem: /VLANs Enabled/,
    },
    {
      name: 'a member of the dummy',
      lines: dummied,
      fields: shownDummied,
      vlan: dummyVlan('Gi1/0/4-6'),
      problem: /dummy VLAN 3900/,
    },
    { name: 'a dummy that mumbles', lines: dummied, fields: shownDummied, vlan: '% what?', problem: /not understood/ },
    {
      name: 'a dummy that is another VLAN',
      lines: dummied,
      fields: shownDummied,
      vlan: dummyVlan().replace('3900', '390 '),
      problem: /not understood/,
    },
  ])('is not understood: $name', ({ problem, ...answers }) => {
    expect(read(answers)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
