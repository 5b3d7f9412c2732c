import type { Interpretation } from '../console.ts';
import type { Shell } from './shell.ts';
import { WORDING } from './wording.ts';

type Understand = (shell: Shell, line: string) => Interpretation;
/** Whether a line of output is kept; told whether one before it was. */
type Keep = (line: string, before: boolean) => boolean;

/** The same understanding of lines with `| grep X`, `| except X`, `| find X` or `| no-more` behind them (Command Reference, "Filtering show outputs"). */
export function withFilters(understand: Understand): Understand {
  return (shell, line) => {
    const [command = '', ...filters] = line.split(/\s\|(?=\s)/);
    // Elsewhere a bar is text.
    if (filters.length === 0 || !/^\s*(do\s+)?sho?w?\s/i.test(command)) return understand(shell, line);
    const keepers = filters.map((filter) => keeper(filter.trim()));
    const wrong = keepers.indexOf(null);
    if (wrong >= 0) return { at: command.length + 1, message: WORDING.invalid };
    const meaning = understand(shell, command);
    if (typeof meaning !== 'function') return meaning;
    return () => {
      const output = meaning();
      return typeof output === 'string' ? keepers.reduce((text, keep) => (keep ? kept(text, keep) : text), output) : output;
    };
  };
}

function kept(output: string, keep: Keep): string {
  let before = false;
  const lines = (output.match(/[^\n]*\n/g) ?? []).filter((line) => {
    const result = keep(line.slice(0, -1), before);
    before ||= result;
    return result;
  });
  return lines.join('');
}

function keeper(filter: string): Keep | null {
  if (filter === 'no-more') return () => true;
  const [, word, ignoreCase, text = ''] = /^(grep|except|find)\s+(ignore-case\s+)?(.+)$/.exec(filter) ?? [];
  if (word === undefined) return null;
  let pattern: RegExp;
  try {
    pattern = new RegExp(text, ignoreCase === undefined ? '' : 'i');
  } catch {
    return null;
  }
  if (word === 'find') return (line, before) => before || pattern.test(line);
  return (line) => pattern.test(line) === (word === 'grep');
}
