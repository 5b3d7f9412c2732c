import { describe, expect, test } from 'vitest';
import { findSwitchFamily } from '../../../db/devices/families.ts';
import { powerconnect55xx } from '../../../db/devices/powerconnect55xx.ts';

const login = { username: 'haas', password: 'pw d#1' };

describe('powerconnect55xx: registration', () => {
  test("takes the predecessor's fields, and reaches such a switch by telnet", () => {
    expect(powerconnect55xx.registration.parse({ hostname: 'pc-7', ...login })).toEqual({
      hostname: 'pc-7',
      port: 23,
      credentials: login,
      settings: { transport: 'telnet', legacy_ssh: false, save: true },
    });
  });

  test('takes SSH with old algorithms', () => {
    const fields = { hostname: '10.0.0.7', ...login, transport: 'ssh', legacy_ssh: true, save: false };
    expect(powerconnect55xx.registration.parse(fields)).toMatchObject({
      port: 22,
      settings: { transport: 'ssh', legacy_ssh: true, save: false },
    });
  });

  test.each([
    { fields: { hostname: 'pc-7', dummy_vlan: 5, ...login }, names: 'dummy_vlan' },
    { fields: { hostname: '-oProxy', ...login }, names: 'hostname' },
    { fields: { hostname: 'pc-7', username: 'haas' }, names: 'password' },
    { fields: { hostname: 'pc-7', username: 'a\nb', password: 'x' }, names: 'username' },
  ])('refuses $fields', ({ fields, names }) => {
    const { error } = powerconnect55xx.registration.safeParse(fields);
    expect(JSON.stringify(error?.issues)).toContain(names);
  });

  test("is found by the predecessor's name", () => {
    expect(findSwitchFamily('http://schema.massopencloud.org/haas/v0/switches/powerconnect55xx')).toBe(powerconnect55xx);
    expect(powerconnect55xx.extension).toBe('hil.ext.switches.dell');
  });
});

describe('powerconnect55xx: ports and VLANs', () => {
  test.each([
    ['gi1/0/5', 'gi1/0/5'],
    ['te2/0/1', 'te2/0/1'],
    ['gi1/12', 'gi1/12'],
    ['te1/3', 'te1/3'],
    ['gi0/1', 'gi0/1'],
    ['GI1/0/05', 'gi1/0/5'],
    ['GigabitEthernet 1/0/5', 'gi1/0/5'],
    ['tengigabitethernet1/0/2', 'te1/0/2'],
  ])('%s is %s', (label, name) => {
    expect(powerconnect55xx.canonicalPort(label, {})).toBe(name);
    expect(powerconnect55xx.canonicalPort(name, {})).toBe(name);
  });

  test.each([
    '',
    'gi',
    'gi5',
    'gi1/0/0',
    'gi1/0/5/6',
    'fa1/0/5',
    'po1',
    'gi1/0/5 ',
    'gi 1/0/ 5',
    'gi1/0/5\nreload',
    'gi1000/0/5',
  ])('%j is no port', (label) => {
    expect(powerconnect55xx.canonicalPort(label, {})).toBeNull();
  });

  test('keeps VLAN 1, and a port may be up without a native VLAN', () => {
    expect(powerconnect55xx.reservedVlans({})).toEqual([1]);
    expect(powerconnect55xx.capabilities).toEqual(['nativeless-trunk-mode']);
  });
});
