import { describe, expect, test } from 'vitest';
import { findDriver } from '../../../agents/drivers/drivers.ts';
import { powerconnect55xx, powerconnect55xxFamily } from '../../../agents/drivers/powerconnect55xx.ts';

const { change, chatter, busy, dialect, enable, refusal, save, shut, version } = powerconnect55xxFamily;
const port = 'gi1/0/5';
const settings = { transport: 'telnet', legacy_ssh: false, save: true } as const;

describe('powerconnect55xx: commands', () => {
  test('shuts, makes the VLANs, empties the list before and after it trunks, and leaves the port shut', () => {
    expect(change(port, { native: 100, tagged: [101, 300], enabled: true }, settings, [])).toEqual([
      'configure',
      'interface gi1/0/5',
      'shutdown',
      'exit',
      'vlan database',
      'vlan 100-101,300',
      'exit',
      'interface gi1/0/5',
      { line: 'switchport trunk allowed vlan none', mayFail: true },
      'switchport mode trunk',
      'switchport trunk allowed vlan none',
      'switchport trunk native vlan none',
      'switchport trunk allowed vlan add 100-101,300',
      'switchport trunk native vlan 100',
      'end',
    ]);
  });

  test('without VLANs nothing is made, and the native one is none', () => {
    expect(change(port, { native: null, tagged: [], enabled: false }, settings, [])).toEqual([
      'configure',
      'interface gi1/0/5',
      'shutdown',
      'exit',
      'interface gi1/0/5',
      { line: 'switchport trunk allowed vlan none', mayFail: true },
      'switchport mode trunk',
      'switchport trunk allowed vlan none',
      'switchport trunk native vlan none',
      'end',
    ]);
  });

  test('splits a long list, where VLANs are made and where they are allowed', () => {
    const tagged = Array.from({ length: 300 }, (_, index) => 1001 + 2 * index);
    const steps = change(port, { native: null, tagged, enabled: true }, settings, []);
    if ('problem' in steps) throw new Error(steps.problem);
    const lines = steps.filter((step) => typeof step === 'string');
    expect(lines.every((line) => line.length < 160)).toBe(true);
    for (const begin of ['vlan ', 'switchport trunk allowed vlan add ']) {
      const lists = lines.filter((line) => line.startsWith(begin) && /\d$/.test(line)).map((line) => line.slice(begin.length));
      expect(lists.length).toBeGreaterThan(10);
      expect(lists.join(',').split(',').map(Number)).toEqual(tagged);
    }
  });

  test('opens and shuts with nothing else', () => {
    expect(enable(port, settings)).toEqual(['configure', 'interface gi1/0/5', 'no shutdown', 'end']);
    expect(shut(port, settings)).toEqual(['configure', 'interface gi1/0/5', 'shutdown', 'end']);
  });

  test.each([
    'Overwrite file [startup-config] ?[Yes/press any key for no]....',
    'Overwrite file [startup-config].... (Y/N)[N] ?',
    'Overwrite file [startup-config].... (Y/N)[N] ? ',
  ])('saves with a single key where it is asked %j', (question) => {
    expect(save?.step).toMatchObject({ questions: [{ asked: expect.any(RegExp), reply: 'y', key: true }] });
    const step = save?.step;
    if (step === undefined || typeof step === 'string') throw new Error('it asks nothing');
    expect(question).toMatch(step.questions?.[0]?.asked ?? /never/);
    for (const partial of ['Overwrite file [startup-config', 'Overwrite file [startup-config]....', `${question} no`])
      expect(partial).not.toMatch(step.questions?.[0]?.asked ?? /never/);
  });

  test.each([
    ['01-Jan-2000 00:13:49 %COPY-N-TRAP: The copy operation was completed successfully', true],
    ['Copy succeeded', true],
    ['01-Jan-2000 00:13:41 %COPY-I-FILECPY: Files Copy - source URL running-config', false],
    ['01-Jan-2000 00:13:49 %COPY-W-TRAP: The copy operation has failed', false],
  ])('saved by %j: %s', (text, saved) => {
    expect(save?.done.test(text)).toBe(saved);
  });
});

