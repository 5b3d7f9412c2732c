import { describe, expect, test } from 'vitest';
import { findSwitchFamily } from '../../../db/devices/families.ts';
import { junos, junosSettings } from '../../../db/devices/junos.ts';

const fields = { hostname: 'ex-01.example.org', username: 'haas', password: 'pw' };

describe('junos: registration', () => {
  test('SSH on port 22, and the settings are those of the driver', () => {
    const { settings, ...rest } = junos.registration.parse(fields);
    expect(rest).toEqual({ hostname: 'ex-01.example.org', port: 22, credentials: { username: 'haas', password: 'pw' } });
    expect(junosSettings.parse(settings)).toEqual({ transport: 'ssh', legacy_ssh: false, save: true });
  });

  test('is found by its short name', () => {
    expect(findSwitchFamily('junos')).toBe(junos);
    expect(junos.extension).toBe('haas.ext.switches.junos');
  });

  test.each([{ transport: 'telnet' }, { dummy_vlan: 2222 }, { password: undefined }])('refuses %j', (bad) => {
    expect(junos.registration.safeParse({ ...fields, ...bad }).success).toBe(false);
  });
});

describe('junos: ports and VLANs', () => {
  test.each([
    ['ge-0/0/1', 'ge-0/0/1'],
    ['GE-0/0/01', 'ge-0/0/1'],
    ['ge-0/0/1.0', 'ge-0/0/1'],
    ['mge-1/0/3', 'mge-1/0/3'],
    ['xe-0/1/47', 'xe-0/1/47'],
    ['xe-0/0/3:2', 'xe-0/0/3:2'],
    ['et-0/0/48', 'et-0/0/48'],
  ])('%s is %s', (label, name) => {
    expect(junos.canonicalPort(label, {})).toBe(name);
    expect(junos.canonicalPort(name, {})).toBe(name);
  });

  test.each([
    '',
    'ge-0/0',
    'ge-0/0/1.7',
    'ge-0/0/1:12',
    'ae0',
    'me0',
    'irb.100',
    'ge-0/0/[0-3]',
    'ge-0/0/1 disable',
    'ge-0/0/1\ncommit',
    'fe-0/0/1',
  ])('%j is no port', (label) => {
    expect(junos.canonicalPort(label, {})).toBeNull();
  });

  test('keeps VLAN 1', () => {
    expect(junos.reservedVlans({})).toEqual([1]);
  });
});
