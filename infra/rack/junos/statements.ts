import { isDeepStrictEqual } from 'node:util';
import type { Setting, Target } from './statement-reader.ts';

/** One statement of a configuration: the words of its `set` line, without that word. */
export type Statement = readonly string[];

/** A configuration. A level that is there but empty is a statement of its own. */
export type Statements = readonly Statement[];

/** Whether a statement stands at a path or below it. */
export function isBelow(statement: Statement, path: Statement): boolean {
  return path.every((word, index) => statement[index] === word);
}

/** The same configuration with what lines of `set` say. */
export function withSettings(statements: Statements, settings: readonly Setting[]): Statements {
  return settings.reduce(withSetting, statements);
}

function withSetting(statements: Statements, { statement, replaces }: Setting): Statements {
  if (statements.some((other) => isBelow(other, statement))) return statements;
  const rest = statements.filter(
    // What was empty no longer is, and a statement of one value has room for no other.
    (other) => !isBelow(statement, other) && !(replaces && isBelow(other, statement.slice(0, -1))),
  );
  // It comes behind what it has most in common with.
  const common = rest.map((other) => commonLength(other, statement));
  const place = common.lastIndexOf(Math.max(0, ...common)) + 1;
  return [...rest.slice(0, place), statement, ...rest.slice(place)];
}

function commonLength(one: Statement, other: Statement): number {
  const end = one.findIndex((word, index) => other[index] !== word);
  return end < 0 ? one.length : end;
}

/** The same configuration without what a target points at; null if nothing of it is there. */
export function withoutTarget(statements: Statements, { paths, remains }: Target): Statements | null {
  const left = statements.filter((statement) => !paths.some((path) => isBelow(statement, path)));
  if (left.length === statements.length) return null;
  if (remains === null || left.some((statement) => isBelow(statement, remains))) return left;
  const place = statements.findIndex((statement) => isBelow(statement, remains));
  return [...left.slice(0, place), remains, ...left.slice(place)];
}

/** What one configuration says and another does not. */
export function missingFrom(other: Statements, statements: Statements): Statements {
  return statements.filter((statement) => !other.some((known) => isDeepStrictEqual(known, statement)));
}

/** A statement as a line shows it: values with blanks, or with signs of the syntax in them, in quotation marks. */
export function written(statement: Statement): string {
  return statement.map(quoted).join(' ');
}

/** A word as it is shown. */
export function quoted(word: string): string {
  return word === '' || /[\s{}[\];#]/.test(word) ? `"${word}"` : word;
}
