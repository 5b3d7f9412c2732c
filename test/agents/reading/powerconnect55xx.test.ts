import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePowerConnectPort } from '../../../agents/reading/powerconnect55xx.ts';
import { formatVlans } from '../../../agents/reading/vlan-list.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const port = 'gi1/0/5';

/** `show interfaces switchport`, the form of the 5500; fields can be replaced, or left out by undefined. */
const switchport = (changed: Record<string, string | undefined> = {}) => {
  const fields = {
    Name: port,
    Switchport: 'enable',
    'Administrative Mode': 'trunk',
    'Operational Mode': 'down',
    'Access Mode VLAN': '1',
    'Access Multicast TV VLAN': 'none',
    'Trunking Native Mode VLAN': '100',
    'Trunking VLANs Enabled': '100',
    'General PVID': '1',
    'General VLANs Enabled': 'none',
    'General Egress Tagged VLANs Enabled': 'none',
    'General Ingress Filtering': 'enabled',
    'General Acceptable Frame Types': 'all',
    Protected: 'disabled',
    ...changed,
  };
  const lines = Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`]));
  return ['', ...lines, '', 'Classification rules:', 'Mac based VLANs:', '  Group ID   Vlan ID', '------------ -------', ''].join(
    '\n',
  );
};

/** The form of early relatives, with a table of memberships. */
const memberships = (rows: readonly string[], changed: Record<string, string> = {}) => {
  const fields = {
    'Port ': port,
    'Port Mode': 'Trunk',
    'Gvrp Status': 'disabled',
    'Ingress Filtering': 'true',
    'Acceptable Frame Type': 'admitAll',
    'Ingress UnTagged VLAN ( NATIVE )': '40',
    ...changed,
  };
  return [
    ...Object.entries(fields).map(([key, value]) => `${key}: ${value}`),
    ' ',
    'Port is member in: ',
    '',
    'Vlan               Name               Egress rule Port Membership Type ',
    '---- -------------------------------- ----------- -------------------- ',
    ...rows,
    '',
    'Forbidden VLANS:',
    'Vlan               Name',
    '---- --------------------------------',
    '  9                nine',
    '',
    'Classification rules:',
    '',
    'Protocol based VLANs:',
    '  Group ID   Vlan ID',
    '------------ -------',
  ].join('\n');
};

/** `show interfaces configuration`. */
const configuration = (state = 'Up', name = port) =>
  [
    '                                               Flow    Admin     Back   Mdix',
    'Port     Type         Duplex  Speed  Neg      control  State   Pressure Mode',
    '-------- ------------ ------  -----  -------- -------  -----   -------- ----',
    `${name.padEnd(8)} 1G-Copper    Full    1000   Enabled  Off      ${state.padEnd(7)} Disabled Auto`,
    '',
  ].join('\n');

describe('powerconnect55xx: reading a port', () => {
  test.each<{ name: string; text: string; state: Omit<PortState, 'enabled'> }>([
    {
      name: 'as it came from the factory',
      text: switchport({ 'Administrative Mode': 'access', 'Trunking Native Mode VLAN': '1', 'Trunking VLANs Enabled': 'none' }),
      state: { native: 1, tagged: [] },
    },
    {
      name: 'in no access VLAN',
      text: switchport({ 'Administrative Mode': 'access', 'Access Mode VLAN': 'none' }),
      state: { native: null, tagged: [] },
    },
    { name: 'trunk with a native VLAN', text: switchport(), state: { native: 100, tagged: [] } },
    {
      name: 'trunk with nothing',
      text: switchport({ 'Trunking Native Mode VLAN': 'none', 'Trunking VLANs Enabled': 'none' }),
      state: { native: null, tagged: [] },
    },
    {
      name: 'trunk with an empty list',
      text: switchport({ 'Trunking Native Mode VLAN': 'none', 'Trunking VLANs Enabled': '' }),
      state: { native: null, tagged: [] },
    },
    {
      name: 'blanks in the list',
      text: switchport({ 'Trunking Native Mode VLAN': 'none', 'Trunking VLANs Enabled': ' 10, 2000, 23 - 25' }),
      state: { native: null, tagged: [10, 23, 24, 25, 2000] },
    },
    {
      name: 'a list over several lines, broken after commas, before them, and at neither',
      text: switchport({ 'Trunking VLANs Enabled': '2, 4,\n   6 -\n  8\n ,10, 100\n  12' }),
      state: { native: 100, tagged: [2, 4, 6, 7, 8, 10, 12] },
    },
    {
      name: 'VLANs that are not made',
      text: switchport({ 'Trunking Native Mode VLAN': '3 (Inactive)', 'Trunking VLANs Enabled': '3,5 (Inactive)' }),
      state: { native: 3, tagged: [5] },
    },
    {
      name: 'a native VLAN outside of the list, which may pass',
      text: switchport({ 'Trunking Native Mode VLAN': '3', 'Trunking VLANs Enabled': 'none' }),
      state: { native: 3, tagged: [] },
    },
    {
      name: 'the label of later relatives',
      text: switchport({ 'Trunking VLANs Enabled': undefined, 'Trunking VLANs': '100,200\n                2-4 (Inactive)' }),
      state: { native: 100, tagged: [2, 3, 4, 200] },
    },
    { name: 'a long name', text: switchport({ Name: 'gigabitethernet1/0/5' }), state: { native: 100, tagged: [] } },
    {
      name: 'memberships',
      text: memberships([
        ' 20            a name, Tagged               Tagged           Static        ',
        ' 40                 red                    Untagged          Static        ',
        '                                                                        ',
        ' 30         a-name-too-long-for-its-c       Tagged           Static        ',
        '                    olumn',
      ]),
      state: { native: 40, tagged: [20, 30] },
    },
    {
      name: 'tagged memberships only',
      text: memberships(['20   blue   Tagged   S'], {
        'Ingress UnTagged VLAN ( NATIVE )': 'none',
        'Acceptable Frame Type': 'admitOnlyVlanTagged',
      }),
      state: { native: null, tagged: [20] },
    },
    {
      name: 'no memberships, and untagged frames discarded',
      text: memberships([], { 'Ingress UnTagged VLAN ( NATIVE )': '4095' }),
      state: { native: null, tagged: [] },
    },
    {
      name: 'an access port by memberships',
      text: memberships([' 1   1   Untagged   System'], { 'Port Mode': 'Access', 'Ingress UnTagged VLAN ( NATIVE )': '1' }),
      state: { native: 1, tagged: [] },
    },
  ])('$name', ({ text, state }) => {
    expect(parsePowerConnectPort(port, text, configuration())).toEqual({ ...state, enabled: true });
    expect(parsePowerConnectPort(port, text.replaceAll('\n', '\r\n'), configuration('Down'))).toEqual({
      ...state,
      enabled: false,
    });
  });

  test.each([
    ['access', 'Access Multicast TV VLAN', '7', 'none'],
    ['access', 'Operational Mode', 'trunk', 'access'],
    ['trunk', 'Operational Mode', 'general', 'Trunk'],
    ['trunk', 'Voice VLAN', '7', 'none'],
    ['trunk', 'General Dynamically Added VLANs', '7', ''],
    ['trunk', 'Private-vlan promiscuous-association primary VLAN', '7', 'none'],
    ['trunk', 'Private-vlan host-association Secondary VLAN', '7', 'none'],
  ])('a problem: what adds VLANs or contradicts the mode: %s, "%s: %s"', (mode, key, odd, plain) => {
    const told = (value: string) =>
      parsePowerConnectPort(port, switchport({ 'Administrative Mode': mode, [key]: value }), configuration());
    expect(told(odd)).toEqual({ problem: `"${key}: ${odd}"` });
    expect(told(plain)).toEqual({ native: mode === 'access' ? 1 : 100, tagged: [], enabled: true });
  });

  test('a VLAN that waits for another mode adds nothing', () => {
    const waiting = switchport({ 'Access Multicast TV VLAN': '7', 'Customer Mode VLAN': '7' });
    expect(parsePowerConnectPort(port, waiting, configuration())).toEqual({ native: 100, tagged: [], enabled: true });
  });

  test('lists of any length, wrapped anywhere between parts', () => {
    const vlans = fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(vlans, fc.integer({ min: 10, max: 80 }), fc.boolean(), (tagged, width, comma) => {
        const list = formatVlans(tagged, width).join(comma ? ',\n    ' : '\n    ');
        const text = switchport({ 'Trunking Native Mode VLAN': 'none', 'Trunking VLANs Enabled': list });
        expect(parsePowerConnectPort(port, text, configuration())).toEqual({
          native: null,
          tagged: [...tagged].sort((a, b) => a - b),
          enabled: true,
        });
      }),
      { numRuns: 50 },
    );
  });

  test('port channels may be listed behind the port', () => {
    const more = `${configuration('Down')}\nCh       Type    Speed  Neg      control  State\n-------- ------- -----\nPo1         --     --      --\n`;
    expect(parsePowerConnectPort(port, switchport(), more)).toEqual({ native: 100, tagged: [], enabled: false });
  });

  const row = '40   red   Untagged   Static';
  test.each<{ name: string; text: string; state?: string; problem: RegExp }>([
    { name: 'nothing', text: '', problem: /0 records/ },
    { name: 'two ports', text: switchport() + switchport({ Name: 'gi1/0/6' }), problem: /2 records/ },
    { name: 'another port', text: switchport({ Name: 'gi1/0/55' }), problem: /gi1\/0\/55/ },
    { name: 'rubbish before', text: `\x7fqq\n${switchport()}`, problem: /line 1/ },
    { name: 'rubbish behind', text: `${switchport()}\nq`, problem: /no row/ },
    { name: 'a field twice', text: switchport({ Protected: 'x\nSwitchport: enable' }), problem: /already/ },
    { name: 'half a record', text: `Name: ${port}\nSwitchport: enable\n`, problem: /Administrative Mode/ },
    { name: 'no list', text: switchport({ 'Trunking VLANs Enabled': undefined }), problem: /Trunking VLANs/ },
    { name: 'a list that is none', text: switchport({ 'Trunking VLANs Enabled': '5-' }), problem: /list/ },
    { name: 'a list with words', text: switchport({ 'Trunking VLANs Enabled': '5 and 6' }), problem: /list/ },
    { name: 'a native VLAN that is none', text: switchport({ 'Trunking Native Mode VLAN': '4095' }), problem: /4095/ },
    { name: 'a routed port', text: switchport({ Switchport: 'disable' }), problem: /disable/ },
    { name: 'general mode', text: switchport({ 'Administrative Mode': 'general' }), problem: /general/ },
    { name: 'customer mode', text: switchport({ 'Administrative Mode': 'customer' }), problem: /customer/ },
    { name: 'a port of a bundle', text: switchport({ 'Operational Mode': 'member of Po1' }), problem: /Po1/ },
    {
      name: 'rules that sort frames',
      text: switchport().replace('------------ -------', '------------ -------\n     3         77'),
      problem: /rules/,
    },
    {
      name: 'no memberships',
      text: memberships([]).replace('Port is member in:', 'Protected: x'),
      problem: /member in|no field/,
    },
    { name: 'rubbish among memberships', text: memberships([row, 'q']), problem: /no row/ },
    { name: 'two untagged VLANs', text: memberships([row, '41   b   Untagged   Static']), problem: /several/ },
    {
      name: 'frames in from another VLAN than out',
      text: memberships([row], { 'Ingress UnTagged VLAN ( NATIVE )': '41' }),
      problem: /arrive in 41/,
    },
    { name: 'untagged in, tagged out', text: memberships(['40   red   Tagged   Static']), problem: /leaves tagged/ },
    { name: 'no filter', text: memberships([row], { 'Ingress Filtering': 'false' }), problem: /no member of/ },
    {
      name: 'no untagged frames',
      text: memberships([row], { 'Acceptable Frame Type': 'admitOnlyVlanTagged' }),
      problem: /untagged/,
    },
    { name: 'no second answer', text: switchport(), state: '', problem: /no configuration/ },
    {
      name: 'the state of the link',
      text: switchport(),
      state: configuration().replace('Admin', 'Link '),
      problem: /unexpected line/,
    },
    { name: 'another port shut', text: switchport(), state: configuration('Up', 'gi1/0/55'), problem: /gi1\/0\/55/ },
    { name: 'no state', text: switchport(), state: configuration('--'), problem: /unexpected line/ },
    { name: 'a column too few', text: switchport(), state: configuration().replace('Off', '   '), problem: /unexpected line/ },
    { name: 'two ports', text: switchport(), state: `${configuration()}gi1/0/6 x\n`, problem: /gi1\/0\/6/ },
    { name: 'no table', text: switchport(), state: 'Up\nUp\nUp\nUp', problem: /unexpected line/ },
  ])('is not understood: $name', ({ text, state = configuration(), problem }) => {
    expect(parsePowerConnectPort(port, text, state)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
