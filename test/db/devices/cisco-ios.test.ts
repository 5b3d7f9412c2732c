import { describe, expect, test } from 'vitest';
import { ciscoIos, ciscoIosSettings } from '../../../db/devices/cisco-ios.ts';
import { findSwitchFamily } from '../../../db/devices/families.ts';

const fields = { hostname: 'sw1.example.org', username: 'haas', password: 'pw', dummy_vlan: 2222 };

describe('cisco_ios: registration', () => {
  test('SSH on port 22 unless told otherwise, and the settings are those of the driver', () => {
    const { settings, ...rest } = ciscoIos.registration.parse({ ...fields, enable_password: 'more' });
    expect(rest).toEqual({
      hostname: 'sw1.example.org',
      port: 22,
      credentials: { username: 'haas', password: 'pw', enable_password: 'more' },
    });
    expect(ciscoIosSettings.parse(settings)).toEqual({ transport: 'ssh', legacy_ssh: false, save: true, dummy_vlan: 2222 });
  });

  test("telnet, and a VLAN written as text as the predecessor's clients do", () => {
    const { port, settings } = ciscoIos.registration.parse({ ...fields, transport: 'telnet', dummy_vlan: '2222' });
    expect(port).toBe(23);
    expect(settings).toMatchObject({ transport: 'telnet', dummy_vlan: 2222 });
  });

  test.each([
    { dummy_vlan: undefined },
    { dummy_vlan: 1 },
    { dummy_vlan: 4095 },
    { dummy_vlan: '1003' },
    { hostname: '-oProxyCommand=x' },
    { interface_type: 'GigabitEthernet' },
  ])('refuses %j', (bad) => {
    expect(ciscoIos.registration.safeParse({ ...fields, ...bad }).success).toBe(false);
  });

  test('is found by its short name', () => {
    expect(findSwitchFamily('cisco_ios')).toBe(ciscoIos);
    expect(ciscoIos.extension).toBe('haas.ext.switches.cisco_ios');
  });
});

describe('cisco_ios: ports and VLANs', () => {
  test.each([
    ['GigabitEthernet1/0/5', 'GigabitEthernet1/0/5'],
    ['gigabitethernet 1/0/5', 'GigabitEthernet1/0/5'],
    ['gi1/0/5', 'GigabitEthernet1/0/5'],
    ['g1/0/05', 'GigabitEthernet1/0/5'],
    ['Fa0/1', 'FastEthernet0/1'],
    ['te1/1/1', 'TenGigabitEthernet1/1/1'],
    ['Tw1/0/1', 'TwoGigabitEthernet1/0/1'],
    ['Twe1/0/1', 'TwentyFiveGigE1/0/1'],
    ['Fi1/0/1', 'FiveGigabitEthernet1/0/1'],
    ['fo1/1/1', 'FortyGigabitEthernet1/1/1'],
    ['Hu1/0/49', 'HundredGigE1/0/49'],
    ['Et0/0', 'Ethernet0/0'],
    ['Gi1/1/0/1', 'GigabitEthernet1/1/0/1'],
  ])('%s is %s', (label, name) => {
    expect(ciscoIos.canonicalPort(label, {})).toBe(name);
    expect(ciscoIos.canonicalPort(name, {})).toBe(name);
  });

  test.each([
    '',
    'GigabitEthernet',
    'Gi1',
    't1/0/1',
    'Gi1/0/5.100',
    'Gi1/0/5-8',
    'Vlan1/2',
    'Po1',
    'Gi1/0/5\nreload',
    ' Gi1/0/5',
    'Gi1/0/1/2/3',
  ])('%j is no port', (label) => {
    expect(ciscoIos.canonicalPort(label, {})).toBeNull();
  });

  test('keeps VLAN 1, those of FDDI and token ring, and the dummy', () => {
    const settings = ciscoIos.registration.parse(fields).settings;
    expect(ciscoIos.reservedVlans(settings)).toEqual([1, 1002, 1003, 1004, 1005, 2222]);
  });
});
