import { expect, test } from 'vitest';
import { readChunks, readChunksBack } from '../../../db/queries/consoles.ts';
import { consoleAgent, consoleWorld } from '../../support/console-viewers.ts';

test('a log is read by its bytes: few pieces that are large, many that are tiny, at least one, and all in their order', async (t) => {
  const w = await consoleWorld(t);
  const { id, say, gap } = await consoleAgent(t, w);
  const sql = w.services.database.$client;
  await say(...Array.from({ length: 8 }, () => Buffer.alloc(32_768, 'x')), ...Array.from({ length: 1200 }, () => 'y'));
  await gap('lost');
  const large = await readChunks(sql, id, 0);
  expect(large.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect((await readChunks(sql, id, 8)).map(({ seq }) => seq)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 9));
  expect((await readChunksBack(sql, id, 1210)).map(({ seq }) => seq)).toEqual(Array.from({ length: 1000 }, (_, n) => 1209 - n));
  expect((await readChunksBack(sql, id, 9)).map(({ seq }) => seq)).toEqual([8, 7, 6, 5]);
  expect(await readChunks(sql, id, 1208)).toMatchObject([{ seq: 1209, gap: 'lost' }]);
  expect(await readChunks(sql, id, 1209)).toEqual([]);
});
