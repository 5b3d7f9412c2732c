import { describe, expect, test } from 'vitest';
import type { ConsoleStep } from '../../../agents/drivers/console-family.ts';
import { dellnos9Console, dellnos9Rest, packed } from '../../../agents/drivers/dellnos9.ts';
import type { NotUnderstood } from '../../../agents/drivers/port-family.ts';
import type { PortState } from '../../../db/commands/kinds.ts';
import { configured, members } from './os9-port.ts';

const common = { tls: false, legacy_ssh: false, save: true, interface_type: 'GigabitEthernet' } as const;
const ssh = { ...common, transport: 'ssh' } as const;
const rest = { ...common, transport: 'rest' } as const;
const name = 'GigabitEthernet 1/3';

/** What the switch says of a port before a change. */
const before = {
  fresh: [configured('shutdown'), '% Error: not a switchport'],
  default: [configured('switchport', 'no shutdown'), members('False', 'U       1')],
  untagged: [configured('switchport', 'no shutdown'), members('False', 'U       100')],
  tagged: [configured('switchport', 'no shutdown'), members('True', 'T       200-201')],
  hybrid: [
    configured('portmode hybrid', 'switchport', 'no shutdown'),
    members('Hybrid', 'U       100', 'T       200-201', 'Native VlanId:    100.'),
  ],
};

function lines(steps: readonly ConsoleStep[] | NotUnderstood): string[] {
  if ('problem' in steps) throw new Error(steps.problem);
  return steps.map((step) => (typeof step === 'string' ? step : step.line));
}

describe('dellnos9: commands', () => {
  const port = `interface ${name}`;
  const enter = (vlan: number, how: string) => [`interface vlan ${vlan}`, `${how} ${name}`];
  test.each<[keyof typeof before, PortState, string[]]>([
    ['fresh', { native: 100, tagged: [], enabled: true }, [port, 'switchport', ...enter(100, 'untagged')]],
    [
      'fresh',
      { native: 100, tagged: [200], enabled: true },
      [port, 'portmode hybrid', 'switchport', ...enter(100, 'untagged'), ...enter(200, 'tagged')],
    ],
    ['fresh', { native: null, tagged: [], enabled: false }, []],
    ['default', { native: 100, tagged: [], enabled: true }, enter(100, 'untagged')],
    ['default', { native: null, tagged: [200], enabled: false }, enter(200, 'tagged')],
    ['default', { native: null, tagged: [], enabled: false }, [port, 'no switchport']],
    ['untagged', { native: 100, tagged: [], enabled: true }, []],
    ['untagged', { native: 101, tagged: [], enabled: true }, [...enter(100, 'no untagged'), ...enter(101, 'untagged')]],
    ['untagged', { native: null, tagged: [100], enabled: false }, [...enter(100, 'no untagged'), ...enter(100, 'tagged')]],
    ['untagged', { native: null, tagged: [], enabled: false }, [...enter(100, 'no untagged'), port, 'no switchport']],
    [
      'untagged',
      { native: 100, tagged: [200], enabled: true },
      [
        ...enter(100, 'no untagged'),
        port,
        'no switchport',
        'portmode hybrid',
        'switchport',
        ...enter(100, 'untagged'),
        ...enter(200, 'tagged'),
      ],
    ],
    ['tagged', { native: null, tagged: [201, 202], enabled: false }, [...enter(200, 'no tagged'), ...enter(202, 'tagged')]],
    [
      'tagged',
      { native: 200, tagged: [], enabled: true },
      [...enter(200, 'no tagged'), ...enter(201, 'no tagged'), ...enter(200, 'untagged')],
    ],
    [
      'hybrid',
      { native: 200, tagged: [100], enabled: true },
      [
        ...enter(200, 'no tagged'),
        ...enter(201, 'no tagged'),
        ...enter(100, 'no untagged'),
        ...enter(200, 'untagged'),
        ...enter(100, 'tagged'),
      ],
    ],
    [
      'hybrid',
      { native: 100, tagged: [], enabled: true },
      [
        ...enter(200, 'no tagged'),
        ...enter(201, 'no tagged'),
        ...enter(100, 'no untagged'),
        port,
        'no switchport',
        'no portmode hybrid',
        'switchport',
        ...enter(100, 'untagged'),
      ],
    ],
    ['hybrid', { native: 100, tagged: [200, 201], enabled: true }, []],
  ])('from %s to %j: leaves what it is in, then enters', (from, want, expected) => {
    expect(lines(dellnos9Console.change('1/3', want, ssh, before[from]))).toEqual(['configure', ...expected, 'end']);
  });

  test('what is not understood is not changed', () => {
    const prior = [configured('switchport', 'no shutdown'), members('True', 'V       5')];
    expect(dellnos9Console.change('1/3', { native: 100, tagged: [], enabled: true }, ssh, prior)).toEqual({
      problem: expect.any(String),
    });
  });

  test('asks, opens, shuts and saves', () => {
    expect(lines(dellnos9Console.read('fortyGigE1/49', ssh))).toEqual([
      'show running-config interface fortyGigE 1/49',
      'show interfaces switchport fortyGigE 1/49',
    ]);
    expect(lines(dellnos9Console.enable('1/3', ssh))).toEqual(['configure', port, 'no shutdown', 'end']);
    expect(lines(dellnos9Console.shut('1/3', ssh))).toEqual(['configure', port, 'shutdown', 'end']);
    const { asked, reply } =
      typeof dellnos9Console.save?.step === 'object' ? (dellnos9Console.save.step.questions?.[0] ?? {}) : {};
    expect('Proceed to copy the file [confirm yes/no]: ').toMatch(asked ?? /^$/);
    expect(reply).toBe('yes');
    expect('!\n3473 bytes successfully copied').toMatch(dellnos9Console.save?.done ?? /^$/);
    expect(() => dellnos9Console.shut('1/3\r\nreload', ssh)).toThrow(TypeError);
  });

  test('over REST the same lines go in few requests, none too long', () => {
    const tagged = Array.from({ length: 60 }, (_, index) => 1001 + 2 * index);
    const steps = dellnos9Rest.change('1/3', { native: null, tagged, enabled: false }, rest, before.default);
    if ('problem' in steps) throw new Error(steps.problem);
    const commands = steps.map(({ method, path, body = '' }) => {
      expect([method, path]).toEqual(['POST', '/api/running/dell/_operations/cli']);
      return /^<input><config-commands>([^<]*)<\/config-commands><\/input>$/.exec(body)?.[1] ?? '';
    });
    expect(commands.every((text) => text.startsWith('interface ') && text.length <= 1_000)).toBe(true);
    expect(commands.length).toBeLessThan(5);
    expect(commands.join('\r\n').split('\r\n')).toEqual(tagged.flatMap((vlan) => enter(vlan, 'tagged')));
    expect(packed([['a', 'b'], ['c']])).toHaveLength(1);
    expect(packed([])).toHaveLength(0);
  });
});

