import { expect, test } from 'vitest';
import { findSwitchFamily } from '../../../../db/devices/families.ts';
import { hilDrivers } from '../../../../infra/cli/hil/drivers.ts';

const login = { hostname: '10.0.0.1', username: 'u', password: 'p' };
const settings: Readonly<Record<string, object>> = {
  nexus: { dummy_vlan: 2 },
  delln3000: { dummy_vlan: 2 },
  brocade: { interface_type: 'TenGigabitEthernet' },
  dellnos9: { interface_type: 'GigabitEthernet' },
  ovs: { hostname: 'localhost' },
};
const labels = [
  'gi1/0/5',
  'te1/2',
  'Ethernet1/3',
  'ethernet101/1/3',
  'fo1/1/1',
  '104/0/10',
  '1/3',
  'eth2',
  'x',
  'gi1',
  '-x',
  'a b',
];

test.each(Object.entries(hilDrivers))('%s is as its family says', (type, { ports, keeps }) => {
  const family = findSwitchFamily(type);
  const registration = family?.registration.parse({ ...login, ...settings[type] });
  const legal = labels.filter((label) => ports.test(label));
  expect(legal.length).toBeGreaterThan(0);
  for (const label of legal)
    expect([label, family?.canonicalPort(label, registration?.settings ?? {})]).not.toEqual([label, null]);
  const vlans = keeps.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
  const own = 'dummy_vlan' in (settings[type] ?? {}) ? [2] : [];
  expect(new Set([1, ...vlans, ...own])).toEqual(new Set(family?.reservedVlans(registration?.settings ?? {})));
});
