import { describe, expect, test } from 'vitest';
import { startAristaEos } from '../../../../infra/rack/arista-eos/arista-eos.ts';
import { ssh } from '../far-end.ts';
import { answer, exchange, LOGIN, PORTS, session, start, type } from './switch-under-test.ts';

describe('the command line', () => {
  test('lands at >, where little is to be had', async () => {
    const eos = await start({ enablePassword: 'Open5' });
    const far = await ssh({ port: eos.tcpPort('ssh'), ...LOGIN });
    await far.until('sw1>');
    for (const line of ['configure', 'show running-config', 'write memory', 'configure session s1']) {
      expect(await answer(far, line)).toBe('% Unavailable command (privileged mode required)\n');
    }
    expect(await answer(far, 'shizzle')).toBe('% Invalid input\n');
    expect(await answer(far, 'show vlan')).toContain('default');
    far.send('enable\r');
    await far.until('Password: ');
    far.send('wrong\r');
    await far.until('Password: ');
    far.send('Open5\r');
    expect(await far.until('sw1#')).not.toContain('Open5');
    far.send('exit\r');
    await far.untilEnd();
  });

  test('is walked through by modes, each with its prompt', async () => {
    const far = await session(await start());
    for (const [line, prompt] of [
      ['configure', '(config)#'],
      ['int et1', '(config-if-Et1)#'],
      ['interface Ethernet 49/1', '(config-if-Et49/1)#'],
      ['interface ethernet1-2,3', '(config-if-Et1-2,3)#'],
      ['vlan 100', '(config-vlan-100)#'],
      ['exit', '(config)#'],
      ['vlan 100,200', '(config-vlan-100,200)#'],
      ['show version | include uptime', '(config-vlan-100,200)#'],
      ['end', '#'],
      ['disable', '>'],
    ] as const) {
      expect(await exchange(far, line)).toBe(`sw1${prompt}`);
    }
  });

  test.for([
    ['shizzle', '% Invalid input\n'],
    ['interface Ethernet99', '% Invalid input\n'],
    ['interface Ethernet1-9', '% Invalid input\n'],
    ['interface et', '% Incomplete command\n'],
    ['commit', '% Invalid input\n'],
    ['vlan 0', '% Incomplete command\n'],
    ['vlan 4095', '% Invalid input\n'],
    ['vlan shizzle', '% Invalid input\n'],
    ['e', '% Ambiguous command\n'],
    ['no vlan 1', '% Default VLAN 1 cannot be deleted\n'],
    ['show version | nonsense', '% Invalid input\n'],
    ['show mac address-table | json', '% This is an unconverted command\n'],
    ['show vlan 123', '% VLAN 123 not found in current VLAN database\n'],
  ] as const)('answers "%s" in words, without a caret', async ([line, words]) => {
    const eos = await start();
    const far = await session(eos);
    await type(far, 'configure terminal');
    expect(await answer(far, line)).toBe(words);
    expect(eos.unsaved()).toBe(false);
  });

  test.for([
    ['switchport mode', '% Incomplete command\n'],
    ['switchport mode waatt', '% Invalid input\n'],
    ['switchport mode trunk trunk', '% Invalid input\n'],
    ['switchport trunk allowed vlan add', '% Incomplete command\n'],
    ['switchport trunk allowed vlan add 1 2', '% Invalid input\n'],
    ['switchport trunk allowed vlan none patate', '% Invalid input\n'],
    ['switchport access vlan 4095', '% Invalid input\n'],
  ] as const)('answers "%s" of an interface in words', async ([line, words]) => {
    const eos = await start();
    const far = await session(eos);
    await type(far, 'configure', 'interface Ethernet1');
    expect(await answer(far, line)).toBe(words);
    expect(eos.unsaved()).toBe(false);
  });
});

