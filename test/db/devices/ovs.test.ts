import { describe, expect, test } from 'vitest';
import { findSwitchFamily } from '../../../db/devices/families.ts';
import { ovs, ovsSettings } from '../../../db/devices/ovs.ts';

const login = { username: 'haas', password: 'Correct-horse' };
const settings = { legacy_ssh: false, sudo: false, database: null, ovs_bridge: null };

describe('ovs: registration', () => {
  test.each(['localhost', '127.0.0.1', '::1'])('the own machine, %s, needs no login and keeps none', (hostname) => {
    const local = {
      hostname: 'localhost',
      port: 6640,
      credentials: { username: 'local', password: '' },
      settings: { ...settings, transport: 'local' },
    };
    expect(ovs.registration.parse({ hostname })).toEqual(local);
    expect(ovs.registration.parse({ hostname, ...login })).toEqual(local);
    expect(ovs.registration.parse({ hostname, transport: 'local' })).toEqual(local);
  });

  test("the predecessor's fields mean SSH to another machine", () => {
    expect(ovs.registration.parse({ hostname: 'hypervisor-1', ...login })).toEqual({
      hostname: 'hypervisor-1',
      port: 22,
      credentials: login,
      settings: { ...settings, transport: 'ssh' },
    });
  });

  test('takes a bridge, a database, sudo, a port and a key, and can be parsed again from what is kept', () => {
    const private_key = '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n';
    const special = { transport: 'ssh', sudo: true, database: 'unix:/run/ovs-2/db.sock', ovs_bridge: 'br-ex', legacy_ssh: true };
    const registered = ovs.registration.parse({ hostname: '::1', port: 2222, username: 'haas', private_key, ...special });
    expect(registered).toEqual({
      hostname: '::1',
      port: 2222,
      credentials: { username: 'haas', password: '', private_key },
      settings: special,
    });
    expect(ovsSettings.parse(registered.settings)).toEqual(special);
    const { hostname, port } = registered;
    expect(ovs.registration.parse({ hostname, port, ...registered.settings })).toEqual({ ...registered, credentials: undefined });
  });

  test.each([
    { why: 'another machine called local', fields: { hostname: 'hypervisor-1', transport: 'local' } },
    { why: 'telnet', fields: { hostname: 'hypervisor-1', ...login, transport: 'telnet' } },
    { why: 'half a login', fields: { hostname: 'hypervisor-1', username: 'haas' } },
    { why: 'a database on the network', fields: { hostname: 'localhost', database: 'tcp:10.0.0.1:6640' } },
    { why: 'a database with an option in it', fields: { hostname: 'localhost', database: 'unix:/run/x --no-wait' } },
    { why: 'a relative path', fields: { hostname: 'localhost', database: 'unix:db.sock' } },
    { why: 'a path that goes back', fields: { hostname: 'localhost', database: 'unix:/run/x/../ovs/db.sock' } },
    { why: 'a bridge that is an option', fields: { hostname: 'localhost', ovs_bridge: '--if-exists' } },
    { why: 'a field of its own', fields: { hostname: 'localhost', dummy_vlan: 5 } },
  ])('refuses $why', ({ fields }) => {
    expect(ovs.registration.safeParse(fields).success).toBe(false);
  });
});

test.each(['eth2', 'tap-node3', 'vhost.7', 'enp1s0f0np0', 'vnet12', 'dpdk_0', '7eth', `p${'x'.repeat(62)}`])(
  'a port may be called %s',
  (name) => expect(ovs.canonicalPort(name, {})).toBe(name),
);

test.each(['', '-p', '.p', 'eth 2', 'a/b', 'a=b', 'a,b', 'a:b', 'a"b', "a'b", 'a\nb', 'a;b', `p${'x'.repeat(63)}`])(
  'no port is called %j',
  (name) => expect(ovs.canonicalPort(name, {})).toBeNull(),
);

test('is found by its names, keeps VLAN 1, and needs no native VLAN', () => {
  expect(findSwitchFamily('ovs')).toBe(ovs);
  expect(findSwitchFamily('http://schema.massopencloud.org/haas/v0/switches/ovs')).toBe(ovs);
  expect(ovs.reservedVlans({})).toEqual([1]);
  expect(ovs.capabilities).toEqual(['nativeless-trunk-mode']);
  expect(ovs.extension).toBe('hil.ext.switches.ovs');
});
