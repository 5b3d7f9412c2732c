import { describe, expect, test, vi } from 'vitest';
import { startCiscoIos } from '../../../../infra/rack/cisco-ios/cisco-ios.ts';
import { ssh, tcp } from '../far-end.ts';
import { answer, INVALID, LOGIN, PORT, PORTS, session, start, type } from './switch-under-test.ts';

describe('logging in', () => {
  test('telnet asks for user name and password, and lands at >', async () => {
    const catalyst = await start({ privilege: 1 });
    const far = await tcp(catalyst.tcpPort('telnet'));
    expect(await far.until('Username: ')).toContain('\r\nUser Access Verification\r\n\r\n');
    far.send('admin\r\n');
    await far.until('Password: ');
    far.send('wrong\r\n');
    await far.until('\r\n% Login invalid\r\n\r\nUsername: ');
    far.send('admin\r\n');
    await far.until('Password: ');
    far.send('Secret9\r\n');
    await far.until('\r\nsw1>');
    expect(await answer(far, 'configure terminal')).toContain(INVALID);
    expect(await answer(far, 'show running-config')).toContain(INVALID);
    expect(await answer(far, 'show vlan brief')).toContain('default');
    expect(await answer(far, 'enable')).toBe('');
    await type(far, 'configure terminal', 'end');
  });

  test('enable asks for its password three times', async () => {
    const catalyst = await start({ privilege: 1, enablePassword: 'Open5' });
    const far = await ssh({ port: catalyst.tcpPort('ssh'), ...LOGIN });
    await far.until('sw1>');
    far.send('enable\r');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await far.until('Password: ');
      far.send('wrong\r');
    }
    await far.until('\r\n% Bad secrets\r\n\r\nsw1>');
    far.send('en\r');
    await far.until('Password: ');
    far.send('Open5\r');
    expect(await far.until('sw1#')).not.toContain('Open5');
    far.send('exit\r');
    await far.untilEnd();
  });
});

