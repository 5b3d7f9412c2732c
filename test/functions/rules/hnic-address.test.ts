import { expect, test } from 'vitest';
import { lockHeadnode } from '../../../db/queries/headnodes.ts';
import { addHnic, randomMacAddresses } from '../../../functions/rules/hnic-address.ts';
import { withHeadnode } from '../../support/headnodes.ts';
import { makeWorld } from '../../support/world.ts';

test('addresses are locally administered, for one receiver, and differ', () => {
  const drawn = new Set<string>();
  for (const address of randomMacAddresses()) {
    expect(address).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
    expect(Number.parseInt(address.slice(0, 2), 16) & 0b11).toBe(0b10);
    if (drawn.add(address).size >= 100) break;
  }
});

test('an address that another interface has is passed over', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  const [taken] = await w.sql`select mac_address as address from hnics`;
  await w.services.database.transaction(async (tx) => {
    const headnode = await lockHeadnode(tx, 'h1');
    if (!headnode) throw new Error('there is no headnode');
    await addHnic(tx, headnode.id, 'eth1', [taken?.['address'], '52:54:00:00:00:01']);
    await expect(addHnic(tx, headnode.id, 'eth2', ['52:54:00:00:00:01'])).rejects.toThrow('no address');
  });
  expect(await w.sql`select label, mac_address from hnics where label <> 'eth0'`).toEqual([
    { label: 'eth1', mac_address: '52:54:00:00:00:01' },
  ]);
});
