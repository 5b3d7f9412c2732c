import { describe, expect, test } from 'vitest';
import { dellOs10, dellOs10Settings } from '../../../db/devices/dell-os10.ts';
import { findSwitchFamily } from '../../../db/devices/families.ts';

const fields = { hostname: '10.0.0.21', username: 'haas', password: 'pw' };

describe('dell_os10: registration', () => {
  test('SSH on port 22, and the settings are those of the driver', () => {
    const { settings, ...rest } = dellOs10.registration.parse(fields);
    expect(rest).toEqual({ hostname: '10.0.0.21', port: 22, credentials: { username: 'haas', password: 'pw' } });
    expect(dellOs10Settings.parse(settings)).toEqual({ transport: 'ssh', legacy_ssh: false, save: true });
  });

  test('is found by its short name', () => {
    expect(findSwitchFamily('dell_os10')).toBe(dellOs10);
    expect(dellOs10.extension).toBe('haas.ext.switches.dell_os10');
  });

  test.each([{ transport: 'telnet' }, { dummy_vlan: 2222 }, { password: undefined }])('refuses %j', (bad) => {
    expect(dellOs10.registration.safeParse({ ...fields, ...bad }).success).toBe(false);
  });
});

describe('dell_os10: ports and VLANs', () => {
  test.each([
    ['ethernet1/1/5', 'ethernet1/1/5'],
    ['Ethernet 1/1/05', 'ethernet1/1/5'],
    ['eth1/1/54', 'ethernet1/1/54'],
    ['Eth 1/1/5', 'ethernet1/1/5'],
    ['e1/1/5', 'ethernet1/1/5'],
    ['1/1/5', 'ethernet1/1/5'],
    ['ethernet1/1/5:2', 'ethernet1/1/5:2'],
  ])('%s is %s', (label, name) => {
    expect(dellOs10.canonicalPort(label, {})).toBe(name);
    expect(dellOs10.canonicalPort(name, {})).toBe(name);
  });

  test.each([
    '',
    'ethernet',
    'ethernet1/1',
    'ethernet1/1/0',
    'ethernet1/1/5:0',
    'ethernet1/1/5:12',
    'mgmt1/1/1',
    'port-channel5',
    'vlan100',
    'ethernet1/1/1-1/1/4',
    'ethernet1/1/5\nreload',
  ])('%j is no port', (label) => {
    expect(dellOs10.canonicalPort(label, {})).toBeNull();
  });

  test('keeps VLAN 1 and the one of VLT', () => {
    expect(dellOs10.reservedVlans({})).toEqual([1, 4094]);
  });
});