describe('the command line', () => {
  test('is walked through by modes, each with its prompt', async () => {
    const catalyst = await start();
    const far = await session(catalyst);
    for (const [line, prompt] of [
      ['conf t', '(config)#'],
      ['int g1/0/3', '(config-if)#'],
      ['interface range gi1/0/1 - 2 , te1/1/1', '(config-if-range)#'],
      ['vlan 100', '(config-vlan)#'],
      ['exit', '(config)#'],
      ['int TenGigabitEthernet 1/1/1', '(config-if)#'],
      ['end', '#'],
      ['disable', '>'],
    ]) {
      far.send(`${line}\r\n`);
      await far.until(`sw1${prompt}`);
    }
  });

  test('cuts a long host name in the prompts of configuration modes', async () => {
    const catalyst = await start({ hostname: 'access-switch-of-rack-17' });
    const far = await session(catalyst, /access-switch-of-rack-17#/);
    far.send('conf t\r\n');
    await far.until('\r\naccess-switch-of-rac(config)#');
    far.send('interface gi1/0/1\r\n');
    await far.until('\r\naccess-switch-of-rac(config-if)#');
    far.send('end\r\n');
    await far.until('\r\naccess-switch-of-rack-17#');
  });

  test.for([
    ['exec', 'show versino', 5],
    ['exec', 'show version now', 13],
    ['exec', 'vlan 100', 0],
    ['exec', 'show interfaces gi1/0/9 switchport', 18],
    ['exec', 'show interfaces et1/0/1 switchport', 16],
    ['config', 'show vlan', 0],
    ['config', 'do shwo vlan', 3],
    ['config', 'switchport mode trunk', 0],
    ['config', 'interface gigabitethernet 1/0/9', 26],
    ['config', 'interface range gi1/0/1-9', 16],
    ['interface', 'switchport mode hybrid', 16],
    ['interface', 'switchport trunk encapsulation dot1q', 17],
    ['interface', 'switchport access vlan 4095', 23],
    ['interface', 'switchport trunk native vlan 10-11', 29],
    ['interface', 'switchport trunk allowed vlan 10 ,20', 33],
    ['vlan', `name ${'x'.repeat(33)}`, 37],
  ] as const)('in %s mode refuses "%s" at %i', async ([mode, line, at]) => {
    const catalyst = await start();
    const far = await session(catalyst);
    await type(far, 'terminal width 0');
    await type(
      far,
      ...{ exec: [], config: ['conf t'], interface: ['conf t', 'int gi1/0/3'], vlan: ['conf t', 'vlan 100'] }[mode],
    );
    const prompt = { exec: 'sw1#', config: 'sw1(config)#', interface: 'sw1(config-if)#', vlan: 'sw1(config-vlan)#' }[mode];
    expect(await answer(far, line)).toBe(`${' '.repeat(prompt.length + at)}^\n${INVALID}\n\n`);
    expect(catalyst.unsaved()).toBe(false);
  });

  test.for([
    ['interface', '% Incomplete command.\n\n'],
    ['interface gi', '% Incomplete command.\n\n'],
    ['e', '% Ambiguous command:  "e"\n'],
    [
      'vlan 0',
      'Command rejected: Bad VLAN list - character #2 (EOL) delimits a VLAN\nnumber which is out of the range 1..4094.\n',
    ],
    ['vlan 10,5000-5001', /^Command rejected: Bad VLAN list - character #8 \('-'\) delimits a VLAN\n/],
    ['vlan 20-10', /^Command rejected: Bad VLAN list - character #6 \(EOL\) delimits ending Vlan id\n/],
    ['vlan blue', "Command rejected: Bad VLAN list - character #1 ('b') is a non-numeric\ncharacter.\n"],
    ['no vlan 1', '%Default VLAN 1 may not be deleted.\n'],
    ['no vlan 1000-1003', '%Default VLAN 1002 may not be deleted.\n'],
  ] as const)('refuses "%s" in words', async ([line, words]) => {
    const catalyst = await start();
    const far = await session(catalyst);
    await type(far, 'conf t');
    expect(await answer(far, line)).toEqual(typeof words === 'string' ? words : expect.stringMatching(words));
    expect(catalyst.unsaved()).toBe(false);
  });

  test('takes a single word that is no command for a host name', async () => {
    const far = await session(await start());
    expect(await answer(far, 'shwo')).toMatch(/^Translating "shwo"\.\.\.domain server .*\n% Unknown command or computer name, /);
  });

  test('filters what is shown', async () => {
    const far = await session(await start());
    await type(far, 'conf t', 'int gi1/0/3', 'switchport mode trunk', 'end');
    expect(await answer(far, 'show running-config | include mode trunk|hostname')).toBe('hostname sw1\n switchport mode trunk\n');
    expect(await answer(far, 'sh run | section interface GigabitEthernet1/0/3')).toBe(
      `interface ${PORT}\n switchport mode trunk\n`,
    );
    expect(await answer(far, 'sh run | begin line vty')).toMatch(/^line vty 0 15\n login local\n!\nend\n\n$/);
    expect(await answer(far, 'show version | nonsense x')).toContain(INVALID);
  });

  test('stops at every screen, and takes the question away with backspaces', async () => {
    const far = await session(await start());
    far.send('show interfaces switchport\r\n');
    await far.until('show interfaces switchport\r\n');
    expect((await far.until(' --More-- ')).match(/\r\n/g)).toHaveLength(23);
    far.send(' ');
    expect(await far.until('--More-- ')).toMatch(/^\x08{9} {8}\x08{9}\w/);
    far.send('q');
    await far.until('sw1#');
    await type(far, 'terminal length 0');
    expect((await answer(far, 'show interfaces switchport')).match(/^Name: /gm)).toHaveLength(PORTS.length);
  });
});

describe('ports and VLANs', () => {
  test('a VLAN comes to be when its mode is left; do works there', async () => {
    const catalyst = await start();
    const far = await session(catalyst);
    await type(far, 'conf t', 'vlan 100', 'name blue');
    expect(await answer(far, 'do show vlan brief')).not.toContain('blue');
    expect(catalyst.vlans()).toEqual([1]);
    await type(far, 'vlan 200-201,3000', 'int gi1/0/1');
    expect(catalyst.vlans()).toEqual([1, 100, 200, 201, 3000]);
    await type(far, 'no vlan 200-300', 'no vlan 999');
    expect(catalyst.vlans()).toEqual([1, 100, 3000]);
    await type(far, 'vlan 400');
    far.close();
    await vi.waitFor(() => expect(catalyst.sessions).toBe(0));
    expect(catalyst.vlans()).toEqual([1, 100, 3000]);
  });

  test('a VTP server has no room above 1005, and says so when the VLAN is left', async () => {
    const catalyst = await start({ vtp: 'server' });
    const far = await session(catalyst);
    await type(far, 'terminal length 0', 'conf t', 'vlan 100,3000');
    expect(await answer(far, 'exit')).toBe(
      '% Failed to create VLANs 3000\nExtended VLAN(s) not allowed in current VTP mode.\n%Failed to commit extended VLAN(s) changes.\n',
    );
    expect(catalyst.vlans()).toEqual([1, 100]);
    expect(await answer(far, 'do show running-config')).not.toContain('vlan 100\n');
    expect(await answer(far, 'do show vtp status')).toMatch(/^VTP Operating Mode +: Server$/m);
  });

  test('an access VLAN that is not there is made', async () => {
    const catalyst = await start();
    const far = await session(catalyst);
    await type(far, 'conf t', 'int gi1/0/3');
    expect(await answer(far, 'switchport access vlan 300')).toBe('% Access VLAN does not exist. Creating vlan 300\n');
    expect([catalyst.vlans(), catalyst.port(PORT).native]).toEqual([[1, 300], 300]);
    await type(far, 'no vlan 300');
    expect(catalyst.port(PORT)).toEqual({ enabled: true, native: null, tagged: [] });
  });

  test('a trunk carries every VLAN there is until told not to', async () => {
    const catalyst = await start();
    const far = await session(catalyst);
    await type(far, 'conf t', 'vlan 100,200,300', 'int gi1/0/3', 'switchport mode trunk');
    expect(catalyst.port(PORT)).toEqual({ enabled: true, native: 1, tagged: [100, 200, 300] });
    await type(far, 'switchport trunk allowed vlan add 100');
    expect(catalyst.port(PORT).tagged).toEqual([100, 200, 300]);
    await type(far, 'switchport trunk allowed vlan none');
    expect(catalyst.port(PORT)).toEqual({ enabled: true, native: null, tagged: [] });
    await type(far, 'switchport trunk native vlan 100', 'switchport trunk allowed vlan add 200,999');
    expect(catalyst.port(PORT)).toEqual({ enabled: true, native: null, tagged: [200] });
    await type(far, 'switchport trunk allowed vlan add 100', 'shutdown');
    expect(catalyst.port(PORT)).toEqual({ enabled: false, native: 100, tagged: [200] });
    await type(far, 'no shutdown', 'no switchport trunk native vlan', 'no switchport trunk allowed vlan');
    expect(catalyst.port(PORT)).toEqual({ enabled: true, native: 1, tagged: [100, 200, 300] });
    await type(far, 'no switchport mode trunk');
    expect(catalyst.port(PORT)).toEqual({ enabled: true, native: 1, tagged: [] });
    await type(far, 'switchport mode trunk', 'shutdown');
    expect(await answer(far, `default interface ${PORT}`)).toBe(`Interface ${PORT} set to default configuration\n`);
    expect(catalyst.port(PORT)).toEqual({ enabled: true, native: 1, tagged: [] });
  });

  test('a switch that knows ISL wants the encapsulation first', async () => {
    const catalyst = await start({ knowsIsl: true });
    const far = await session(catalyst);
    await type(far, 'conf t', 'int gi1/0/3');
    const rejected =
      'Command rejected: An interface whose trunk encapsulation is "Auto" can not be configured to "trunk" mode.\n';
    expect(await answer(far, 'switchport mode trunk')).toBe(rejected);
    expect(catalyst.unsaved()).toBe(false);
    await type(far, 'switchport trunk encapsulation dot1q', 'switchport mode trunk');
    expect(await answer(far, 'no switchport trunk encapsulation')).toBe(rejected);
    expect(await answer(far, 'do show run int gi1/0/3')).toContain(
      ' switchport trunk encapsulation dot1q\n switchport mode trunk\n',
    );
  });

  test('a routed port forwards nothing, and is no switching port', async () => {
    const catalyst = await start();
    const far = await session(catalyst);
    await type(far, 'conf t', 'int gi1/0/3', 'no switchport');
    expect(catalyst.port(PORT)).toEqual({ enabled: true, native: null, tagged: [] });
    expect(await answer(far, 'switchport mode trunk')).toBe('Command rejected: Gi1/0/3 not a switching port.\n');
    expect(await answer(far, 'switchport access vlan 7')).toBe('Command rejected: Gi1/0/3 not a switching port.\n');
    expect(await answer(far, 'do show interfaces gi1/0/3 switchport')).toBe('Name: Gi1/0/3\nSwitchport: Disabled\n\n');
    await type(far, 'switchport');
    expect([catalyst.port(PORT).native, catalyst.vlans()]).toEqual([1, [1]]);
  });

  test('a range is configured port by port', async () => {
    const catalyst = await start();
    const far = await session(catalyst);
    await type(far, 'conf t', 'int range gi1/0/1-2,te1/1/1', 'shutdown');
    expect(PORTS.map((name) => catalyst.port(name).enabled)).toEqual([false, false, true, false]);
    expect(await answer(far, 'default interface range gi1/0/1 - 2')).toContain('GigabitEthernet1/0/2 set to default');
    expect(PORTS.map((name) => catalyst.port(name).enabled)).toEqual([true, true, true, false]);
  });

  test('what is negotiated cannot be not negotiated', async () => {
    const far = await session(await start());
    await type(far, 'conf t', 'int gi1/0/3');
    expect(await answer(far, 'switchport nonegotiate')).toMatch(/^Command rejected: Conflict/);
    await type(far, 'switchport mode trunk', 'switchport nonegotiate');
    expect(await answer(far, 'no switchport mode')).toMatch(/^Command rejected: Conflict/);
  });
});

test('a port name that is not canonical is refused at the start', async () => {
  await expect(startCiscoIos({ hostname: 'sw1', ports: ['gi1/0/1'], ...LOGIN })).rejects.toThrow('not the canonical name');
});
