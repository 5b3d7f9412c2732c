import { expect, test } from 'vitest';
import { cumulus } from '../../../db/devices/cumulus.ts';
import { findSwitchFamily } from '../../../db/devices/families.ts';
import { sonic } from '../../../db/devices/sonic.ts';

const login = { username: 'haas', password: 'Correct-horse' };
const address = { hostname: 'leaf-1', ...login };
const settings = { transport: 'ssh', legacy_ssh: false, save: true };

test('a SONiC and a Cumulus switch are reached by SSH', () => {
  const registered = { hostname: 'leaf-1', port: 22, credentials: login };
  expect(sonic.registration.parse(address)).toEqual({ ...registered, settings });
  expect(cumulus.registration.parse(address)).toEqual({ ...registered, settings: { ...settings, bridge: 'br_default' } });
  expect(cumulus.registration.parse({ ...address, port: 2222, bridge: 'bridge', save: false })).toMatchObject({
    port: 2222,
    settings: { bridge: 'bridge', save: false },
  });
  expect(sonic.registration.parse({ hostname: 'leaf-1' }).credentials).toBeUndefined();
});

test.each([
  { why: 'telnet', family: sonic, fields: { ...address, transport: 'telnet' } },
  { why: 'half a login', family: sonic, fields: { hostname: 'leaf-1', username: 'haas' } },
  { why: 'a field of another family', family: sonic, fields: { ...address, bridge: 'br_default' } },
  { why: 'a bridge that is an option', family: cumulus, fields: { ...address, bridge: '-y' } },
  { why: 'a bridge with a blank', family: cumulus, fields: { ...address, bridge: 'br default' } },
])('refuses $why', ({ family, fields }) => expect(family.registration.safeParse(fields).success).toBe(false));

test.each([
  { family: sonic, label: 'Ethernet0', name: 'Ethernet0' },
  { family: sonic, label: 'ethernet 124', name: 'Ethernet124' },
  { family: sonic, label: 'eth04', name: 'Ethernet4' },
  { family: sonic, label: 'etp1', name: null },
  { family: sonic, label: 'Ethernet1/1', name: null },
  { family: sonic, label: 'PortChannel1', name: null },
  { family: sonic, label: 'Ethernet0|x', name: null },
  { family: cumulus, label: 'swp1', name: 'swp1' },
  { family: cumulus, label: 'SWP 01s3', name: 'swp1s3' },
  { family: cumulus, label: 'swp0', name: null },
  { family: cumulus, label: 'swp1.100', name: null },
  { family: cumulus, label: 'swp1-4', name: null },
  { family: cumulus, label: 'bond1', name: null },
])('$family.type: $label is $name', ({ family, label, name }) => expect(family.canonicalPort(label, {})).toBe(name));

test('are found by their names, and keep VLANs for themselves', () => {
  expect([findSwitchFamily('sonic'), findSwitchFamily('cumulus')]).toEqual([sonic, cumulus]);
  expect([sonic.extension, cumulus.extension]).toEqual(['haas.ext.switches.sonic', 'haas.ext.switches.cumulus']);
  expect(sonic.reservedVlans({})).toEqual([1]);
  const kept = cumulus.reservedVlans({});
  expect([kept.at(0), kept.at(1), kept.at(-1), kept.length]).toEqual([1, 3725, 4064, 341]);
});
