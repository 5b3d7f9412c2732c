import { describe, expect, test } from 'vitest';
import { aristaEos, aristaEosSettings } from '../../../db/devices/arista-eos.ts';
import { findSwitchFamily } from '../../../db/devices/families.ts';

const fields = { hostname: 'leaf1.example.org', username: 'haas', password: 'pw' };

describe('arista_eos: registration', () => {
  test('SSH on port 22, and the settings are those of the driver', () => {
    const { settings, ...rest } = aristaEos.registration.parse(fields);
    expect(rest).toEqual({ hostname: 'leaf1.example.org', port: 22, credentials: { username: 'haas', password: 'pw' } });
    expect(aristaEosSettings.parse(settings)).toEqual({ transport: 'ssh', legacy_ssh: false, save: true });
  });

  test('is found by its short name', () => {
    expect(findSwitchFamily('arista_eos')).toBe(aristaEos);
    expect(aristaEos.extension).toBe('haas.ext.switches.arista_eos');
  });

  test.each([{ transport: 'telnet' }, { dummy_vlan: 2222 }, { password: undefined }])('refuses %j', (bad) => {
    expect(aristaEos.registration.safeParse({ ...fields, ...bad }).success).toBe(false);
  });
});

describe('arista_eos: ports and VLANs', () => {
  test.each([
    ['Ethernet1', 'Ethernet1'],
    ['ethernet 1', 'Ethernet1'],
    ['et1', 'Ethernet1'],
    ['Eth49/1', 'Ethernet49/1'],
    ['e3/01/1', 'Ethernet3/1/1'],
  ])('%s is %s', (label, name) => {
    expect(aristaEos.canonicalPort(label, {})).toBe(name);
  });

  test.each(['', 'Ethernet', 'Ethernet0', 'Ethernet1/0', 'Ma1', 'Po1', 'Ethernet1.100', 'Et1-4', 'Et1\nreload', 'Et1/1/1/1'])(
    '%j is no port',
    (label) => {
      expect(aristaEos.canonicalPort(label, {})).toBeNull();
    },
  );

  test('keeps VLAN 1', () => {
    expect(aristaEos.reservedVlans({})).toEqual([1]);
  });
});
