import { differences, jsonOf, linesOf, nodesOf } from './hierarchy.ts';
import type { Target } from './statement-reader.ts';
import { isBelow, type Statements, written } from './statements.ts';
import { ROOT, type Syntax } from './syntax.ts';

const ROOT_SYNTAX: Syntax = { kind: 'container', presence: false, below: ROOT };

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** A configuration, or the part of it a target points at, as nested lines. */
export function asText(statements: Statements, { paths: [path = []], syntax }: Target): string {
  if (syntax !== null) return text(linesOf(nodesOf(syntax, below(statements, path))));
  // A value is shown with its name.
  const [first] = statements.filter((statement) => isBelow(statement, path));
  return first === undefined ? '' : text([`${written(path.slice(-1))} ${written(first.slice(path.length))}`.trim().concat(';')]);
}

/** The same as lines of `set`, each with its whole path. */
export function asSet(statements: Statements, { paths }: Target): string {
  const shown = statements.filter((statement) => paths.some((path) => isBelow(statement, path)));
  return text(shown.map((statement) => `set ${written(statement)}`));
}

/** The same as JSON, from the root down to it and no further. */
export function asJson(statements: Statements, { paths }: Target): string {
  const shown = statements.filter((statement) => paths.some((path) => isBelow(statement, path)));
  return text([JSON.stringify({ configuration: jsonOf(ROOT_SYNTAX, shown) }, null, 4)]);
}

/** What is new in a configuration since another. */
export function compared(before: Statements, after: Statements): string {
  return text(differences(nodesOf(ROOT_SYNTAX, before), nodesOf(ROOT_SYNTAX, after)));
}

function below(statements: Statements, path: readonly string[]): Statements {
  return statements.filter((statement) => isBelow(statement, path)).map((statement) => statement.slice(path.length));
}
