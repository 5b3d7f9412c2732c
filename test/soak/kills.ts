import { setTimeout as delay } from 'node:timers/promises';
import type { SoakDatabase } from './database.ts';
import type { Disturbances } from './disturbances.ts';
import type { Restartable } from './processes.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** Between two kills, in ms. */
const PEACE = { least: 3000, most: 20_000 };
/** The shortest run in which the database is restarted too, in ms. */
const LONG_ENOUGH = 60_000;

/** What can be killed. */
export interface Victims {
  readonly apis: readonly Restartable[];
  readonly agents: readonly Restartable[];
  readonly database: SoakDatabase;
}

/**
 * Kills processes and starts them again, one after the other, until the run is over, and the database once if there is time. In the second
 * half of the run the first API host and the first process of the agent are left alone: their memory shows then whether it stays the same.
 */
export async function kill(
  { apis, agents, database }: Victims,
  milliseconds: number,
  random: Random,
  disturbances: Disturbances,
  tally: Tally,
  over: AbortSignal,
): Promise<void> {
  const begun = Date.now();
  let isDatabaseDue = milliseconds >= LONG_ENOUGH;
  for (;;) {
    const longest = Math.min(PEACE.most, milliseconds / 3);
    const shortest = Math.min(PEACE.least, longest);
    await delay(random.between(shortest, longest), undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    const done = (Date.now() - begun) / milliseconds;
    if (isDatabaseDue && done > 0.3) {
      isDatabaseDue = false;
      const signal = random.percent(50) ? 'SIGINT' : 'SIGQUIT';
      tally.count('restart of the database', signal);
      await disturbances.during(() => database.restart(signal));
      continue;
    }
    const [what, all] = random.percent(50) ? (['an API host', apis] as const) : (['an agent', agents] as const);
    const victim = random.oneOf(done > 0.5 ? all.slice(1) : all);
    const signal = random.percent(75) ? 'SIGKILL' : 'SIGTERM';
    tally.count(`end of ${what}`, signal);
    await disturbances.during(async () => {
      await victim?.end(signal);
      await victim?.start();
    });
  }
}
