import { describe, expect, test } from 'vitest';
import { startPowerConnect55xx } from '../../../../infra/rack/powerconnect55xx/powerconnect55xx.ts';
import { ssh, tcp } from '../far-end.ts';
import { answer, configuring, LOGIN, PORTS, session, start, type } from './switch-under-test.ts';

const UNRECOGNIZED = '% Unrecognized command';
const WRONG = '% Wrong number of parameters or invalid range, size or characters entered';

describe('logging in', () => {
  test('over telnet asks with stars, and again after a wrong password', async () => {
    const far = await tcp((await start()).tcpPort('telnet'));
    await far.until('User Name:');
    far.send('admin\r\n');
    await far.until('Password:');
    far.send('wrong\r\n');
    expect(await far.until('User Name:')).toBe('*****\r\nauthentication failed\r\nUser Name:');
    far.send('admin\r\n');
    await far.until('Password:');
    far.send('Secret9\r\n');
    expect(await far.until('sw1#')).toBe('*******\r\n\r\nsw1#');
  });

  test('over SSH is done by the shell, after authentication none by whatever name', async () => {
    const simulated = await start();
    const far = await ssh({ port: simulated.tcpPort('ssh'), username: 'nobody' });
    await far.until('User Name:');
    far.send('admin\r');
    await far.until('Password:');
    far.send('Secret9\r');
    await far.until('sw1#');
  });

  test('over SSH can be left to the protocol', async () => {
    const simulated = await start({ sshLogin: 'protocol' });
    const far = await ssh({ port: simulated.tcpPort('ssh'), ...LOGIN });
    expect(await far.until('sw1#')).toBe('\r\nsw1#');
    await expect(ssh({ port: simulated.tcpPort('ssh'), username: 'admin' })).rejects.toThrow();
  });

  test('with a lower level needs enable, and its password where there is one', async () => {
    const simulated = await start({ landing: 'user', enablePassword: 'More1' });
    const far = await session(simulated);
    expect(await answer(far, 'configure')).toContain(UNRECOGNIZED);
    far.send('enable\r\n');
    await far.until('Password:');
    far.send('no\r\n');
    expect(await far.until('sw1>')).toContain('% bad password\r\n');
    far.send('enable\r\n');
    await far.until('Password:');
    far.send('More1\r\n');
    await far.until('sw1#');
    far.send('exit\r\n');
    await far.until('sw1>');
    far.send('exit\r\n');
    await far.untilEnd();
  });

  test('straight to the privileged mode leaves by one exit', async () => {
    const far = await session(await start());
    far.send('exit\r\n');
    await far.untilEnd();
  });
});

