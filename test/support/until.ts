import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `condition` answers something true, and answers it. Rejects, saying `what`, after `limit` milliseconds. */
export async function until<T>(condition: () => T | Promise<T>, what: string, limit = 20_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + limit; ; await sleep(10)) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain until ${what}`);
  }
}
