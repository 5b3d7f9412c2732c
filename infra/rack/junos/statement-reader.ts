import type { Refusal } from '../command-grammar.ts';
import type { Statement } from './statements.ts';
import { ROOT, SYNTAX_ERROR, type Syntax } from './syntax.ts';

/** The wording of a line that ends too early. */
const MISSING_ARGUMENT = 'missing argument.';

interface Word {
  readonly text: string;
  readonly at: number;
}

/** What a line of `set` says: statements, and of each whether it takes the place of another value. */
export interface Setting {
  readonly statement: Statement;
  readonly replaces: boolean;
}

/** Something in the hierarchy that a line points at: everything that begins with one of `paths`. */
export interface Target {
  readonly paths: readonly Statement[];
  /** What it is that stands there; null for a value. */
  readonly syntax: Syntax | null;
  /** The innermost level above it that remains when nothing is left in it; null if none does. */
  readonly remains: Statement | null;
}

/** A level the reading has come to: a container, or an entry of many. */
interface Level {
  readonly path: Statement;
  readonly syntax: Extract<Syntax, { readonly kind: 'container' }>;
  /** The innermost level that remains when it is empty, above this one and with this one. */
  readonly above: Statement | null;
  readonly remains: Statement | null;
}

/** What the next words are: a level below, a value or flag, or a word that lacks the name it wants. */
type Step =
  | { readonly kind: 'level'; readonly level: Level; readonly next: number }
  | {
      readonly kind: 'leaf';
      readonly path: Statement;
      readonly syntax: Extract<Syntax, { readonly kind: 'value' | 'values' | 'flag' }>;
      readonly values: readonly Word[];
      readonly next: number;
    }
  | { readonly kind: 'cut'; readonly path: Statement; readonly syntax: Syntax };

/** Reads a path that may end anywhere, as behind `delete`, `show` and `edit`. `start` is where in the hierarchy it is read. */
export function readTarget(text: string, start: Statement): Target | Refusal {
  const words = wordsOf(text, start);
  let level = levelAt(start);
  let index = 0;
  while (index < words.length) {
    const step = take(words, index, level);
    if ('message' in step) return step;
    if (step.kind === 'level') {
      level = step.level;
      index = step.next;
      continue;
    }
    if (step.kind === 'cut') return { paths: [step.path], syntax: step.syntax, remains: level.remains };
    const extra = words[step.next];
    if (extra !== undefined) return { at: extra.at, message: SYNTAX_ERROR };
    const paths = step.values.map(({ text: value }) => [...step.path, value]);
    return { paths: paths.length === 0 ? [step.path] : paths, syntax: null, remains: level.remains };
  }
  return { paths: [level.path], syntax: level.syntax, remains: level.above };
}

/** Reads what stands behind `set`. Several statements of one level may stand behind each other. */
export function readSettings(text: string, start: Statement): readonly Setting[] | Refusal {
  const words = wordsOf(text, start);
  const settings: Setting[] = [];
  let level = levelAt(start);
  let index = 0;
  while (index < words.length) {
    const step = take(words, index, level);
    if ('message' in step) return step;
    if (step.kind === 'cut') return { at: text.length, message: MISSING_ARGUMENT };
    index = step.next;
    if (step.kind === 'level') level = step.level;
    else if (step.syntax.kind === 'flag') settings.push({ statement: step.path, replaces: false });
    else {
      if (step.values.length === 0) return { at: text.length, message: MISSING_ARGUMENT };
      for (const { text: value, at } of step.values) {
        const problem = step.syntax.value(value);
        if (problem !== null) return { at, message: problem };
        settings.push({ statement: [...step.path, value], replaces: step.syntax.kind === 'value' });
      }
    }
  }
  if (settings.length > 0) return settings;
  return level.syntax.presence && words.length > 0
    ? [{ statement: level.path, replaces: false }]
    : { at: text.length, message: MISSING_ARGUMENT };
}

function levelAt(path: Statement): Level {
  let level: Level = { path: [], syntax: { kind: 'container', presence: false, below: ROOT }, above: null, remains: null };
  const words = path.map((text) => ({ text, at: 0 }));
  for (let index = 0; index < words.length; ) {
    const step = take(words, index, level);
    // A session stands only on levels that were read from a line before.
    if ('message' in step || step.kind !== 'level') return level;
    level = step.level;
    index = step.next;
  }
  return level;
}

function take(words: readonly Word[], index: number, { path: above, syntax: { below }, remains }: Level): Step | Refusal {
  const word = words[index] ?? { text: '', at: 0 };
  const name = keyword(Object.keys(below), word.text);
  const syntax = name === null ? undefined : below[name];
  if (name === null || syntax === undefined) return { at: word.at, message: SYNTAX_ERROR };
  const path = [...above, name];
  if (syntax.kind === 'flag') return { kind: 'leaf', path, syntax, values: [], next: index + 1 };
  if (syntax.kind === 'value' || syntax.kind === 'values') {
    const { values, next } = takeValues(words, index + 1, syntax.kind === 'values');
    return { kind: 'leaf', path, syntax, values, next };
  }
  if (syntax.kind === 'container') {
    const level = { path, syntax, above: remains, remains: syntax.presence ? path : remains };
    return { kind: 'level', level, next: index + 1 };
  }
  const entry = words[index + 1];
  if (entry === undefined) return { kind: 'cut', path, syntax };
  const problem = syntax.name(entry.text);
  if (problem !== null) return { at: entry.at, message: problem };
  const entryPath = [...path, entry.text];
  const entrySyntax = { kind: 'container', presence: true, below: syntax.below } as const;
  const level = { path: entryPath, syntax: entrySyntax, above: remains, remains: entryPath };
  return { kind: 'level', level, next: index + 2 };
}

/** The one keyword a word is or begins. */
function keyword(keywords: readonly string[], word: string): string | null {
  if (keywords.includes(word)) return word;
  const [only, ...others] = keywords.filter((candidate) => candidate.startsWith(word));
  return only === undefined || others.length > 0 ? null : only;
}

/** One value, or for a list several in brackets; none at the end of the line. */
function takeValues(words: readonly Word[], index: number, isList: boolean): { values: readonly Word[]; next: number } {
  if (!isList || words[index]?.text !== '[')
    return { values: words.slice(index, index + 1), next: Math.min(index + 1, words.length) };
  const end = words.findIndex(({ text }, at) => at > index && text === ']');
  return end < 0 ? { values: [], next: words.length } : { values: words.slice(index + 1, end), next: end + 1 };
}

/** Cuts a line into words: quotation marks keep blanks together, brackets stand alone, and `ge-0/0/1.0` says `ge-0/0/1 unit 0`. */
function wordsOf(text: string, start: Statement): Word[] {
  const words = [...text.matchAll(/"([^"]*)"|[[\]]|[^\s[\]"]+/g)].map((match) => ({
    text: match[1] ?? match[0],
    at: match.index,
  }));
  const nameIndex = start.length === 0 ? 1 : 0;
  const first = start[0] ?? words[0]?.text ?? '';
  if (start.length > 1 || first === '' || !'interfaces'.startsWith(first)) return words;
  return words.flatMap((word, index) => {
    const [, name, unit] = (index === nameIndex && /^(\w+-[\d/:]+)\.(\d+)$/.exec(word.text)) || [];
    return name === undefined || unit === undefined ? [word] : [name, 'unit', unit].map((part) => ({ text: part, at: word.at }));
  });
}
