import { isDeepStrictEqual } from 'node:util';
import { isBelow, missingFrom, type Statement, type Statements, written } from './statements.ts';

/**
 * The active configuration with what a private editor has changed, or what is printed if that cannot be: a statement that somebody
 * else has made meanwhile, or has deleted (networking-generic-switch retries on these two).
 */
export function merged(
  { base, candidate }: { readonly base: Statements; readonly candidate: Statements },
  active: Statements,
): Statements | string {
  const added = missingFrom(base, candidate);
  const removed = missingFrom(candidate, base);
  if (isDeepStrictEqual(base, active)) return candidate;
  const twice = added.find((statement) => active.some((other) => isDeepStrictEqual(other, statement)));
  if (twice !== undefined) return conflict(twice, 'statement already exists');
  // A level that was empty may have something in it by now.
  const gone = removed.find((statement) => !active.some((other) => isBelow(other, statement)));
  if (gone !== undefined) return conflict(gone, 'statement does not exist');
  const left = active.filter((statement) => !removed.some((other) => isDeepStrictEqual(other, statement)));
  return [...left, ...added];
}

function conflict(statement: Statement, reason: string): string {
  const level = statement.slice(0, -1);
  return `[edit ${written(level)}]\n  '${statement.at(-1)}'\n    error: ${reason}\nerror: private candidate cannot be merged\n`;
}
