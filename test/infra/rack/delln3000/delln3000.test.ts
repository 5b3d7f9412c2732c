import { describe, expect, test } from 'vitest';
import { ssh, tcp } from '../far-end.ts';
import { answer, configuring, LOGIN, session, start, type } from './switch-under-test.ts';

const INVALID = "% Invalid input detected at '^' marker.";
const INCOMPLETE = 'Command not found / Incomplete command. Use ? to list commands.';
const RANGE = "VLAN range - separate non-consecutive IDs with ',' and no spaces.  Use '-' for range.";
const OUTSIDE = 'Value is out of range. The valid range is 1 to 4093.';

describe('logging in', () => {
  test('over telnet lands below the privileged mode, which exit leads back to and quit does not', async () => {
    const far = await tcp((await start()).tcpPort('telnet'));
    await far.until('User:');
    far.send('admin\r\n');
    await far.until('Password:');
    far.send('wrong\r\n');
    expect(await far.until('User:')).toContain('*****\r\n');
    far.send('admin\r\n');
    await far.until('Password:');
    far.send('Secret9\r\n');
    await far.until('\r\nsw1>');
    expect(await answer(far, 'terminal length 0')).toContain(INVALID);
    await type(far, 'en', 'terminal length 0');
    far.send('exit\r\n');
    await far.until('sw1>');
    await type(far, 'enable');
    far.send('quit\r\n');
    await far.untilEnd();
  });

  test('over SSH asks for no more than a password; enable may ask for its own', async () => {
    const simulated = await start({ enablePassword: 'More1' });
    const far = await ssh({ port: simulated.tcpPort('ssh'), ...LOGIN });
    await far.until('sw1>');
    for (const [password, prompt] of [
      ['wrong', 'sw1>'],
      ['More1', 'sw1#'],
    ] as const) {
      far.send('enable\r');
      await far.until('Password:');
      far.send(`${password}\r`);
      await far.until(prompt);
    }
  });

  test('may lead straight to the privileged mode, where enable does no harm', async () => {
    const far = await ssh({ port: (await start({ landing: 'exec' })).tcpPort('ssh'), ...LOGIN });
    await far.until('sw1#');
    far.send('enable\r');
    expect(await far.until('sw1#')).toBe('enable\r\n\r\nsw1#');
  });
});

