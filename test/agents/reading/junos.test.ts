import { describe, expect, test } from 'vitest';
import { parseJunosPort, waiting, waitingCommit } from '../../../agents/reading/junos.ts';
import type { PortState } from '../../../db/commands/kinds.ts';

const port = 'ge-0/0/1';
const set = (...statements: string[]) => statements.map((each) => `set interfaces ${port} ${each}\n`).join('');
const unit = (statement: string) => `unit 0 family ethernet-switching${statement === '' ? '' : ` ${statement}`}`;
const vlans = ['blue vlan-id 100', 'red vlan-id 101', 'haas-102 vlan-id 102', 'default vlan-id 1', 'lab vlan-id-list 300-302']
  .map((each) => `set vlans ${each}\n`)
  .join('');

const terse = (admin: string, link = 'down') =>
  [
    'Interface               Admin Link Proto    Local                 Remote',
    `ge-0/0/1                ${admin.padEnd(5)} ${link}`,
    `ge-0/0/1.0              up    ${link} eth-switch`,
    '',
    '{master:0}',
    '',
  ].join('\n');

/** `show ethernet-switching interface` as it was printed before there was a second limit, and since. */
function switching(
  trunk: boolean,
  rows: [name: string, vlan: number | null, tagged: boolean][],
  limits = 2,
  name = `${port}.0`,
): string {
  const words = (tagged: boolean) => (tagged ? 'tagged' : 'untagged');
  const limit = limits === 2 ? '65536  0     ' : '294912       ';
  return [
    'Routing Instance Name : default-switch',
    'Logical Interface flags (DL - disable learning, AD - packet action drop,',
    '                         LH - MAC limit hit, DN - interface down)',
    '',
    `Logical         Vlan                   TAG   MAC    ${limits === 2 ? 'MAC+IP' : '      '} STP         Logical          Tagging`,
    'interface       members                      limit  limit  state       interface flags',
    `${name.padEnd(45)}${limit}                  DN               ${words(trunk)}`,
    ...rows.map(
      ([vlanName, vlan, tagged]) =>
        `${''.padEnd(16)}${vlanName.padEnd(22)} ${String(vlan ?? '').padEnd(5)} ${limit} Discarding                   ${words(tagged)}`,
    ),
    '',
    '{master:0}',
  ].join('\n');
}
const notThere = 'error: interface ge-0/0/1.0 not found';

