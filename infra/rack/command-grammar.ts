/** Why a line, or the rest of it, was not taken: `at` counts characters from the start of what was looked at. */
export interface Refusal {
  readonly at: number;
  readonly message: string;
}

/** What a parameter made of the rest of a line: taken up to `length`, refused, or cut short (more must follow). */
type Taken<A> = { readonly length: number; readonly set: Partial<A> } | Refusal | 'incomplete';

/** Reads one parameter from the start of `rest`, which is never blank. */
export type Parameter<A> = (rest: string) => Taken<A>;

/** One command: its words in full, lower case, with parameters between them, and what it does. */
export interface Rule<A, R> {
  readonly words: readonly (string | Parameter<A>)[];
  readonly run: R;
}

/** Writes a rule: each text is one or more words. */
export function command<A, R>(run: R, ...words: (string | Parameter<A>)[]): Rule<A, R> {
  return {
    words: words.flatMap<string | Parameter<A>>((word) => (typeof word === 'string' ? word.split(' ') : [word])),
    run,
  };
}

/** What a line means: a command with its arguments, nothing (blank line), or a refusal. */
export type Meaning<A, R> = { readonly run: R; readonly set: Partial<A> } | Refusal | 'blank';

/** The three ways in which a line fails to be a command; the wording is the device's. */
export interface Wording {
  readonly invalid: string;
  readonly incomplete: string;
  readonly ambiguous: string;
}

interface Reading<A, R> {
  readonly rule: Rule<A, R>;
  readonly set: Partial<A>;
  readonly complete: boolean;
  /** The keywords met, where each was typed, and whether in full. */
  readonly keywords: readonly { readonly keyword: string; readonly at: number; readonly full: boolean }[];
}

/**
 * Finds the one command a line means. Every keyword may be cut to a prefix; a word in full beats a prefix, later words decide
 * between commands that share a prefix, and what is still open after the whole line is ambiguous.
 */
export function understand<A, R>(line: string, rules: readonly Rule<A, R>[], wording: Wording): Meaning<A, R> {
  if (line.trim() === '') return 'blank';
  const readings: Reading<A, R>[] = [];
  let refusal: Refusal = { at: -1, message: wording.invalid };
  for (const rule of rules) {
    const result = read(line, rule, wording.invalid);
    if ('rule' in result) readings.push(result);
    // At the same place a parameter's own complaint says more than "invalid".
    else if (result.at > refusal.at || (result.at === refusal.at && refusal.message === wording.invalid)) refusal = result;
  }
  if (readings.length === 0) return refusal;

  let left = readings;
  for (let position = 0; position < Math.max(...left.map(({ keywords }) => keywords.length)); position += 1) {
    if (left.some(({ keywords }) => keywords[position]?.full)) left = left.filter(({ keywords }) => keywords[position]?.full);
    const met = new Set(left.map(({ keywords }) => keywords[position]?.keyword));
    const at = left[0]?.keywords[position]?.at ?? 0;
    if (met.size > 1) return { at, message: wording.ambiguous };
  }
  const complete = left.find((reading) => reading.complete);
  if (complete === undefined) return { at: line.trimEnd().length, message: wording.incomplete };
  return { run: complete.rule.run, set: complete.set };
}

function read<A, R>(line: string, rule: Rule<A, R>, invalid: string): Reading<A, R> | Refusal {
  const keywords: { keyword: string; at: number; full: boolean }[] = [];
  let set: Partial<A> = {};
  let at = line.length - line.trimStart().length;
  for (const expected of rule.words) {
    const rest = line.slice(at).trimEnd();
    if (rest === '') return { rule, set, keywords, complete: false };
    if (typeof expected === 'string') {
      const word = /^\S+/.exec(rest)?.[0] ?? '';
      if (!expected.startsWith(word.toLowerCase())) return { at, message: invalid };
      keywords.push({ keyword: expected, at, full: word.length === expected.length });
      at += word.length;
    } else {
      const taken = expected(rest);
      if (taken === 'incomplete') return { rule, set, keywords, complete: false };
      if ('message' in taken) return { at: at + taken.at, message: taken.message };
      set = { ...set, ...taken.set };
      at += taken.length;
    }
    at += /^\s*/.exec(line.slice(at))?.[0].length ?? 0;
  }
  if (at < line.trimEnd().length) return { at, message: invalid };
  return { rule, set, keywords, complete: true };
}
