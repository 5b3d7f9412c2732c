import { quoted, type Statement, type Statements } from './statements.ts';
import type { Place, Syntax } from './syntax.ts';

/** One line of a configuration as people read it, with what stands in its braces. */
export interface Node {
  readonly label: string;
  readonly children: readonly Node[];
}

/** A configuration, or what is below one path of it, as nested lines. `statements` are without that path. */
export function nodesOf(syntax: Syntax, statements: Statements): Node[] {
  if (syntax.kind === 'container') return nodesOfPlace(syntax.below, statements);
  if (syntax.kind === 'entries' || syntax.kind === 'keyed') {
    return entriesOf(statements).map(([name, below]) => ({ label: quoted(name), children: nodesOfPlace(syntax.below, below) }));
  }
  return [];
}

function nodesOfPlace(place: Place, statements: Statements): Node[] {
  return Object.entries(place).flatMap(([word, syntax]): Node[] => {
    const here = statements.filter(([first]) => first === word).map(([, ...rest]) => rest);
    if (here.length === 0) return [];
    if (syntax.kind === 'flag') return [{ label: word, children: [] }];
    if (syntax.kind === 'value' || syntax.kind === 'values') return [{ label: `${word} ${listed(here)}`, children: [] }];
    const children = nodesOf(syntax, here);
    return syntax.kind === 'keyed' || (syntax.kind === 'container' && syntax.inline)
      ? children.map((entry) => ({ ...entry, label: `${word} ${entry.label}` }))
      : [{ label: word, children }];
  });
}

function listed(values: Statements): string {
  const words = values.map(([value = '']) => quoted(value));
  return words.length === 1 ? (words[0] ?? '') : `[ ${words.join(' ')} ]`;
}

/** The entries of a list in the order they were made, each with what is below it. */
function entriesOf(statements: Statements): [string, Statements][] {
  const entries = new Map<string, Statement[]>();
  for (const [name = '', ...rest] of statements) {
    const below = entries.get(name) ?? [];
    if (rest.length > 0) below.push(rest);
    entries.set(name, below);
  }
  return [...entries];
}

/** The lines in the form of `show configuration`. */
export function linesOf(nodes: readonly Node[], depth = 0): string[] {
  const indent = '    '.repeat(depth);
  return nodes.flatMap(({ label, children }) =>
    children.length === 0 ? [`${indent}${label};`] : [`${indent}${label} {`, ...linesOf(children, depth + 1), `${indent}}`],
  );
}

/** What `show | compare` says of a change: the lines gone and new, below the level where they stand. */
export function differences(before: readonly Node[], after: readonly Node[], path = ''): string[] {
  const gone = before.filter(({ label }) => !after.some((node) => node.label === label));
  const added = after.filter(({ label }) => !before.some((node) => node.label === label));
  const here = [...marked('-', gone), ...marked('+', added)];
  const below = after.flatMap((node) => {
    const old = before.find(({ label }) => label === node.label);
    return old === undefined ? [] : differences(old.children, node.children, `${path} ${node.label}`);
  });
  return [...(here.length === 0 ? [] : [`[edit${path}]`, ...here]), ...below];
}

function marked(sign: string, nodes: readonly Node[]): string[] {
  return linesOf(nodes).map((line) => `${sign}   ${line}`);
}

/** JSON as Junos makes it: lists under the name of one entry, and `[null]` for what only has to be there. */
export type Json = string | number | null | readonly Json[] | { readonly [name: string]: Json };

/** A configuration, or what is below one path of it, as `| display json` nests it. */
export function jsonOf(syntax: Syntax, statements: Statements): Json {
  if (syntax.kind === 'container') {
    return Object.fromEntries(
      Object.entries(syntax.below).flatMap(([word, below]): [string, Json][] => {
        const here = statements.filter(([first]) => first === word).map(([, ...rest]) => rest);
        return here.length === 0 ? [] : [[word, jsonOf(below, here)]];
      }),
    );
  }
  if (syntax.kind === 'flag') return [null];
  if (syntax.kind === 'value') return asJson(statements[0]?.[0] ?? '');
  if (syntax.kind === 'values') return statements.map(([value = '']) => value);
  const entries = entriesOf(statements).map(([name, below]): Json => {
    const inside = jsonOf({ kind: 'container', presence: true, below: syntax.below }, below);
    return { name: asJson(name), ...(inside !== null && typeof inside === 'object' && !Array.isArray(inside) ? inside : {}) };
  });
  return syntax.kind === 'entries' ? { [syntax.item]: entries } : entries;
}

function asJson(value: string): Json {
  return /^\d{1,9}$/.test(value) ? Number(value) : value;
}