describe('dellnos9: what the switch says', () => {
  test.each([
    '% Error: Te 0/1 Port is untagged in another Vlan.',
    '            ^\n% Error: Invalid input at "^" marker.',
    '% Invalid input',
    '\n% Error: Port is in Layer-2 mode Gi 5/6.',
  ])('a refusal: %j', (text) => {
    expect(text).toMatch(dellnos9Rest.refusal ?? /^$/);
    expect(text).toMatch(dellnos9Console.refusal);
  });

  test.each([
    ['Dell#', 'Dell', ''],
    ['sw-3(conf)#', 'sw-3', 'conf'],
    ['sw-3(conf-if-gi-1/3)#', 'sw-3', 'conf-if-gi-1/3'],
    ['sw-3(conf-if-vl-100)# ', 'sw-3', 'conf-if-vl-100'],
  ])('a prompt: %j', (line, host, mode) => {
    const match = dellnos9Console.dialect.prompt.exec(line);
    expect([match?.[1], match?.[2] ?? '']).toEqual([host, mode]);
  });

  test.each(['sw-3>', 'sw-3#show vlan', 'Login: ', '# ', 'see #1'])('no prompt: %j', (line) => {
    expect(line).not.toMatch(dellnos9Console.dialect.prompt);
  });

  test.each([
    'Nov  3 23:51:01: %STKUNIT1-M:CP %IFMGR-5-ASTATE_UP: Changed interface Admin state to up: Gi 1/3',
    '00:02:55: %STKUNIT0-M:CP %BMP-5-BMP_DOWNLOAD: done',
  ])('a log line: %j', (line) => {
    expect(line).toMatch(dellnos9Console.dialect.log);
  });

  test.each([
    ['Dell Application Software Version:  9.9(0.0)', '9.9(0.0)'],
    ['Dell EMC Networking OS Version:  9.14(2.4)', '9.14(2.4)'],
  ])('a version: %s', (text, found) => {
    expect(dellnos9Rest.version.pattern.exec(`Dell Operating System Version:  2.0\n${text}\n`)?.[1]).toBe(found);
  });
});
