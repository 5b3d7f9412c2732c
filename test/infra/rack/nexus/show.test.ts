import { describe, expect, test } from 'vitest';
import { answer, PORTS, session, start, type } from './switch-under-test.ts';

describe('show', () => {
  test('running-config of an interface prints only what is not at its default', async () => {
    const nexus = await start();
    const far = await session(nexus);
    expect(await answer(far, 'sh run int e1/3')).toMatch(
      /^\r\n!Command: show running-config interface Ethernet1\/3\r\n!Time: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\r\n\r\nversion 7\.3\(13\)N1\(1\)\r\n\r\ninterface Ethernet1\/3\r\n\r\n$/,
    );
    const odd = Array.from({ length: 40 }, (_, index) => 1001 + 2 * index).join(',');
    await type(far, 'terminal width 511', 'conf t', 'int e1/3', 'description rack 4, node  7', 'switchport mode trunk');
    await type(far, 'switchport trunk native vlan 2222', `switchport trunk allowed vlan ${odd}`, 'shutdown', 'end');
    const shown = await answer(far, 'show running-config interface ethernet 1/3');
    const block = shown.slice(shown.indexOf('\r\ninterface')).trim().split('\r\n');
    expect(block.slice(0, 6)).toEqual([
      'interface Ethernet1/3',
      '  description rack 4, node  7',
      '  shutdown',
      '  switchport mode trunk',
      '  switchport trunk native vlan 2222',
      expect.stringMatching(/^ {2}switchport trunk allowed vlan 1001,[\d,]+\d$/),
    ]);
    expect(block.length).toBeGreaterThan(6);
    for (const line of block.slice(6)) expect(line).toMatch(/^ {2}switchport trunk allowed vlan add [\d,]+\d$/);
    expect(
      block
        .slice(5)
        .map((line) => line.replace(/.*vlan (add )?/, ''))
        .join(),
    ).toBe(odd);
    await type(far, 'conf t', 'int e1/3', 'switchport trunk allowed vlan none', 'end');
    expect(await answer(far, 'sh run int e1/3')).toContain('  switchport trunk allowed vlan none\r\n');
  });

  test('interface switchport names what is not there, and knows only the mode in operation', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'terminal length 0', 'conf t', 'vlan 100', 'name blue', 'int e1/3', 'switchport access vlan 7');
    await type(far, 'switchport mode trunk', 'switchport trunk native vlan 100', 'switchport trunk allowed vlan none', 'end');
    const shown = await answer(far, 'show interface ethernet 1/3 switchport');
    expect(shown).toMatch(/^Name: Ethernet1\/3\r\n {2}Switchport: Enabled\r\n/);
    expect(shown).toContain('  Operational Mode: trunk\r\n  Access Mode VLAN: 7 (Vlan not created)\r\n');
    expect(shown).toContain('  Trunking Native Mode VLAN: 100 (blue)\r\n  Trunking VLANs Allowed: none\r\n');
    await type(far, 'conf t', 'int e1/3', 'shutdown', 'end');
    expect(await answer(far, 'show int e1/3 switchport')).toContain('  Operational Mode: down\r\n');
    expect((await answer(far, 'show int switchport')).match(/^Name: /gm)).toHaveLength(PORTS.length);
  });

  test('vlan lists a trunk under every VLAN that it allows and that exists', async () => {
    const nexus = await start({ ports: Array.from({ length: 9 }, (_, index) => `Ethernet1/${index + 1}`) });
    const far = await session(nexus);
    await type(far, 'terminal length 0', 'conf t', 'vlan 100', 'name blue', 'int e1/3', 'switchport mode trunk');
    await type(far, 'switchport trunk allowed vlan 100,200', 'end');
    expect((await answer(far, 'show vlan brief')).split('\r\n')).toEqual([
      '',
      'VLAN Name                             Status    Ports',
      '---- -------------------------------- --------- -------------------------------',
      '1    default                          active    Eth1/1, Eth1/2, Eth1/4, Eth1/5',
      '                                                Eth1/6, Eth1/7, Eth1/8, Eth1/9',
      '100  blue                             active    Eth1/3',
      '',
      '',
    ]);
    expect(await answer(far, 'show vlan')).toMatch(/Eth1\/3\r\n\r\nVLAN Type {9}Vlan-mode\r\n/);
  });

  test('interface status cuts at its columns', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'conf t', 'int e1/2', 'shutdown', 'description a name longer than its column', 'int e1/3');
    await type(far, 'switchport access vlan 7', 'int e1/4', 'switchport mode trunk', 'end');
    const rows = (await answer(far, 'show interface status')).split('\r\n').slice(4);
    const cells = rows.map((row) =>
      [row.slice(0, 14), row.slice(14, 33), row.slice(33, 43), row.slice(43, 53)].map((cell) => cell.trim()),
    );
    expect(cells.slice(0, 4)).toEqual([
      ['Eth1/1', '--', 'connected', '1'],
      ['Eth1/2', 'a name longer than', 'disabled', '1'],
      ['Eth1/3', '--', 'inactive', '7'],
      ['Eth1/4', '--', 'connected', 'trunk'],
    ]);
  });

  test('running-config, version and mac address-table are there', async () => {
    const nexus = await start();
    const far = await session(nexus);
    await type(far, 'terminal length 0', 'conf t', 'vlan 100', 'name blue', 'end');
    const running = await answer(far, 'show running-config');
    expect(running).toMatch(/^\r\n!Command: show running-config\r\n/);
    expect(running).toContain('\r\nvlan 1,100\r\nvlan 100\r\n  name blue\r\n');
    expect(running).toContain('\r\ninterface Ethernet101/1/1\r\n');
    expect(running).not.toContain('Secret9');
    expect(await answer(far, 'show version')).toContain('  cisco Nexus5548 Chassis');
    expect(await answer(far, 'show mac address-table')).toMatch(/^Legend: /);
  });
});
