import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from './lab-error.ts';

/** How long (ms) something is waited for, how often (ms) it is looked for, and what is told where it does not come. */
interface Waiting {
  readonly limit: number;
  readonly every?: number;
  /** The end of a log that may say why. */
  readonly tail?: () => string | Promise<string>;
}

/** Waits until `condition` answers something true, and answers it. Throws LabError, saying `what`, when that takes too long. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { limit, every = 100, tail }: Waiting,
): Promise<NonNullable<T>> {
  for (const end = performance.now() + limit; ; await sleep(every)) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > end) {
      const seen = tail ? `. This is what was seen last:\n${await tail()}` : '';
      throw new LabError(`waited ${limit / 1000} s in vain until ${what}${seen}`);
    }
  }
}

/** What a terminal is told that is no text: colours, places, lines that are written anew. */
const orders = /\x1b\[[0-9;?]*[A-Za-z]|[\r\x08]/g;

/** The last lines of what was printed, indented. */
export function lastLines(printed: string, count = 25): string {
  const lines = printed.replaceAll(orders, '').trimEnd().split('\n').slice(-count);
  return lines.map((line) => `    ${line}`).join('\n');
}
