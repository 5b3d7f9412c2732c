import { expect, test } from 'vitest';
import { connect } from '../../db/client.ts';
import { distrustDevices } from '../../db/restored.ts';
import { testDatabase } from '../support/database.ts';

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
