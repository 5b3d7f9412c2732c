import { describe, expect, test, vi } from 'vitest';
import { answer, INVALID, PORT, session, start, type } from './switch-under-test.ts';

describe('saving', () => {
  test('copy asks for the name, write memory asks nothing', async () => {
    const catalyst = await start();
    const far = await session(catalyst);
    await type(far, 'conf t', 'vlan 100', 'end');
    far.send('copy running-config startup-config\r\n');
    await far.until('Destination filename [startup-config]? ');
    far.send('backup\r\n');
    expect(await far.until('sw1#')).toContain('%Error opening nvram:backup');
    expect(catalyst.unsaved()).toBe(true);
    far.send('copy run start\r\n');
    await far.until('Destination filename [startup-config]? ');
    far.send('\r\n');
    await far.until('\r\nBuilding configuration...\r\n[OK]\r\nsw1#');
    expect(catalyst.unsaved()).toBe(false);
    await type(far, 'conf t', 'int gi1/0/3', 'shutdown');
    expect(await answer(far, 'do write memory')).toBe('Building configuration...\n[OK]\n');
    expect(catalyst.unsaved()).toBe(false);
    await catalyst.reboot();
    expect([catalyst.vlans(), catalyst.port(PORT).enabled]).toEqual([[1, 100], false]);
  });

  test('takes its time, and one at a time', async () => {
    const catalyst = await start({ saveDelay: 60_000 });
    const [one, other] = [await session(catalyst), await session(catalyst)];
    await type(one, 'conf t', 'vlan 100', 'end');
    one.send('write memory\r\n');
    await one.until('Building configuration...');
    expect(await answer(other, 'write')).toBe('startup-config file open failed (Device or resource busy)\n');
    await catalyst.reboot();
    expect(catalyst.vlans()).toEqual([1]);
  });
});

describe('faults', () => {
  test('refuse and lie change nothing', async () => {
    const catalyst = await start({ faults: { refuse: /^shutdown/, lie: /^vlan|^name|^switchport/ } });
    const far = await session(catalyst);
    await type(far, 'conf t', 'vlan 100', 'name blue', 'int gi1/0/3', 'switchport mode trunk');
    expect(await answer(far, 'switchport access vlan 7')).toContain('Creating vlan 7');
    expect(await answer(far, 'shutdown')).toContain(INVALID);
    expect(catalyst.unsaved()).toBe(false);
  });

  test('garble, drop, hang and log', async () => {
    const catalyst = await start({ faults: { garble: /version/, drop: /^shutdown/, hang: /mac/, log: /^no shut/ } });
    const far = await session(catalyst);
    expect(await answer(far, 'show version')).toContain('\xff');
    await type(far, 'conf t', 'int gi1/0/3');
    far.send('no shutdown\r\n');
    await far.until(
      /sw1\(config-if\)#\*\w{3} [ \d]\d [\d:.]{12}: %LINK-3-UPDOWN: Interface GigabitEthernet1\/0\/3, changed state to up\r\n/,
    );
    far.send('shutdown\r\n');
    await far.untilEnd();
    expect(catalyst.port(PORT).enabled).toBe(false);
    const other = await session(catalyst);
    other.send('show mac address-table\r\n');
    await vi.waitFor(() => expect(catalyst.typed).toContain('show mac address-table'));
    expect(other.pending.trim()).toBe('show mac address-table');
  });
});
