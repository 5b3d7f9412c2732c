import { expect, test } from 'vitest';
import { deleteSwitch } from '../../../functions/switch/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork } from '../../support/networks.ts';
import { mockSwitch } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const nexus = (w: World, label: string, dummyVlan: number) =>
  w.arrange('PUT', `/switch/${label}`, { type: 'nexus', hostname: label, username: 'u', password: 'p', dummy_vlan: dummyVlan });
const isReserved = async (w: World, vlan: number) =>
  (await w.sql`select reserved from vlans where id = ${vlan}`)[0]?.['reserved'];

describeOperation(deleteSwitch, {
  arrange: (w) => mockSwitch(w, 'sw1'),
  request: { params: { switch: 'sw1' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/switch/sw1')).status).toBe(404);
    expect((await w.call('root', 'GET', '/switches')).body).toEqual([]);
    // The device stays: a later switch of this name must not begin its order of commands again.
    expect(await w.sql`select from devices where label = 'switch/sw1'`).toHaveLength(1);
    expect(await isReserved(w, 1)).toBe(false);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope' } },
    has_ports: { arrange: (w) => w.arrange('PUT', '/switch/sw1/port/gi1/0/1') },
  },
});

test('VLANs that another switch keeps too stay reserved', async (context) => {
  const w = await makeWorld(context);
  await nexus(w, 'a', 2222);
  await nexus(w, 'b', 2223);
  await w.arrange('DELETE', '/switch/a');
  expect(await isReserved(w, 1)).toBe(true);
  expect(await isReserved(w, 4000)).toBe(true);
  expect(await isReserved(w, 2223)).toBe(true);
  expect(await isReserved(w, 2222)).toBe(false);
  await adminNetwork(w, 'lan', '', '2222');
  await w.arrange('DELETE', '/switch/b');
  expect(await w.sql`select from vlans where reserved`).toHaveLength(0);
});

test('a switch of the same name can be registered again', async (context) => {
  const w = await makeWorld(context);
  await nexus(w, 'sw1', 2222);
  await w.sql`update devices set last_seq = 77`;
  await w.arrange('DELETE', '/switch/sw1');
  await mockSwitch(w, 'sw1');
  expect(await w.sql`select label, last_seq::int from devices`).toEqual([{ label: 'switch/sw1', last_seq: 77 }]);
});

test('switches that are registered and deleted at once leave exactly the VLANs of those that remain reserved', async (context) => {
  const w = await makeWorld(context);
  await nexus(w, 'a', 2000);
  for (let round = 0; round < 6; round++) {
    const [old, next] = round % 2 === 0 ? ['a', 'b'] : ['b', 'a'];
    await Promise.all([w.arrange('DELETE', `/switch/${old}`), nexus(w, next, 2001 + round)]);
    const rows = await w.sql`select id from vlans where reserved and id between 2 and 3000`;
    expect(rows).toEqual([{ id: 2001 + round }]);
    expect(await isReserved(w, 1)).toBe(true);
  }
});

test('of a deletion and a port that is registered at once, one succeeds', async (context) => {
  const w = await makeWorld(context);
  for (let round = 0; round < 6; round++) {
    await mockSwitch(w, `sw${round}`);
    const [deleted, registered] = await Promise.all([
      w.call('root', 'DELETE', `/switch/sw${round}`),
      w.call('root', 'PUT', `/switch/sw${round}/port/gi1/0/1`),
    ]);
    expect([
      [200, 404],
      [409, 200],
    ]).toContainEqual([deleted.status, registered.status]);
  }
});