describe('powerconnect55xx: what the switch says', () => {
  test.each([
    '% Unrecognized command',
    '       ^\n% Incomplete command',
    '% Wrong number of parameters or invalid range, size or characters entered',
    '%  missing mandatory parameter',
    '% bad interface name',
    'VLAN was not created by user.',
    'Port is not in Layer-2 mode',
    'Configuration Database locked by another application - try later',
  ])('a refusal: %j', (text) => {
    expect(text).toMatch(refusal);
  });

  test.each([
    'Name: gi1/0/5\nSwitchport: enable',
    '07-Aug-2014 17:28:26 %LINK-I-Up:  gi2',
    '%COPY-N-TRAP: The copy operation was completed successfully',
  ])('no refusal: %j', (text) => {
    expect(text).not.toMatch(refusal);
  });

  test('somebody else at work is waited for', () => {
    expect('Configuration Database locked by another application - try later').toMatch(busy ?? /never/);
  });

  test('a line that is not known is more than chatter', () => {
    expect('07-Aug-2014 17:28:26 %COPY-N-TRAP: The copy operation was completed successfully').toMatch(chatter);
    for (const line of ['Warning', 'done', 'VLAN 5']) expect(line).not.toMatch(chatter);
  });

  test.each([
    ['console#', 'console', ''],
    ['rack 7 upper#', 'rack 7 upper', ''],
    ['pc-5548.lab:1(config-if-range)# ', 'pc-5548.lab:1', 'config-if-range'],
    ['console(config-vlan)#', 'console', 'config-vlan'],
  ])('a prompt: %j', (line, host, mode) => {
    const match = dialect.prompt.exec(line);
    expect([match?.[1], match?.[2] ?? '']).toEqual([host, mode]);
  });

  test.each([
    'console>',
    'console# show vlan',
    '#',
    ' console#',
    'User Name:',
    'More: <space>,  Quit: q or CTRL+Z, One line: <return> ',
  ])('no prompt: %j', (line) => {
    expect(line).not.toMatch(dialect.prompt);
  });

  test('asks for more rights at a prompt with fewer', () => {
    expect('console>').toMatch(dialect.elevate?.from ?? /never/);
    expect('console#').not.toMatch(dialect.elevate?.from ?? /./);
  });

  test.each(['User Name:', 'User:', 'User Name: '])('asks who it is: %j', (line) => {
    expect(line).toMatch(dialect.username);
  });

  test.each(['More: <space>,  Quit: q or CTRL+Z, One line: <return> ', 'More: <space>, Quit: q or CTRL+Z, One line: <return>'])(
    'pages: %j',
    (line) => {
      expect(line).toMatch(dialect.pager);
    },
  );

  test('knows log lines, but keeps the one that says that a copy was made', () => {
    expect('gi1/0/5: 07-Aug-2014 17:28:26 %LINK-W-Down:  gi1/0/5').toMatch(dialect.log);
    expect('01-Jan-2000 00:13:49 %COPY-N-TRAP: The copy operation was completed successfully').not.toMatch(dialect.log);
  });

  test('tells the version of the image that runs, not of the one chosen for the next start', () => {
    const images = [
      'Unit  Image  Filename   Version    Date                    Status',
      '----  -----  ---------  ---------  ---------------------   -----------',
      '1     1      image-1    4.0.1.20   16-Oct-2011  18:10:50   Not active*',
      '1     2      image-2    4.1.0.22   05-Apr-2012  15:03:04   Active',
    ].join('\n');
    expect(version.pattern.exec(images)?.[1]).toBe('4.1.0.22');
  });
});

test('is found by its type', () => {
  expect(findDriver('powerconnect55xx')).toBe(powerconnect55xx);
});
