import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Database } from '../../agents/database.ts';
import { showEnrolment } from '../../db/commands/resealing.ts';
import { testDatabase } from '../support/database.ts';

test('a database that says no is up, and one that is not there is not', async (t) => {
  const { agentUrl } = await testDatabase(t);
  const said: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void said.push(line) });
  const url = new URL(await agentUrl('nobody'));
  const database = new Database(url.href, 10_000, log);
  t.onTestFinished(() => database.close());
  await expect(database.call(showEnrolment)).rejects.toThrow('no agent is enrolled for the login');
  expect(database.isUp).toBe(true);
  expect(said).toEqual([]);

  url.port = '1';
  const nowhere = new Database(url.href, 10_000, log);
  t.onTestFinished(() => nowhere.close());
  await expect(nowhere.call(showEnrolment)).rejects.toThrow('ECONNREFUSED');
  expect(nowhere.isUp).toBe(false);
  expect(said).toEqual([expect.stringContaining('the database does not answer as it should')]);
});
