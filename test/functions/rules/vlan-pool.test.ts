import { expect, test } from 'vitest';
import { setVlanPool } from '../../../functions/rules/vlan-pool.ts';
import { adminNetwork, projectNetwork, vlanOf } from '../../support/networks.ts';
import { makeWorld, type World, waitingForLocks } from '../../support/world.ts';

/** As an API host does it: with the rights of haas_api. */
const setPool = (w: World, ...vlans: number[]) => setVlanPool(w.services.database.$client, vlans);
const pool = async (w: World) => (await w.sql`select id from vlans where pooled order by id`).map(({ id }) => id);

test('the pool becomes what it is set to, however often', async (context) => {
  const w = await makeWorld(context);
  for (const vlans of [[5, 6, 7], [5, 6, 7], [6, 4094], [], [1, 4094]]) {
    await setPool(w, ...vlans);
    expect(await pool(w)).toEqual(vlans);
  }
});

test('a pool that grows gives its new VLANs to networks', async (context) => {
  const w = await makeWorld(context, { vlans: [200] });
  await projectNetwork(w, 'a');
  const more = { owner: 'blue', access: 'blue', net_id: '' };
  expect((await w.call('ada', 'PUT', '/network/b', more)).status).toBe(503);
  await setPool(w, 200, 201);
  await projectNetwork(w, 'b');
  expect([await vlanOf(w, 'a'), await vlanOf(w, 'b')]).toEqual([200, 201]);
});

test('K18: a VLAN in use stays its network’s when the pool shrinks, and comes back to a pool that has it again', async (context) => {
  const w = await makeWorld(context, { vlans: [200, 201] });
  await projectNetwork(w, 'a');
  await setPool(w, 201);
  expect(await vlanOf(w, 'a')).toBe(200);
  await projectNetwork(w, 'b');
  await w.arrange('DELETE', '/network/a');
  expect((await w.call('ada', 'PUT', '/network/c', { owner: 'blue', access: 'blue', net_id: '' })).status).toBe(503);
  await setPool(w, 200, 201);
  await projectNetwork(w, 'c');
  expect([await vlanOf(w, 'b'), await vlanOf(w, 'c')]).toEqual([201, 200]);
});

test('a network outside the pool is in use also when the pool grows around it', async (context) => {
  const w = await makeWorld(context, { vlans: [] });
  await adminNetwork(w, 'chosen', '', '300');
  await setPool(w, 300, 301);
  await projectNetwork(w, 'a');
  expect([await vlanOf(w, 'chosen'), await vlanOf(w, 'a')]).toEqual([300, 301]);
});

test('hosts that start at once, while networks are made and switches registered, disturb nobody', async (context) => {
  const w = await makeWorld(context, { vlans: [] });
  const vlans = Array.from({ length: 40 }, (_, index) => 100 + index);
  await setPool(w, ...vlans);
  const nexus = { type: 'nexus', username: 'u', password: 'p' };
  const [, , , , ...answers] = await Promise.all([
    setPool(w, ...vlans.slice(0, 30), 1000, 2000),
    setPool(w, ...vlans.slice(0, 30), 1000, 2000),
    setPool(w, ...vlans.slice(0, 30), 1000, 2000),
    setPool(w, ...vlans.slice(0, 30), 1000, 2000),
    ...Array.from({ length: 8 }, (_, index) =>
      w.call('ada', 'PUT', `/network/n${index}`, { owner: 'blue', access: 'blue', net_id: '' }),
    ),
    ...Array.from({ length: 4 }, (_, index) =>
      w.call('root', 'PUT', `/switch/s${index}`, { ...nexus, hostname: `n${index}`, dummy_vlan: 1000 + index }),
    ),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
  expect(await pool(w)).toEqual([...vlans.slice(0, 30), 1000, 2000]);
});

test('VLANs are locked in the order of their ids, wherever their rows lie', async (context) => {
  const w = await makeWorld(context, { vlans: [] });
  // A row that is written again moves behind the others.
  for (const vlan of [200, 100]) await w.sql`update vlans set pooled = true where id = ${vlan}`;
  const other = await w.sql.reserve();
  await other`begin`;
  await other`select from vlans where id = 100 for update`;
  const set = setPool(w);
  await expect.poll(() => waitingForLocks(w)).toBe(1);
  await other`select from vlans where id = 200 for update nowait`;
  await other`commit`;
  other.release();
  await set;
  expect(await pool(w)).toEqual([]);
});
