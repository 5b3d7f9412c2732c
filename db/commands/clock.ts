import { performance } from 'node:perf_hooks';
import { z } from 'zod';

const told = z.object({ now: z.coerce.number() });

/**
 * By how many seconds this host's clock is ahead of the database's; negative: behind. `ask` answers what one statement answers.
 * The database is taken to have looked at its clock halfway between question and answer.
 */
export async function clockDifference(
  ask: (statement: TemplateStringsArray) => Promise<readonly Record<string, unknown>[]>,
): Promise<number> {
  const asked = Date.now();
  const start = performance.now();
  const [row] = await ask`select extract(epoch from clock_timestamp()) as now`;
  const half = (performance.now() - start) / 2;
  return (asked + half) / 1000 - told.parse(row).now;
}