describe('the command line', () => {
  test('is walked through by modes, and an empty line stands before each prompt but after a bare return', async () => {
    const far = await session(await start());
    for (const [line, prompt] of [
      ['configure', '(config)#'],
      ['vlan 100', '(config-vlan100)#'],
      ['exit', '(config)#'],
      ['interface gi1/0/1', '(config-if-Gi1/0/1)#'],
      ['int TenGigabitEthernet 1/0/1', '(config-if-Te1/0/1)#'],
      ['interface range gi1/0/1-3', '(config-if)#'],
      ['end', '#'],
      ['config', '(config)#'],
    ]) {
      far.send(`${line}\r\n`);
      expect(await far.until(`sw1${prompt}`)).toBe(`${line}\r\n\r\nsw1${prompt}`);
    }
    far.send('\r\n');
    expect(await far.until('sw1(config)#')).toBe('\r\nsw1(config)#');
    far.send('\x1a');
    await far.until('sw1#');
  });

  test.for([
    ['exec', 'shizzle', 0, INVALID],
    ['exec', 'terminal datadump', 9, INVALID],
    ['exec', 'show', null, INCOMPLETE],
    ['exec', 'show vlan id bleh', 13, 'Invalid input. Please specify an integer in the range 1 to 4093.'],
    ['exec', 'show vlan id 500', null, 'ERROR: This VLAN does not exist.'],
    ['exec', 'show running-config interface gi9/0/1', null, 'An invalid interface has been used for this function'],
    ['config', 'vlan 4094', 5, OUTSIDE],
    ['config', 'vlan 20-10', null, RANGE],
    ['config', 'vlan database', null, RANGE],
    ['config', 'no vlan 100', null, 'These VLANs do not exist:  100.'],
    ['config', 'no vlan 1', null, 'ERROR: The default VLAN cannot be deleted.'],
    ['config', 'interface gi1/0/9', null, 'An invalid interface has been used for this function'],
    ['interface gi1/0/5', 'switchport mode shizzle', 16, INVALID],
    ['interface gi1/0/5', 'switchport trunk allowed vlan add 1 2', 36, INVALID],
    [
      'interface gi1/0/5',
      'switchport trunk native vlan none',
      29,
      'Invalid input. Please specify an integer in the range 1 to 4093.',
    ],
    ['interface gi1/0/5', 'switchport access vlan 1200', null, 'VLAN ID not found.'],
    ['interface gi1/0/5', 'switchport general pvid 1', null, 'Port is not general port.'],
  ] as const)('in mode %s refuses "%s" at %i', async ([mode, line, at, message]) => {
    const simulated = await start();
    const far = await session(simulated);
    if (mode !== 'exec') await type(far, 'configure');
    if (mode.startsWith('interface')) await type(far, mode);
    const prompt = { exec: 'sw1#', config: 'sw1(config)#' }[mode as string] ?? 'sw1(config-if-Gi1/0/5)#';
    const above = at === null ? '' : `${' '.repeat(prompt.length + at)}^`;
    expect(await answer(far, line)).toBe(`${above}\r\n${message}\r\n`);
    expect(simulated.unsaved()).toBe(false);
  });

  test.for([
    ['switchport trunk allowed vlan none', 'Interface not in Trunk Mode.'],
    ['switchport trunk allowed vlan add 100', 'Interface not in Trunk Mode.'],
    ['switchport trunk native vlan 100', 'Interface not in Trunk Mode.'],
    ['switchport general allowed vlan add 100', 'Interface not in General Mode.'],
  ] as const)('wants the mode before "%s"', async ([line, message]) => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    await type(far, 'interface gi1/0/5');
    expect(await answer(far, line)).toBe(`${message}\r\n`);
    const other = await configuring(await start({ trunkModeFirst: false }), '100');
    await type(other, 'interface gi1/0/5');
    if (line.includes('trunk')) await type(other, line);
  });

  test('wants the native VLAN to be there and allowed', async () => {
    const simulated = await start();
    const far = await configuring(simulated, '100');
    await type(far, 'interface gi1/0/5', 'switchport mode trunk', 'switchport trunk allowed vlan none');
    expect(await answer(far, 'switchport trunk native vlan 200')).toBe('\r\nERROR: This VLAN does not exist.\r\n');
    expect(await answer(far, 'switchport trunk native vlan 100')).toBe('Could not configure pvid.\r\n');
    await type(far, 'switchport trunk allowed vlan add 100', 'switchport trunk native vlan 100');
    expect(simulated.port('Gi1/0/5')).toEqual({ enabled: true, native: 100, tagged: [] });
  });

  test('tells in a table which VLANs are not there, and takes the others', async () => {
    const simulated = await start();
    const far = await configuring(simulated, '1201');
    await type(far, 'interface gi1/0/5', 'switchport mode trunk', 'switchport trunk allowed vlan none');
    expect(await answer(far, 'switchport trunk allowed vlan add 1200-1202')).toBe(
      [
        '',
        '          Failure Information',
        '---------------------------------------',
        '   VLANs failed to be configured : 2',
        '---------------------------------------',
        '   VLAN             Error',
        '---------------------------------------',
        'VLAN      1200 ERROR: This VLAN does not exist.',
        'VLAN      1202 ERROR: This VLAN does not exist.',
        '',
      ].join('\r\n'),
    );
    expect(simulated.port('gi1/0/5').tagged).toEqual([1201]);
    expect(await answer(far, 'switchport trunk allowed vlan 999')).toContain('VLANs failed to be configured : 1');
    expect(simulated.port('gi1/0/5').tagged).toEqual([1201]);
  });

  test('asks between screens, and stops at q', async () => {
    const far = await session(await start());
    far.send('show interfaces switchport\r\n');
    await far.until('--More-- or (q)uit');
    far.send(' ');
    await far.until('--More-- or (q)uit');
    far.send('q');
    await far.until('\r\nsw1#');
    await type(far, 'terminal length 0');
    expect(await answer(far, 'show interfaces switchport')).not.toContain('More');
  });
});
