import { expect, test } from 'vitest';
import { connect } from '../../db/client.ts';
import { distrustDevices } from '../../db/restored.ts';
import { testDatabase } from '../support/database.ts';
import { withHeadnode } from '../support/headnodes.ts';
import { cabledNode, reserve } from '../support/rack.ts';
import { makeWorld, statusId } from '../support/world.ts';

test('no console is believed to be open in a restored database: whoever looks at one has it opened anew', async (t) => {
  const { superuserUrl, ownerUrl } = await testDatabase(t);
  const sql = connect(superuserUrl, 'test', 1);
  t.onTestFinished(() => sql.end());
  await sql`insert into nodes (label, obmd_uri, obmd_token) select 'n' || i, '', '' from generate_series(1, 3) i`;
  await sql`insert into consoles (node_id, state) select id, 'open' from nodes order by label`;
  await sql`update consoles set logging = false, state = 'down', problem = 'stopped' where id = 2`;
  await sql`update consoles set logging = false, state = 'down', problem = 'released', released_at = now() where id = 3`;

  await distrustDevices(ownerUrl);
  expect(await sql`select id::int, logging, state, problem from consoles order by id`).toEqual([
    { id: 1, logging: true, state: 'down', problem: expect.stringContaining('restored') },
    { id: 2, logging: false, state: 'down', problem: 'stopped' },
    { id: 3, logging: false, state: 'down', problem: 'released' },
  ]);
});

test('nothing that devices did since the copy is taken for known, also where the copy has no trace of it', async (t) => {
  const w = await makeWorld(t);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/2');
  await withHeadnode(w);
  await w.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
  const order = statusId(await w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' }));
  await w.sql`update vlans set reserved = true where id = 999`;
  await w.sql`update devices set lease_holder = gen_random_uuid(), lease_until = now() where label = 'switch/sw1'`;
  await w.sql`update devices set fence = 9000000000000 where label = 'headnode/h1'`;
  await w.services.database.$client.end();

  const before = Date.now();
  expect(await distrustDevices(w.database.ownerUrl)).toEqual({ commands: 1, ports: 1, headnodes: 1 });
  expect(await w.sql`select id, status, reason from commands`).toEqual([{ id: order, status: 'unknown', reason: 'restored' }]);
  const [cabled, bare] = await w.sql`select suspect_since, suspect_reason, suspect_vlans from ports order by label`;
  expect(cabled).toEqual({
    suspect_since: expect.any(Date),
    suspect_reason: expect.stringContaining('restored'),
    // Networks may be gone, and others may have had their VLANs.
    suspect_vlans: (await w.sql`select id from vlans where id not in (1, 999) order by id`).map(({ id }) => id),
  });
  expect(bare).toMatchObject({ suspect_since: null });
  expect(await w.sql`select made from headnodes`).toEqual([{ made: true }]);
  const devices = await w.sql`select label, lease_holder, waiting, fence::float8 as fence from devices order by label`;
  expect(devices).toEqual([
    { label: 'headnode/h1', lease_holder: null, waiting: false, fence: 9_000_000_000_001 },
    { label: 'switch/sw1', lease_holder: null, waiting: false, fence: expect.any(Number) },
  ]);
  expect(devices[1]?.['fence']).toBeGreaterThan(before - 60_000);
});
