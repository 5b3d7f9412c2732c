import { describe, expect, test } from 'vitest';
import { brocade, brocadeSettings } from '../../../db/devices/brocade.ts';
import { findSwitchFamily } from '../../../db/devices/families.ts';

const login = { username: 'haas', password: 's3cret' };
const register = (fields: object) => brocade.registration.parse({ ...login, interface_type: 'TenGigabitEthernet', ...fields });
const settings = brocadeSettings.parse({ tls: false, interface_type: 'TenGigabitEthernet' });

describe('brocade: registration', () => {
  test("takes the predecessor's, which gave the host as a URL", () => {
    const fields = { hostname: 'http://vdx.example.com', ...login, interface_type: 'TenGigabitEthernet' };
    expect(brocade.registration.parse(fields)).toEqual({
      hostname: 'vdx.example.com',
      port: 80,
      credentials: login,
      settings: { tls: false, interface_type: 'TenGigabitEthernet' },
    });
    expect(findSwitchFamily('http://schema.massopencloud.org/haas/v0/switches/brocade')).toBe(brocade);
  });

  test.each<[string, object, { hostname: string; port: number; tls: boolean }]>([
    ['vdx', {}, { hostname: 'vdx', port: 80, tls: false }],
    ['vdx', { tls: true }, { hostname: 'vdx', port: 443, tls: true }],
    ['vdx', { tls: true, port: 8443 }, { hostname: 'vdx', port: 8443, tls: true }],
    ['vdx:8080', {}, { hostname: 'vdx', port: 8080, tls: false }],
    ['https://vdx/', {}, { hostname: 'vdx', port: 443, tls: true }],
    ['HTTP://10.0.0.1:8008', { port: 80, tls: true }, { hostname: '10.0.0.1', port: 8008, tls: false }],
    ['http://[fe80::1]:81', {}, { hostname: 'fe80::1', port: 81, tls: false }],
    ['fe80::1', {}, { hostname: 'fe80::1', port: 80, tls: false }],
  ])('%s with %j', (hostname, fields, { tls, ...address }) => {
    expect(register({ hostname, ...fields })).toMatchObject({ ...address, settings: { tls } });
  });

  test.each([
    'http://vdx/rest',
    'http://haas:pw@vdx',
    'ftp://vdx',
    'http://vdx:0',
    'http://vdx:65536',
    'http://-vdx',
    'http://vdx?x',
    'vdx/1',
    'http://',
    'v dx',
    '',
  ])('refuses the host %j', (hostname) => {
    expect(brocade.registration.safeParse({ ...login, hostname, interface_type: 'TenGigabitEthernet' }).success).toBe(false);
  });

  test('wants the type of the ports, and a login that is whole', () => {
    const refused = (fields: object) =>
      brocade.registration.safeParse({ hostname: 'vdx', ...fields }).error?.issues.map(({ path }) => path[0]);
    const interface_type = 'tengigabitethernet';
    expect(register({ hostname: 'vdx', interface_type }).settings).toMatchObject({ interface_type: 'TenGigabitEthernet' });
    expect(brocade.registration.parse({ hostname: 'vdx', interface_type }).credentials).toBeUndefined();
    expect(refused({ ...login })).toEqual(['interface_type']);
    expect(refused({ ...login, interface_type: 'Vlan' })).toEqual(['interface_type']);
    expect(refused({ username: 'haas', interface_type })).toEqual(['password']);
    expect(refused({ password: 'x', interface_type })).toEqual(['username']);
    expect(refused({ ...login, username: 'a:b', interface_type })).toEqual(['username']);
  });
});

describe('brocade: ports and VLANs', () => {
  test.each([
    ['104/0/10', '104/0/10'],
    ['1/0', '1/0'],
    ['01/0/010', '1/0/10'],
    ['TenGigabitEthernet 104/0/10', '104/0/10'],
    ['tengigabitethernet104/0/10', '104/0/10'],
    ['FortyGigabitEthernet 104/0/49', 'FortyGigabitEthernet104/0/49'],
    ['104', null],
    ['104/0/10/1', null],
    ['Port-channel 1/2', null],
    ['104/0/10"', null],
    ['104/0/10\r\n', null],
    [' 1/0/1', null],
    ['', null],
  ])('%j is %j', (label, name) => {
    expect(brocade.canonicalPort(label, settings)).toBe(name);
    if (name !== null) expect(brocade.canonicalPort(name, settings)).toBe(name);
  });

  test('keeps the default VLAN, that of FCoE, and its own', () => {
    const reserved = brocade.reservedVlans(settings);
    expect([1, 1002, 4087, 4094].every((vlan) => reserved.includes(vlan))).toBe(true);
    expect([2, 1001, 1003, 4001, 4086].some((vlan) => reserved.includes(vlan))).toBe(false);
    expect(brocade.capabilities).toEqual([]);
    expect(brocade.extension).toBe('hil.ext.switches.brocade');
  });
});