describe('junos: reading a port', () => {
  test.each<{ name: string; up?: boolean; configuration: string; listed: string; state: Omit<PortState, 'enabled'> }>([
    { name: 'without any configuration', configuration: '', listed: notThere, state: { native: null, tagged: [] } },
    {
      name: 'as it came from the factory',
      configuration: set(unit('vlan members default'), unit('storm-control default')),
      listed: switching(false, [['default', 1, false]]),
      state: { native: 1, tagged: [] },
    },
    {
      name: 'with the family and nothing more',
      configuration: set(unit('')),
      listed: switching(false, [['default', null, false]], 1),
      state: { native: 1, tagged: [] },
    },
    {
      name: 'an access port by the name of its VLAN',
      configuration: set('description "node 7 set interfaces"', unit('interface-mode access'), unit('vlan members blue')),
      listed: switching(false, [['blue', 100, false]], 1),
      state: { native: 100, tagged: [] },
    },
    {
      name: 'a trunk with native and tagged, by ids, names and ranges',
      configuration: set(
        'native-vlan-id 100',
        'ether-options auto-negotiation',
        unit('interface-mode trunk'),
        unit('vlan members 100'),
        unit('vlan members red'),
        unit('vlan members 300-302'),
      ),
      listed: switching(true, [
        ['blue', 100, false],
        ['lab-vlan-0300', 300, true],
        ['lab-vlan-0301', 301, true],
        ['lab-vlan-0302', 302, true],
        ['red', 101, true],
      ]),
      state: { native: 100, tagged: [101, 300, 301, 302] },
    },
    {
      name: 'a trunk without a native VLAN',
      configuration: set(unit('interface-mode trunk'), unit('vlan members [ 101 102 ]')),
      listed: switching(true, [
        ['red', 101, true],
        ['haas-102', 102, true],
      ]),
      state: { native: null, tagged: [101, 102] },
    },
    {
      name: 'a trunk that is disabled and not listed',
      up: false,
      configuration: set('disable', unit('interface-mode trunk'), unit('vlan members 101')),
      listed: notThere,
      state: { native: null, tagged: [101] },
    },
    {
      name: 'a trunk that is disabled and listed',
      up: false,
      configuration: set('disable', unit('interface-mode trunk'), unit('vlan members 101')),
      listed: switching(true, [['red', 101, true]]),
      state: { native: null, tagged: [101] },
    },
  ])('$name', ({ up = true, configuration, listed, state }) => {
    const outputs = { terse: terse(up ? 'up' : 'down'), configuration, vlans, switching: listed };
    expect(parseJunosPort(port, outputs)).toEqual({ ...state, enabled: up });
  });

  test('a trunk of all VLANs carries those to come as well', () => {
    const listed = [
      ...[100, 101, 102, 300, 301, 302].map((vlan) => [`v${vlan}`, vlan, true] as [string, number, boolean]),
      ['default', 1, true],
    ];
    const state = parseJunosPort(port, {
      terse: terse('up'),
      configuration: set(unit('interface-mode trunk'), unit('vlan members all')),
      vlans,
      switching: switching(true, listed as [string, number, boolean][]),
    });
    expect(state).toEqual({ native: null, tagged: Array.from({ length: 4094 }, (_, index) => index + 1), enabled: true });
  });

  const trunk = set('native-vlan-id 100', unit('interface-mode trunk'), unit('vlan members 100'), unit('vlan members 101'));
  const listed = switching(true, [
    ['blue', 100, false],
    ['red', 101, true],
  ]);
  const good = { terse: terse('up', 'up'), configuration: trunk, vlans, switching: listed };
  test('the good example is understood', () => {
    expect(parseJunosPort(port, good)).toEqual({ native: 100, tagged: [101], enabled: true });
  });

  test.each<{ name: string; outputs: Partial<typeof good>; problem: RegExp }>([
    { name: 'nothing about the port', outputs: { terse: '' }, problem: /nothing about/ },
    { name: 'another port', outputs: { terse: terse('up').replaceAll('ge-0/0/1', 'ge-0/0/11') }, problem: /unexpected line/ },
    { name: 'rubbish about the port', outputs: { terse: `${terse('up')}\x7fqq` }, problem: /unexpected line/ },
    { name: 'down without being disabled', outputs: { terse: terse('down') }, problem: /administratively down/ },
    { name: 'disabled, but up', outputs: { configuration: `${trunk}${set('disable')}` }, problem: /administratively up/ },
    { name: 'rubbish in the configuration', outputs: { configuration: `${trunk}q7` }, problem: /unexpected line/ },
    { name: 'curly braces', outputs: { configuration: 'unit 0 {\n    family inet;\n}' }, problem: /unexpected line/ },
    {
      name: 'a deactivated statement',
      outputs: { configuration: `${trunk}deactivate interfaces ${port} unit 0` },
      problem: /deactivate/,
    },
    { name: 'a member of an aggregate', outputs: { configuration: set('ether-options 802.3ad ae0') }, problem: /802.3ad/ },
    { name: 'a routed port', outputs: { configuration: set('unit 0 family inet address 192.0.2.1/31') }, problem: /inet/ },
    { name: 'another unit', outputs: { configuration: set('unit 7 vlan-id 7') }, problem: /unit 7/ },
    { name: 'a filter', outputs: { configuration: `${trunk}${set(unit('filter input redirect'))}` }, problem: /filter/ },
    { name: 'the style of before ELS', outputs: { configuration: set(unit('port-mode trunk')) }, problem: /port-mode/ },
    {
      name: 'a native VLAN that is no member',
      outputs: { configuration: trunk.replace('id 100', 'id 102') },
      problem: /not among/,
    },
    { name: 'an unknown VLAN', outputs: { configuration: `${trunk}${set(unit('vlan members green'))}` }, problem: /no VLAN/ },
    { name: 'the id of no VLAN', outputs: { configuration: `${trunk}${set(unit('vlan members 200'))}` }, problem: /no VLAN/ },
    {
      name: 'two access VLANs',
      outputs: { configuration: set(unit('vlan members 100'), unit('vlan members 101')) },
      problem: /several/,
    },
    {
      name: 'an access port with a native VLAN',
      outputs: { configuration: trunk.replace('mode trunk', 'mode access') },
      problem: /access port/,
    },
    { name: 'two native VLANs', outputs: { configuration: `${trunk}${set('native-vlan-id 101')}` }, problem: /unexpected line/ },
    {
      name: 'two modes',
      outputs: { configuration: `${set(unit('interface-mode access'))}${trunk}` },
      problem: /unexpected line/,
    },
    {
      name: 'an isolated VLAN',
      outputs: { vlans: `${vlans}set vlans red private-vlan isolated\n` },
      problem: /101 is a private/,
    },
    {
      name: 'the VLAN of isolated ones',
      outputs: { vlans: `${vlans}set vlans blue isolated-vlan other\n` },
      problem: /100 is a private/,
    },
    {
      name: 'a VLAN that another one names as its community',
      outputs: { vlans: `${vlans}set vlans lab community-vlans red\n` },
      problem: /101 is a private/,
    },
    {
      name: 'a VLAN that names the port without its unit',
      outputs: { vlans: `${vlans}set vlans red interface ge-0/0/1\n` },
      problem: /names the port/,
    },
    {
      name: 'a table with a complaint in it',
      outputs: { configuration: '', switching: `${listed}\nerror: timeout communicating with the daemon` },
      problem: /no port and no VLAN/,
    },
    {
      name: 'no member, but a default VLAN that is another',
      outputs: {
        configuration: set(unit('')),
        vlans: 'set vlans default vlan-id 20\n',
        switching: switching(false, [['default', 1, false]]),
      },
      problem: /untagged 20/,
    },
    { name: 'no VLANs', outputs: { vlans: '' }, problem: /no VLAN/ },
    { name: 'rubbish among the VLANs', outputs: { vlans: `${vlans}q7` }, problem: /no statement/ },
    { name: 'a deactivated VLAN', outputs: { vlans: `${vlans}deactivate vlans red\n` }, problem: /no VLAN/ },
    {
      name: 'a VLAN that names the port',
      outputs: { vlans: `${vlans}set vlans red interface ge-0/0/1.0\n` },
      problem: /names the port/,
    },
    {
      name: 'a switch without ELS',
      outputs: { switching: '          ^\nsyntax error, expecting <command>.' },
      problem: /no table/,
    },
    { name: 'no second opinion', outputs: { switching: '' }, problem: /no table/ },
    { name: 'not switched', outputs: { switching: notThere }, problem: /the switch has none/ },
    {
      name: 'another port switched',
      outputs: { switching: switching(true, [['red', 101, true]], 2, 'ge-0/0/11.0') },
      problem: /another one/,
    },
    { name: 'two ports switched', outputs: { switching: `${listed}\n${listed}` }, problem: /several ports/ },
    { name: 'a VLAN less', outputs: { switching: switching(true, [['blue', 100, false]]) }, problem: /tagged 101/ },
    { name: 'a native VLAN that is tagged', outputs: { switching: listed.replace('untagged', 'tagged') }, problem: /tagged 101/ },
    {
      name: 'a VLAN more, as of a server that knows the node',
      outputs: {
        switching: switching(true, [
          ['blue', 100, false],
          ['red', 101, true],
          ['lab', 300, true],
        ]),
      },
      problem: /101,300/,
    },
    {
      name: 'rubbish in the second opinion',
      outputs: { switching: `${listed.replace('Discarding', 'q7 88')}q` },
      problem: /no port/,
    },
    { name: 'not switching, but switched', outputs: { configuration: '' }, problem: /the switch has 101/ },
  ])('is not understood: $name', ({ outputs, problem }) => {
    expect(parseJunosPort(port, { ...good, ...outputs })).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe('junos: whose commit waits', () => {
  const history = (...entries: string[]) =>
    entries.map((entry, index) => `${index}   2026-11-2${index} 09:01:02 UTC by ${entry}\n`).join('');
  const plain = 'admin via cli';
  const confirmed = `${plain} commit confirmed, rollback in 2mins`;

  test.each<{ name: string; text: string; whose: 'none' | 'ours' | 'foreign' }>([
    { name: 'nothing', text: history(plain, plain), whose: 'none' },
    { name: 'a comment', text: history(`${plain}\n    new uplink`, plain), whose: 'none' },
    { name: 'one that was confirmed', text: history(plain, `${confirmed}\n    haas-port-change`, plain), whose: 'none' },
    { name: 'one of ours', text: history(`${confirmed}\n    haas-port-change\n    rollback pending`, plain), whose: 'ours' },
    { name: 'one of ours, its comment in the same line', text: history(`${confirmed} haas-port-change`, plain), whose: 'ours' },
    {
      name: 'one of somebody else',
      text: history(`${confirmed}\nrollback pending`, `${plain}\n    haas-port-change`),
      whose: 'foreign',
    },
    { name: 'one of a release that says no more', text: history(confirmed, plain), whose: 'foreign' },
    {
      name: 'nothing among many',
      text: `${history(...Array.from({ length: 9 }, () => plain))}  10  2026-10-01 00:00:00 UTC by ${confirmed}\n`,
      whose: 'none',
    },
    { name: 'nothing in a virtual chassis', text: `fpc0:\n${'-'.repeat(70)}\n${history(plain)}\n{master:0}`, whose: 'none' },
  ])('$name', ({ text, whose }) => {
    expect(waitingCommit(text)).toBe(whose);
    expect(waiting.test(text)).toBe(whose !== 'none');
  });

  test.each(['', '\x7fqq', 'error: permission denied', '1   2026-11-21 09:01:02 UTC by admin via cli'])(
    '%j is no history',
    (text) => {
      expect(() => waitingCommit(text)).toThrow(/no history/);
      expect(waiting.test(text)).toBe(true);
    },
  );
});
