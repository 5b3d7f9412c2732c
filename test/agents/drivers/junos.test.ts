import { describe, expect, test } from 'vitest';
import { findDriver } from '../../../agents/drivers/drivers.ts';
import { junos, junosFamily } from '../../../agents/drivers/junos.ts';

const port = 'ge-0/0/1';
const settings = { transport: 'ssh', legacy_ssh: false, save: true } as const;
const terse = 'Interface               Admin Link Proto    Local                 Remote\nge-0/0/1                up    up\n';
const vlans = 'set vlans blue vlan-id 100\nset vlans default vlan-id 1\nset vlans lab vlan-id-list 300-302\n';
const commits = '0   2026-11-20 09:01:02 UTC by admin via cli\n1   2026-11-19 08:00:00 UTC by admin via cli\n';
const prior = [terse, vlans, commits];

const change = (native: number | null, tagged: number[], enabled: boolean, answers: string[] = prior) =>
  junosFamily.change(port, { native, tagged, enabled }, settings, answers);

describe('junos: commands', () => {
  test('asks for the port, the VLANs and the commits before it changes anything', () => {
    expect(junosFamily.prior?.(port, { native: 1, tagged: [], enabled: true }, settings)).toEqual([
      'show interfaces ge-0/0/1 terse',
      'show configuration vlans | display inheritance | display set',
      'show system commit',
    ]);
  });

  test('a change is one commit with the port disabled, which lapses; VLANs that are there keep their names', () => {
    expect(change(100, [101, 301], true)).toEqual([
      'configure exclusive',
      'delete interfaces ge-0/0/1 disable',
      'set interfaces ge-0/0/1 disable',
      'set vlans haas-101 vlan-id 101',
      'delete interfaces ge-0/0/1 unit 0 family ethernet-switching vlan',
      'set interfaces ge-0/0/1 native-vlan-id 100',
      'set interfaces ge-0/0/1 unit 0 family ethernet-switching interface-mode trunk',
      'set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members [ 100 101 301 ]',
      'commit confirmed 2 comment haas-port-change',
      'exit configuration-mode',
    ]);
  });

  test('a port that is to stay shut needs no confirmation', () => {
    expect(change(null, [100], false)).toEqual([
      'configure exclusive',
      'delete interfaces ge-0/0/1 disable',
      'set interfaces ge-0/0/1 disable',
      'delete interfaces ge-0/0/1 unit 0 family ethernet-switching vlan',
      'delete interfaces ge-0/0/1 native-vlan-id',
      'set interfaces ge-0/0/1 unit 0 family ethernet-switching interface-mode trunk',
      'set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members [ 100 ]',
      'commit',
      'exit configuration-mode',
    ]);
    expect(junosFamily.transaction?.confirm(port, { native: null, tagged: [100], enabled: false }, settings)).toEqual([]);
  });

  test('without VLANs, the port does not switch at all', () => {
    expect(change(null, [], false)).toEqual([
      'configure exclusive',
      'delete interfaces ge-0/0/1 disable',
      'set interfaces ge-0/0/1 disable',
      'delete interfaces ge-0/0/1 unit 0 family ethernet-switching',
      'delete interfaces ge-0/0/1 native-vlan-id',
      'commit',
      'exit configuration-mode',
    ]);
  });

  test('the confirmation says everything again, because the change may have been taken back meanwhile', () => {
    expect(junosFamily.transaction?.confirm(port, { native: 100, tagged: [], enabled: true }, settings)).toEqual([
      'configure exclusive',
      'delete interfaces ge-0/0/1 unit 0 family ethernet-switching vlan',
      'set interfaces ge-0/0/1 native-vlan-id 100',
      'set interfaces ge-0/0/1 unit 0 family ethernet-switching interface-mode trunk',
      'set interfaces ge-0/0/1 unit 0 family ethernet-switching vlan members [ 100 ]',
      'delete interfaces ge-0/0/1 disable',
      'commit',
      'exit configuration-mode',
    ]);
  });

  test('splits a long list of members', () => {
    const tagged = Array.from({ length: 300 }, (_, index) => 1001 + 2 * index);
    const steps = change(null, tagged, true);
    if ('problem' in steps) throw new Error(steps.problem);
    const lines = steps.filter((step) => typeof step === 'string').filter((line) => line.includes(' vlan members '));
    expect(lines.length).toBe(10);
    expect(lines.every((line) => line.length < 300)).toBe(true);
    expect(lines.flatMap((line) => /\[ (.*) \]$/.exec(line)?.[1]?.split(' ').map(Number))).toEqual(tagged);
  });

  test.each<{ name: string; answers: string[]; problem: RegExp }>([
    {
      name: 'while somebody else has a commit to confirm',
      answers: [terse, vlans, commits.replace('via cli', 'via cli commit confirmed, rollback in 10mins\n    rollback pending')],
      problem: /somebody else/,
    },
    {
      name: 'when the name for a VLAN is taken',
      answers: [terse, `${vlans}set vlans haas-101 vlan-id 7\n`, commits],
      problem: /haas-101/,
    },
    {
      name: 'when the VLAN is deactivated',
      answers: [terse, `${vlans}set vlans haas-101 vlan-id 101\ndeactivate vlans haas-101\n`, commits],
      problem: /haas-101/,
    },
    { name: 'without a history of commits', answers: [terse, vlans, ''], problem: /history/ },
    { name: 'when VLANs are not understood', answers: [terse, 'blue { vlan-id 100; }', commits], problem: /VLAN/ },
  ])('does not change $name', ({ answers, problem }) => {
    expect(change(null, [101], true, answers)).toEqual({ problem: expect.stringMatching(problem) });
  });

  test('takes over its own commit that a lost session left behind', () => {
    const waiting =
      '0   2026-11-20 09:01:02 UTC by haas via cli commit confirmed, rollback in 2mins\n    haas-port-change\n    rollback pending\n';
    expect(change(100, [], true, [terse, vlans, waiting])).toContain('commit confirmed 2 comment haas-port-change');
  });

  test('shuts with one commit, after it was seen that the port is there; takes back with another', () => {
    expect(junosFamily.shut(port, settings)).toEqual([
      'show interfaces ge-0/0/1 terse',
      'configure exclusive',
      'delete interfaces ge-0/0/1 disable',
      'set interfaces ge-0/0/1 disable',
      'commit',
      'exit configuration-mode',
    ]);
    expect(junosFamily.transaction?.settle).toEqual(['configure exclusive', 'commit', 'exit configuration-mode']);
    expect(junosFamily.save).toBeNull();
  });
});

