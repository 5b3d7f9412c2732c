import { describe, expect, test } from 'vitest';
import { dellnos9, dellnos9Settings } from '../../../db/devices/dellnos9.ts';
import { findSwitchFamily } from '../../../db/devices/families.ts';

const login = { username: 'haas', password: 's3cret' };
const parse = (fields: object) => dellnos9.registration.safeParse({ interface_type: 'GigabitEthernet', ...fields });
const settings = dellnos9Settings.parse({
  transport: 'rest',
  tls: false,
  legacy_ssh: false,
  interface_type: 'GigabitEthernet',
});

describe('dellnos9: registration', () => {
  test("takes the predecessor's: over REST, the port in the host", () => {
    const fields = { hostname: 'http://s3048.example.com:8008', ...login, interface_type: 'GigabitEthernet' };
    expect(dellnos9.registration.parse(fields)).toEqual({
      hostname: 's3048.example.com',
      port: 8008,
      credentials: login,
      settings: { transport: 'rest', tls: false, legacy_ssh: false, save: true, interface_type: 'GigabitEthernet' },
    });
    expect(findSwitchFamily('http://schema.massopencloud.org/haas/v0/switches/dellnos9')).toBe(dellnos9);
  });

  test.each<[object, { hostname: string; port: number; tls: boolean; transport: string }]>([
    [{ hostname: 'sw' }, { hostname: 'sw', port: 8008, tls: false, transport: 'rest' }],
    [{ hostname: 'sw:8009' }, { hostname: 'sw', port: 8009, tls: false, transport: 'rest' }],
    [{ hostname: 'https://sw' }, { hostname: 'sw', port: 8888, tls: true, transport: 'rest' }],
    [
      { hostname: 'sw', transport: 'ssh' },
      { hostname: 'sw', port: 22, tls: false, transport: 'ssh' },
    ],
    [
      { hostname: 'sw', transport: 'telnet', port: 2323 },
      { hostname: 'sw', port: 2323, tls: false, transport: 'telnet' },
    ],
    [
      { hostname: 'sw', transport: 'ssh', tls: true },
      { hostname: 'sw', port: 22, tls: false, transport: 'ssh' },
    ],
  ])('%j', (fields, { tls, transport, ...address }) => {
    expect(parse({ ...login, ...fields }).data).toMatchObject({ ...address, settings: { tls, transport } });
  });

  test.each<[string, object, string[]]>([
    ['a URL with a console', { ...login, hostname: 'http://sw', transport: 'ssh' }, ['hostname']],
    ['an enable password over REST', { ...login, hostname: 'sw', enable_password: 'x' }, ['enable_password']],
    ['a colon in a name over REST', { ...login, hostname: 'sw', username: 'a:b' }, ['username']],
    ['a name alone', { hostname: 'sw', username: 'haas' }, ['password']],
    ['a name alone at a console', { hostname: 'sw', username: 'haas', transport: 'telnet' }, ['password']],
    ['an unknown type of ports', { ...login, hostname: 'sw', interface_type: 'Ethernet' }, ['interface_type']],
    ['an unknown transport', { ...login, hostname: 'sw', transport: 'netconf' }, ['transport']],
  ])('refuses %s', (_, fields, paths) => {
    expect(parse(fields).error?.issues.map(({ path }) => path[0])).toEqual(paths);
  });

  test('takes the enable password where there is a console', () => {
    expect(parse({ ...login, hostname: 'sw', transport: 'ssh', enable_password: 'x' }).data?.credentials).toEqual({
      ...login,
      enable_password: 'x',
    });
  });

  test.each([
    ['HundredGigabitEthernet', 'hundredGigE'],
    ['TwentyfiveGigabitEthernet', 'twentyFiveGigE'],
    ['fortyGigE', 'fortyGigE'],
    ['peGigabitEthernet', 'peGigE'],
    ['tengigabitethernet', 'TenGigabitEthernet'],
  ])('spells %s as the command line does', (interface_type, spelled) => {
    expect(parse({ hostname: 'sw', interface_type }).data?.settings).toMatchObject({ interface_type: spelled });
  });
});

describe('dellnos9: ports and VLANs', () => {
  test.each([
    ['1/3', '1/3'],
    ['0/0', '0/0'],
    ['1/49/1', '1/49/1'],
    ['gi 1/3', '1/3'],
    ['GigabitEthernet1/3', '1/3'],
    ['Fo 1/49', 'fortyGigE1/49'],
    ['TenGigabitEthernet 1/5', 'TenGigabitEthernet1/5'],
    ['3', null],
    ['Vl 1/3', null],
    ['1/3 switchport', null],
    ['1/3\r\nreload', null],
    ['', null],
  ])('%j is %j', (label, name) => {
    expect(dellnos9.canonicalPort(label, settings)).toBe(name);
    if (name !== null) expect(dellnos9.canonicalPort(name, settings)).toBe(name);
  });

  test('keeps the VLAN that ports fall back to, and that between paired switches', () => {
    expect(dellnos9.reservedVlans(settings)).toEqual([1, 4094]);
    expect(dellnos9.capabilities).toEqual([]);
    expect(dellnos9.extension).toBe('hil.ext.switches.dellnos9');
  });
});
