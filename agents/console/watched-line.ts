import { performance } from 'node:perf_hooks';
import type { Bmc } from '../drivers/bmc/driver.ts';
import type { ConsoleLine } from '../drivers/console-line.ts';

/** How many times in the time for which a line may be silent it is looked at. */
const LOOKS = 3;

/**
 * Opens a console, and looks now and then whether it is still ours while nothing comes over it: a BMC that gives the console to somebody
 * else, or was restarted, tells nobody from whom it takes it. `quiet`: milliseconds for which a silent line is believed.
 */
export async function openWatched(bmc: Bmc, onOutput: (data: Buffer) => void, quiet: number): Promise<ConsoleLine> {
  let heardAt = performance.now();
  const line = await bmc.openConsole((data) => {
    heardAt = performance.now();
    onOutput(data);
  });
  /** Who the BMC says holds the console, while that is us; null where it cannot say, undefined while it was not asked. */
  let us: string | null | undefined;
  let isLooking = false;
  let lose: (why: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });

  const look = async () => {
    isLooking = true;
    try {
      const holder = await bmc.readConsoleHolder();
      heardAt = performance.now();
      if (us === undefined) us = holder ?? null;
      if (us === null || holder === us) return;
      lose(holder === undefined ? 'the BMC ended it, or was restarted' : 'somebody else took the console over');
      await line.close();
    } catch {
      // A BMC that is gone altogether is found out by the line itself.
    } finally {
      isLooking = false;
    }
  };
  const watching = setInterval(() => {
    if (!isLooking && us !== null && performance.now() - heardAt >= quiet) void look();
  }, quiet / LOOKS);
  watching.unref();
  void look();
  const ended = Promise.race([lost, line.ended]);
  void ended.then(() => clearInterval(watching));
  return { ended, write: (data) => line.write(data), sendBreak: () => line.sendBreak(), close: () => line.close() };
}