describe('junos: what the switch says', () => {
  test.each([
    '              ^\nsyntax error, expecting <command>.',
    'syntax error.',
    'unknown command.',
    'error: device ge-9/9/9 not found',
    'error: configuration database modified',
    "[edit interfaces ge-0/0/1 unit 0 family ethernet-switching]\n  'vlan'\n    may have only one VLAN\nerror: configuration check-out failed",
    'missing argument.\n',
    "number: '5000': Value must be a number from 1 to 4094",
    "invalid interface type in 'gx-0/0/1'",
  ])('a refusal: %j', (text) => {
    expect(text).toMatch(junosFamily.refusal);
  });

  test.each([
    terse,
    'set interfaces ge-0/0/1 description "error: none"',
    'warning: statement not found',
    '                invalid               100   65536  0      Forwarding                   tagged',
  ])('no refusal: %j', (text) => {
    expect(text).not.toMatch(junosFamily.refusal);
  });

  test('somebody who holds the lock is waited for', () => {
    const locked =
      'error: configuration database locked by:\n  admin terminal pts/0 (pid 4242) on since 2026-11-20 09:00:00 UTC\n      exclusive [edit]';
    expect(locked).toMatch(junosFamily.busy ?? /^(?!)/);
  });

  test.each([
    '',
    '[edit]',
    '{master:0}',
    '{master:0}[edit]',
    '[edit interfaces ge-0/0/1]',
    'Entering configuration mode',
    'Exiting configuration mode',
    'warning: uncommitted changes will be discarded on exit',
    'warning: statement not found',
    'load complete',
    'fpc0: ',
    'configuration check succeeds',
    'commit complete',
    'commit confirmed will be automatically rolled back in 2 minutes unless confirmed',
    '# commit confirmed will be rolled back in 2 minutes',
    'Users currently editing the configuration:',
    '  admin terminal pts/0 (pid 4242) on since 2026-11-20 09:00:00 UTC, idle 00:01:12',
    '      [edit]',
    "    warning: requires 'mvrp' license",
    'ge-0/0/1                up    down',
    'ge-0/0/1.0              up    down eth-switch',
  ])('nothing to worry about: %j', (line) => {
    expect(line).toMatch(junosFamily.chatter);
  });

  test.each([
    'warning: something new',
    'The configuration has been changed but not committed',
    'commit complete, almost',
    'ge-0/0/1 flapping',
    '\x7fqq',
  ])('something to worry about: %j', (line) => {
    expect(line).not.toMatch(junosFamily.chatter);
  });

  test.each([
    ['haas@ex-01> ', 'haas@ex-01', ''],
    ['haas@ex-01# ', 'haas@ex-01', '#'],
    ['root@ex-01.lab-RE0>', 'root@ex-01.lab-RE0', ''],
    ['root> ', 'root', ''],
  ])('a prompt: %j', (line, host, mode) => {
    const match = junosFamily.dialect.prompt.exec(line);
    expect([match?.[1], match?.[2] ?? '']).toEqual([host, mode]);
  });

  test.each([
    'root@ex-01:~ # ',
    '% ',
    'root@ex-01:RE:0% ',
    'haas@ex-01> show vlans',
    '[edit]',
    '{master:0}',
    'Exit with uncommitted changes? [yes,no] (yes) ',
  ])('no prompt: %j', (line) => {
    expect(line).not.toMatch(junosFamily.dialect.prompt);
  });

  test.each(['root@ex-01:~ # ', 'root@:~ # ', '% ', 'root@ex-01% ', 'root@ex-01:RE:0% '])(
    'the shell that root lands in: %j',
    (line) => {
      expect(line).toMatch(junosFamily.dialect.elevate?.from ?? /^(?!)/);
    },
  );

  test.each(['haas@ex-01> ', 'haas@ex-01# ', 'Password:'])('no shell: %j', (line) => {
    expect(line).not.toMatch(junosFamily.dialect.elevate?.from ?? /^/);
  });

  test.each(['---(more)---', '---(more 35%)---'])('a pager: %j', (line) => {
    expect(line).toMatch(junosFamily.dialect.pager);
  });

  test.each([
    'Broadcast Message from root@ex-01',
    'Commit was not confirmed; automatic rollback complete.',
    'Message from syslogd@ex-01 at Nov 20 09:00:00 ...',
    'Nov 20 09:00:00  ex-01 mib2d[1234]: SNMP_TRAP_LINK_UP: ifIndex 501, ifName ge-0/0/1',
  ])('a log line: %j', (line) => {
    expect(junosFamily.dialect.log.exec(line)?.index).toBe(0);
  });

  test.each([
    ['Hostname: ex-01\nModel: ex4300-48t\nJunos: 21.4R3-S4.9\nJUNOS OS Kernel 32-bit  [20230101.1]', '21.4R3-S4.9'],
    ['fpc0:\n----\nHostname: ex-01\nModel: ex4300-48t\nJUNOS EX  Software Suite [13.2X51-D15.5]', '13.2X51-D15.5'],
  ])('its version in %j', (text, version) => {
    expect(junosFamily.version.pattern.exec(text)?.[1]).toBe(version);
  });
});

test('is found by the short name of its family', () => {
  expect(findDriver('junos')).toBe(junos);
});
