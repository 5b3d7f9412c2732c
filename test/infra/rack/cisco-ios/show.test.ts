import { describe, expect, test } from 'vitest';
import { answer, PORTS, session, start, type } from './switch-under-test.ts';

const LIST = '1,12,15,31-36,40,41,80,85,101,201,240,410,420,602,604,900,910,920,930,940';

describe('show', () => {
  test('running-config of an interface prints only what is not at its default', async () => {
    const far = await session(await start());
    expect(await answer(far, 'sh run int gi1/0/3')).toBe(
      'Building configuration...\n\nCurrent configuration : 37 bytes\n!\ninterface GigabitEthernet1/0/3\nend\n\n',
    );
    await type(far, 'terminal width 0', 'conf t', 'int gi1/0/3', 'description rack 4, node  7', 'switchport mode trunk');
    await type(far, 'switchport trunk native vlan 2222', `switchport trunk allowed vlan ${LIST}`, 'shutdown', 'end');
    const shown = await answer(far, 'show running-config interface GigabitEthernet1/0/3');
    expect(shown.slice(shown.indexOf('interface')).split('\n')).toEqual([
      'interface GigabitEthernet1/0/3',
      ' description rack 4, node  7',
      ' switchport trunk native vlan 2222',
      ' switchport trunk allowed vlan 1,12,15,31-36,40,41,80,85,101,201,240,410,420',
      ' switchport trunk allowed vlan add 602,604,900,910,920,930,940',
      ' switchport mode trunk',
      ' shutdown',
      'end',
      '',
      '',
    ]);
    await type(far, 'conf t', 'int gi1/0/3', 'switchport trunk allowed vlan none', 'end');
    expect(await answer(far, 'sh run int gi1/0/3')).toContain('\n switchport trunk allowed vlan none\n');
  });

  test('interfaces switchport knows both modes, wraps long lists, and says what is not there', async () => {
    const far = await session(await start());
    await type(far, 'terminal length 0', 'terminal width 0');
    expect(await answer(far, 'show interfaces gi1/0/3 switchport')).toMatch(
      /^Name: Gi1\/0\/3\nSwitchport: Enabled\nAdministrative Mode: dynamic auto\nOperational Mode: static access\n/,
    );
    await type(far, 'conf t', 'vlan 100', 'name blue', 'int gi1/0/3', 'switchport mode trunk');
    await type(far, 'switchport trunk native vlan 100', `switchport trunk allowed vlan ${LIST}`, 'end');
    const shown = await answer(far, 'show interfaces GigabitEthernet1/0/3 switchport');
    expect(shown).toContain('Administrative Mode: trunk\nOperational Mode: trunk\n');
    expect(shown).toContain('Access Mode VLAN: 1 (default)\nTrunking Native Mode VLAN: 100 (blue)\n');
    expect(shown).toContain(
      '\nTrunking VLANs Enabled: 1,12,15,31-36,40,41,80,85,101,201,240,410,420,602,604,\n     900,910,920,930,940\nPruning VLANs',
    );
    await type(far, 'conf t', 'no vlan 100', 'int gi1/0/3', 'switchport trunk allowed vlan none', 'shutdown', 'end');
    const down = await answer(far, 'show interfaces gi1/0/3 switchport');
    expect(down).toContain('Operational Mode: down\n');
    expect(down).not.toContain('Operational Trunking');
    expect(down).toContain('Trunking Native Mode VLAN: 100 (Inactive)\n');
    expect(down).toContain('Trunking VLANs Enabled: NONE\n');
  });

  test('vlan brief lists access ports, and a trunk that is down', async () => {
    const ports = Array.from({ length: 7 }, (_, index) => `GigabitEthernet0/${index + 1}`);
    const far = await session(await start({ ports }));
    await type(far, 'conf t', 'vlan 100', 'name blue', 'int range gi0/6-7', 'switchport mode trunk');
    await type(far, 'int gi0/7', 'shutdown', 'end');
    expect((await answer(far, 'show vlan brief')).split('\n')).toEqual([
      '',
      'VLAN Name                             Status    Ports',
      '---- -------------------------------- --------- -------------------------------',
      '1    default                          active    Gi0/1, Gi0/2, Gi0/3, Gi0/4',
      '                                                Gi0/5, Gi0/7',
      '100  blue                             active    ',
      '1002 fddi-default                     act/unsup ',
      '1003 token-ring-default               act/unsup ',
      '1004 fddinet-default                  act/unsup ',
      '1005 trnet-default                    act/unsup ',
      '',
    ]);
    expect(await answer(far, 'show vlan id 100')).toMatch(/^100 {2}enet {2}100100 /m);
    expect(await answer(far, 'show vlan id 7')).toContain('not found in current VLAN database');
  });

  test('interfaces status and trunk, running-config, version and mac address-table are there', async () => {
    const far = await session(await start());
    await type(far, 'terminal length 0', 'conf t', 'vlan 100', 'name blue', 'int gi1/0/2', 'shutdown');
    await type(far, 'description a name longer than its column', 'int gi1/0/3', 'switchport mode trunk', 'end');
    const rows = (await answer(far, 'show interfaces status')).split('\n').slice(2, -1);
    expect(
      rows.map((row) => [row.slice(0, 10), row.slice(10, 29), row.slice(29, 42), row.slice(42, 53)].map((cell) => cell.trim())),
    ).toEqual([
      ['Gi1/0/1', '', 'connected', '1'],
      ['Gi1/0/2', 'a name longer than', 'disabled', '1'],
      ['Gi1/0/3', '', 'connected', 'trunk'],
      ['Te1/1/1', '', 'connected', '1'],
    ]);
    expect(await answer(far, 'show interfaces trunk')).toContain('\nGi1/0/3     1-4094\n');
    const running = await answer(far, 'show running-config');
    expect(running).toContain('\nhostname sw1\n');
    expect(running).toContain('\nvlan 100\n name blue\n!\n');
    for (const name of PORTS) expect(running).toContain(`\ninterface ${name}\n`);
    expect(running).not.toContain('Secret9');
    expect(await answer(far, 'show version')).toContain('Cisco IOS Software');
    expect(await answer(far, 'show mac address-table')).toContain('Mac Address Table');
  });
});
