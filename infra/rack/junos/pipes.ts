import type { Arguments } from './arguments.ts';

/** A line with what stands behind its bars. */
export interface Piped {
  readonly command: string;
  readonly shown: Pick<Arguments, 'display' | 'compareWith'>;
  /** What is left of an output. */
  readonly filter: (output: string) => string;
  /** Whether the output is not paged. */
  readonly noMore: boolean;
}

/** Reads the bars of a line; the place of one that says nothing known, if there is one. */
export function readPipes(line: string): Piped | { readonly at: number } {
  const parts = splitAtBars(line);
  const [{ text: command } = { text: line }, ...pipes] = parts;
  let piped: Piped = { command, shown: { display: 'text', compareWith: null }, filter: (output) => output, noMore: false };
  for (const { text, at } of pipes) {
    const next = withPipe(piped, text.trim().split(/\s+/));
    if (next === null) return { at: at + 1 + (/^\s*/.exec(text)?.[0].length ?? 0) };
    piped = next;
  }
  return piped;
}

function withPipe(piped: Piped, [name = '', ...words]: readonly string[]): Piped | null {
  const { shown, filter } = piped;
  const [first = '', second = ''] = words;
  if (name === 'no-more' && words.length === 0) return { ...piped, noMore: true };
  if (name === 'display' && words.length === 1 && (first === 'set' || first === 'json')) {
    return { ...piped, shown: { ...shown, display: first } };
  }
  // There are no groups here from which anything could be inherited.
  if (name === 'display' && first === 'inheritance' && (words.length === 1 || second === 'no-comments')) return piped;
  if (name === 'compare' && words.length === 0) return { ...piped, shown: { ...shown, compareWith: 0 } };
  if (name === 'compare' && first === 'rollback' && /^\d{1,2}$/.test(second)) {
    return { ...piped, shown: { ...shown, compareWith: Number(second) } };
  }
  if (name === 'count') return { ...piped, filter: (output) => `Count: ${linesOf(filter(output)).length} lines\n` };
  const pattern = asPattern(words.join(' '));
  if (pattern === null) return null;
  const kept: Record<string, (lines: string[]) => string[]> = {
    match: (lines) => lines.filter((line) => pattern.test(line)),
    except: (lines) => lines.filter((line) => !pattern.test(line)),
    find: (lines) => lines.filter((_, index) => lines.slice(0, index + 1).some((line) => pattern.test(line))),
  };
  const keep = kept[name];
  return keep === undefined ? null : { ...piped, filter: (output) => keep(linesOf(filter(output))).join('') };
}

function linesOf(output: string): string[] {
  return output.match(/[^\n]*\n/g) ?? [];
}

function splitAtBars(line: string): { readonly text: string; readonly at: number }[] {
  // A bar between quotation marks belongs to a pattern or a description.
  return [...line.matchAll(/(?:"[^"]*"?|[^|"])+|^(?=\|)/g)].map((match) => ({ text: match[0], at: match.index - 1 }));
}

/** Patterns match in whatever case. */
function asPattern(text: string): RegExp | null {
  try {
    return text === '' ? null : new RegExp(text.replace(/^"(.*)"$/, '$1'), 'i');
  } catch {
    return null;
  }
}