describe('ports and VLANs', () => {
  test('a VLAN is there at once', async () => {
    const eos = await start();
    const far = await session(eos);
    await type(far, 'configure', 'vlan 100', 'name blue');
    expect(eos.vlans()).toEqual([1, 100]);
    await type(far, 'vlan 200-202', 'no vlan 201', 'no vlan 999');
    expect(eos.vlans()).toEqual([1, 100, 200, 202]);
  });

  test('an access VLAN that is not there is made', async () => {
    const eos = await start();
    const far = await session(eos);
    await type(far, 'configure', 'interface et3');
    expect(await answer(far, 'switchport access vlan 300')).toBe('! Access VLAN does not exist. Creating vlan 300\n');
    expect([eos.vlans(), eos.port('Ethernet3').native]).toEqual([[1, 300], 300]);
    await type(far, 'no vlan 300');
    expect(eos.port('Ethernet3')).toEqual({ enabled: true, native: null, tagged: [] });
  });

  test('a trunk carries every VLAN there is until told not to', async () => {
    const eos = await start();
    const far = await session(eos);
    const port = () => eos.port('Ethernet3');
    await type(far, 'configure', 'vlan 100,200,300', 'interface et3', 'switchport mode TrunK');
    expect(port()).toEqual({ enabled: true, native: 1, tagged: [100, 200, 300] });
    await type(far, 'switchport trunk allowed vlan none');
    expect(port()).toEqual({ enabled: true, native: null, tagged: [] });
    await type(far, 'switchport trunk native vlan 100', 'switchport trunk allowed vlan add 200,999');
    expect(port()).toEqual({ enabled: true, native: null, tagged: [200] });
    await type(far, 'switchport trunk allowed vlan add 100', 'shutdown');
    expect(port()).toEqual({ enabled: false, native: 100, tagged: [200] });
    await type(far, 'no shutdown', 'switchport trunk native vlan tag');
    expect(port()).toEqual({ enabled: true, native: null, tagged: [100, 200] });
    await type(far, 'no switchport trunk native vlan', 'no switchport trunk allowed vlan whatever');
    expect(port()).toEqual({ enabled: true, native: 1, tagged: [100, 200, 300] });
    await type(far, 'no switchport');
    expect(port()).toEqual({ enabled: true, native: null, tagged: [] });
    await type(far, 'default interface Ethernet3');
    expect(port()).toEqual({ enabled: true, native: 1, tagged: [] });
  });
});