describe('the command line', () => {
  test('is walked through by modes, each with its prompt', async () => {
    const far = await session(await start());
    for (const [line, prompt] of [
      ['configure', '(config)#'],
      ['vlan database', '(config-vlan)#'],
      ['vlan 100', '(config-vlan)#'],
      ['exit', '(config)#'],
      ['interface vlan 100', '(config-if)#'],
      ['int gi1/0/5', '(config-if)#'],
      ['interface GigabitEthernet 1/0/5', '(config-if)#'],
      ['interface range gi1/0/1-3,te1/0/1', '(config-if-range)#'],
      ['end', '#'],
      ['conf t', '(config)#'],
      ['\x1a', '#'],
    ]) {
      far.send(line === '\x1a' ? line : `${line}\r\n`);
      await far.until(`sw1${prompt}`);
    }
  });

  test('answers a bare return with an escape sequence before the prompt, and anything else without', async () => {
    const far = await session(await start());
    far.send('\r\n');
    expect(await far.until('sw1#')).toBe('\r\n\r\r\x1b[Ksw1#');
    far.send('some-unrecognized-command\r\n');
    expect(await far.until('sw1#')).toBe(`some-unrecognized-command\r\n    ^\r\n${UNRECOGNIZED}\r\nsw1#`);
  });

  test.for([
    ['exec', 'terminal length 0', 9, UNRECOGNIZED],
    ['exec', 'show', 4, '% Incomplete command'],
    ['exec', 'e', 0, '% Ambiguous command'],
    ['exec', 'vlan database', 0, UNRECOGNIZED],
    ['exec', 'switchport mode trunk', 0, UNRECOGNIZED],
    ['config', 'show vlan', 0, UNRECOGNIZED],
    ['config', 'interface gi1/0/9', 10, WRONG],
    ['config', 'interface ethernet g5', 10, WRONG],
    ['config', 'interface gi1/0/1-2', 10, WRONG],
    ['config', 'vlan 4095', 5, WRONG],
    ['config', 'vlan 20-10', 5, WRONG],
    ['interface gi1/0/5', 'switchport trunk allowed vlan', 29, '% Incomplete command'],
    ['interface gi1/0/5', 'switchport trunk allowed vlan 100', 30, UNRECOGNIZED],
    ['interface gi1/0/5', 'switchport trunk allowed vlan add 10, 20', 34, WRONG],
    ['interface gi1/0/5', 'switchport mode hybrid', 16, UNRECOGNIZED],
  ] as const)('in mode %s refuses "%s" at %i', async ([mode, line, at, message]) => {
    const simulated = await start();
    const far = await session(simulated);
    if (mode !== 'exec') await type(far, 'configure');
    if (mode.startsWith('interface')) await type(far, mode);
    const prompt = { exec: 'sw1#', config: 'sw1(config)#' }[mode as string] ?? 'sw1(config-if)#';
    expect(await answer(far, line)).toBe(`${' '.repeat(prompt.length + at)}^\r\n${message}\r\n`);
    expect(simulated.unsaved()).toBe(false);
  });

  test.for([
    'switchport trunk allowed vlan add 100',
    'switchport trunk allowed vlan add 1,100',
    'switchport access vlan 100',
    'switchport general allowed vlan add 100 tagged',
    'no vlan 100',
    'interface vlan 100',
  ])('wants the VLAN created before "%s"', async (line) => {
    const simulated = await start();
    const far = await configuring(simulated);
    await type(far, 'interface gi1/0/5');
    expect(await answer(far, line)).toBe('VLAN was not created by user.\r\n');
    expect(simulated.unsaved()).toBe(false);
  });

  test('asks between screens in its own words, two blanks after the comma', async () => {
    const far = await session(await start());
    far.send('show interfaces switchport\r\n');
    await far.until('More: <space>,  Quit: q or CTRL+Z, One line: <return> ');
    far.send(' ');
    expect(await far.until('\x1b[K')).toMatch(/^\r {54}\r/);
    await far.until('One line: <return> ');
    far.send('q');
    await far.until('sw1#');
    await type(far, 'terminal datadump');
    expect(await answer(far, 'show interfaces switchport')).not.toContain('More:');
    await type(far, 'no terminal datadump');
    far.send('show interfaces switchport\r\n');
    await far.until('One line: <return> ');
    far.send('a');
    expect(await far.until('sw1#')).not.toContain('More:');
  });
});

describe('the configuration lock', () => {
  test('is with the first session that changes something, until that leaves the configuration modes', async () => {
    const simulated = await start();
    const [one, other] = [await configuring(simulated, '100'), await session(simulated)];
    await type(other, 'configure', 'interface gi1/0/5');
    expect(await answer(other, 'shutdown')).toBe('Configuration Database locked by another application - try later\r\n');
    expect(simulated.port('gi1/0/5').enabled).toBe(true);
    await type(one, 'end');
    await type(other, 'shutdown');
    expect(simulated.port('gi1/0/5').enabled).toBe(false);
  });

  test('is given back by a session that breaks off', async () => {
    const simulated = await start();
    const [one, other] = [await configuring(simulated, '100'), await session(simulated)];
    one.close();
    await expect.poll(() => simulated.sessions).toBe(1);
    await type(other, 'configure', 'vlan database', 'vlan 200');
    expect(simulated.vlans()).toEqual([1, 100, 200]);
  });
});

test('ports may be without a slot, and other names are refused', async () => {
  const simulated = await start({ ports: ['gi1/5', 'Te1/1'] });
  const far = await configuring(simulated);
  await type(far, 'interface gigabitethernet1/5', 'shutdown', 'interface te1/1', 'shutdown');
  expect([simulated.port('gi1/5').enabled, simulated.port('te1/1').enabled]).toEqual([false, false]);
  expect(() => simulated.port('gi1/6')).toThrow('no port gi1/6');
  await expect(startPowerConnect55xx({ hostname: 'x', ...LOGIN, ports: [...PORTS, 'Ethernet1/1'] })).rejects.toThrow('gi1/0/5');
});
