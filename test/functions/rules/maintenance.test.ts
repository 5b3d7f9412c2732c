import { createServer } from 'node:net';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { announceMaintenance } from '../../../functions/rules/maintenance.ts';

test('a maintenance service that never answers is given up on, with a warning', async ({ onTestFinished }) => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void silent.close());
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const lines: string[] = [];
  const log = pino({}, { write: (line) => void lines.push(line) });
  await announceMaintenance(log, `http://127.0.0.1:${address.port}/`, 'n1', 50);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      level: 40,
      node: 'n1',
      err: expect.objectContaining({ message: expect.stringContaining('timeout') }),
    }),
  ]);
});
