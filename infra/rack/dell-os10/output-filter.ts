import type { Interpretation } from '../console.ts';
import { splitPipes } from '../switchport/output-filter.ts';
import { ILLEGAL } from './wording.ts';

/** Reads what stands behind bars: `no-more`, `grep`, `except` and `find`, with a regular expression. */
export function piped<S>(understand: (shell: S, line: string) => Interpretation): (shell: S, line: string) => Interpretation {
  return (shell, line) => {
    const { command, filters } = splitPipes(line);
    const meaning = understand(shell, command);
    if (filters.length === 0 || typeof meaning !== 'function') return meaning;
    const applied = filters.map(([word = '', ...pattern]) => ({ word, pattern: asPattern(pattern.join(' ')) }));
    if (applied.some(({ word, pattern }) => !FILTERS.includes(word) || (word !== 'no-more' && pattern === null))) {
      return { at: command.length, message: ILLEGAL };
    }
    return () => {
      const output = meaning();
      if (typeof output !== 'string') return output;
      const left = applied.reduce((text, { word, pattern }) => filtered(text, word, pattern ?? /^/), output);
      if (!applied.some(({ word }) => word === 'no-more')) return left;
      return async (talk) => talk.print(left);
    };
  };
}

const FILTERS = ['no-more', 'grep', 'except', 'find'];

function filtered(text: string, word: string, pattern: RegExp): string {
  const lines = text.match(/[^\n]*\n/g) ?? [];
  if (word === 'grep') return lines.filter((line) => pattern.test(line)).join('');
  if (word === 'except') return lines.filter((line) => !pattern.test(line)).join('');
  if (word !== 'find') return text;
  const from = lines.findIndex((line) => pattern.test(line));
  return from < 0 ? '' : lines.slice(from).join('');
}

function asPattern(text: string): RegExp | null {
  try {
    return text === '' ? null : new RegExp(text.replace(/^"(.*)"$/, '$1'));
  } catch {
    return null;
  }
}