describe('show', () => {
  test('running-config of interfaces is nothing but the blocks', async () => {
    const far = await session(await start());
    expect(await answer(far, 'show running-config interfaces Ethernet1')).toBe('interface Ethernet1\n');
    await type(far, 'configure', 'interface et1', 'description rack 4, node  7', 'shutdown', 'switchport mode trunk');
    await type(far, 'switchport trunk allowed vlan 123-124,127', 'switchport trunk native vlan 2222', 'end');
    expect((await answer(far, 'show run int et1-2')).split('\n')).toEqual([
      'interface Ethernet1',
      '   description rack 4, node  7',
      '   shutdown',
      '   switchport trunk native vlan 2222',
      '   switchport trunk allowed vlan 123-124,127',
      '   switchport mode trunk',
      'interface Ethernet2',
      '',
    ]);
  });

  test('running-config names only VLANs with a name of their own', async () => {
    const far = await session(await start());
    await type(far, 'configure', 'vlan 10,20-22,30-31', 'vlan 22', 'name blue', 'end');
    const running = await answer(far, 'show running-config');
    expect(running).toMatch(/^! Command: show running-config\n! device: sw1 \(DCS-\w+-\w+, EOS-[\w.]+\)\n!\n/);
    expect(running).toContain('\nvlan 10,20-21\n!\nvlan 22\n   name blue\n!\nvlan 30-31\n!\n');
    for (const name of PORTS) expect(running).toContain(`\ninterface ${name}\n`);
    expect(running).not.toContain('Secret9');
    expect(await answer(far, 'show running-config | no-more | section vlan 22')).toBe('vlan 22\n   name blue\n');
  });

  test('interfaces switchport, as text and as data', async () => {
    const far = await session(await start());
    await type(
      far,
      'configure',
      'vlan 13-14',
      'interface et1',
      'switchport mode trunk',
      'switchport trunk native vlan 13',
      'no vlan 13',
    );
    await type(far, 'interface et1', 'switchport trunk allowed vlan none', 'end');
    const shown = await answer(far, 'show interfaces ethernet 1 switchport');
    expect(shown).toMatch(/^Name: Et1\nSwitchport: Enabled\nAdministrative Mode: trunk\nOperational Mode: trunk\n/);
    expect(shown).toContain('Trunking Native Mode VLAN: 13 (Inactive)\n');
    expect(shown).toContain('Trunking VLANs Enabled: NONE\n');
    const all = await answer(far, 'show interfaces switchport');
    expect(all).toMatch(/^Default switchport mode: access\n\nName: Et1\n/);
    expect(all).toContain('Name: Et49/1\nSwitchport: Enabled\nAdministrative Mode: static access\n');
    expect(all.match(/^Trunking VLANs Enabled: ALL$/gm)).toHaveLength(3);
    expect(JSON.parse(await answer(far, 'show interfaces Ethernet1-2 switchport | json | no-more'))).toMatchObject({
      switchports: {
        Ethernet1: { switchportInfo: { mode: 'trunk', trunkAllowedVlans: 'NONE', trunkingNativeVlanId: 13 } },
        Ethernet2: { switchportInfo: { mode: 'access', trunkAllowedVlans: 'ALL', accessVlanName: 'default' } },
      },
    });
  });

  test('vlan lists ports that are up, trunks under every VLAN that they allow', async () => {
    const far = await session(await start({ ports: Array.from({ length: 9 }, (_, index) => `Ethernet${index + 1}`) }));
    await type(far, 'configure', 'vlan 100', 'name blue', 'interface et9', 'switchport mode trunk');
    await type(far, 'switchport trunk allowed vlan 100', 'interface et1', 'shutdown', 'end');
    expect((await answer(far, 'show vlan')).split('\n')).toEqual([
      'VLAN  Name                             Status    Ports',
      '----- -------------------------------- --------- -------------------------------',
      '1     default                          active    Et2, Et3, Et4, Et5, Et6, Et7',
      '                                                 Et8',
      '100   blue                             active    Et9',
      '',
      '',
    ]);
    expect(await answer(far, 'show vlan configured-ports')).toContain('active    Et1, Et2');
    expect(JSON.parse(await answer(far, 'show vlan 100 | json'))).toEqual({
      sourceDetail: '',
      vlans: { 100: { name: 'blue', dynamic: false, status: 'active', interfaces: { Ethernet9: { privatePromoted: false } } } },
    });
  });

  test('interfaces status, version and mac address-table are there', async () => {
    const far = await session(await start());
    await type(far, 'configure', 'interface et2', 'shutdown', 'interface et3', 'switchport mode trunk', 'end');
    const rows = (await answer(far, 'show interfaces status')).split('\n').slice(1, -1);
    expect(rows.map((row) => row.split(/\s+/).slice(0, 3))).toEqual([
      ['Et1', 'connected', '1'],
      ['Et2', 'disabled', '1'],
      ['Et3', 'connected', 'trunk'],
      ['Et49/1', 'connected', '1'],
    ]);
    expect(JSON.parse(await answer(far, 'show interfaces Et2 status | json'))).toMatchObject({
      interfaceStatuses: { Ethernet2: { linkStatus: 'disabled', vlanInformation: { interfaceMode: 'bridged', vlanId: 1 } } },
    });
    expect(await answer(far, 'show version')).toContain('Software image version: 4.');
    expect(JSON.parse(await answer(far, 'show version | json'))).toMatchObject({ mfgName: 'Arista' });
    expect(await answer(far, 'show mac address-table')).toContain('Mac Address Table');
  });
});

test('a port name that is not canonical is refused at the start', async () => {
  await expect(startAristaEos({ hostname: 'sw1', ports: ['Et1'], ...LOGIN })).rejects.toThrow('not the canonical name');
});
