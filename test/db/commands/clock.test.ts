import { expect, test } from 'vitest';
import { clockDifference } from '../../../db/commands/clock.ts';

test('a clock that is ahead of that of the database has a difference above 0, one that is behind one below', async () => {
  const databaseAt = (seconds: number) => async () => [{ now: String(Date.now() / 1000 + seconds) }];
  expect(await clockDifference(databaseAt(-3600))).toBeGreaterThan(3500);
  expect(await clockDifference(databaseAt(3600))).toBeLessThan(-3500);
});
