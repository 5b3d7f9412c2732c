import { expect, test } from 'vitest';
import { apiOnSocket, consoleAgent, consoleWorld } from '../../support/console-viewers.ts';
import { until } from '../../support/until.ts';

test('an API host forgets what is too old of the logs of consoles, however many there are', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  await agent.say('old', 'new');
  await w.sql`update console_chunks set at = now() - interval '31 days' where seq = 1`;
  await w.sql`insert into consoles (node_id, released_at, logging)
    select id, now() - interval '31 days', false from nodes, generate_series(1, 20)`;
  await apiOnSocket(t, w);
  await until(async () => (await w.sql`select from consoles`).length === 1, 'old consoles are forgotten');
  await until(async () => (await w.sql`select from console_chunks`).length === 1, 'old output is forgotten');
  expect(await w.sql`select bytes from consoles`).toEqual([{ bytes: '3' }]);
});
