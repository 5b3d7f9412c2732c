import { setTimeout as pause } from 'node:timers/promises';

/**
 * Looks every 10 milliseconds until `look` answers something other than undefined, and answers that;
 * answers undefined when `limit` milliseconds have passed.
 */
export async function poll<T>(limit: number, look: () => T | undefined | Promise<T | undefined>): Promise<T | undefined> {
  const end = performance.now() + limit;
  for (;;) {
    const seen = await look();
    if (seen !== undefined || performance.now() > end) return seen;
    await pause(10);
  }
}
