import { describe, expect, test } from 'vitest';
import { delln3000 } from '../../../db/devices/delln3000.ts';
import { findSwitchFamily } from '../../../db/devices/families.ts';

const login = { username: 'haas', password: 'pw d#1' };
const settings = { transport: 'telnet', legacy_ssh: false, save: true, dummy_vlan: 3900 };

describe('delln3000: registration', () => {
  test.each([3900, '3900'])("takes the predecessor's fields, the dummy VLAN as %j", (dummy_vlan) => {
    const fields = { hostname: 'n3048-1', ...login, dummy_vlan };
    expect(delln3000.registration.parse(fields)).toEqual({ hostname: 'n3048-1', port: 23, credentials: login, settings });
  });

  test('takes an enable password, which is no setting', () => {
    const fields = { hostname: 'n3048-1', ...login, enable_password: 'more', dummy_vlan: 3900, transport: 'ssh' };
    expect(delln3000.registration.parse(fields)).toEqual({
      hostname: 'n3048-1',
      port: 22,
      credentials: { ...login, enable_password: 'more' },
      settings: { ...settings, transport: 'ssh' },
    });
  });

  test.each([undefined, 0, 1, 4094, '4094', 4095, 'none', 2.5])('refuses the dummy VLAN %j', (dummy_vlan) => {
    const { error } = delln3000.registration.safeParse({ hostname: 'n3048-1', ...login, dummy_vlan });
    expect(error?.issues.map(({ path }) => path)).toEqual([['dummy_vlan']]);
  });

  test("is found by the predecessor's name", () => {
    expect(findSwitchFamily('http://schema.massopencloud.org/haas/v0/switches/delln3000')).toBe(delln3000);
    expect(delln3000.extension).toBe('hil.ext.switches.n3000');
  });
});

describe('delln3000: ports and VLANs', () => {
  test.each([
    ['gi1/0/11', 'Gi1/0/11'],
    ['te1/0/12', 'Te1/0/12'],
    ['gi1/12', 'Gi1/12'],
    ['te1/3', 'Te1/3'],
    ['FO1/1/1', 'Fo1/1/1'],
    ['tw1/0/3', 'Tw1/0/3'],
    ['Gi1/0/01', 'Gi1/0/1'],
    ['gigabitethernet 1/0/6', 'Gi1/0/6'],
    ['TenGigabitEthernet1/0/6', 'Te1/0/6'],
    ['fortygigabitethernet 1/1/1', 'Fo1/1/1'],
  ])('%s is %s', (label, name) => {
    expect(delln3000.canonicalPort(label, settings)).toBe(name);
    expect(delln3000.canonicalPort(name, settings)).toBe(name);
  });

  test.each(['', 'Gi', 'Gi1', 'Gi1/0/0', 'Gi1/0/1/2', 'Po1', 'vlan 1', 'Gi1/0/1 ', 'Gi1/0/1\nreload', 'Gi1/0/1,2'])(
    '%j is no port',
    (label) => {
      expect(delln3000.canonicalPort(label, settings)).toBeNull();
    },
  );

  test('keeps VLAN 1, what is beyond 4093, and the dummy', () => {
    expect(delln3000.reservedVlans(settings)).toEqual([1, 4094, 3900]);
    expect(delln3000.capabilities).toEqual(['nativeless-trunk-mode']);
  });
});
