import { getEachMessage, sendMessage } from 'execa';
import { z } from 'zod';
import { type Connection, connect } from '../../db/client.ts';
import { claim } from '../../db/commands/claim.ts';
import { hello } from '../../db/commands/hello.ts';
import { release } from '../../db/commands/release.ts';
import { settle } from '../../db/commands/settle.ts';

// What an agent process asks of the database, without a device: told a database, it connects; told to go, it empties the queue.
const order = z.object({ url: z.string(), go: z.boolean() });
const terms = { lease: 30, grace: 5, batch: 64 };
const port = { native: 100, tagged: [], enabled: true };
const connections = new Map<string, Connection>();

for await (const message of getEachMessage()) {
  const { url, go } = order.parse(message);
  const sql = connections.get(url) ?? connect(url, 'haas bench worker', 1);
  connections.set(url, sql);
  if (!go) await hello(sql, 'bench');
  let settled = 0;
  for (let held = go ? await claim(sql, `bench ${process.pid}`, terms) : undefined; held; ) {
    const outcomes = held.commands.map(({ id }) => ({
      id,
      outcome: { status: 'done', result: { port, changed: true } } as const,
    }));
    await settle(sql, held, outcomes, false);
    await release(sql, held, []);
    settled += outcomes.length;
    held = await claim(sql, `bench ${process.pid}`, terms);
  }
  await sendMessage({ settled });
}
