/** A command line with the filters behind it: `show running-config | include vlan`. */
export interface Piped {
  readonly command: string;
  /** The words of each filter, without the bar. */
  readonly filters: readonly (readonly string[])[];
}

/** Splits a line at its bars; one without blanks around it belongs to a pattern. */
export function splitPipes(line: string): Piped {
  const [command = '', ...filters] = line.split(/\s\|(?=\s)/);
  return { command, filters: filters.map((filter) => filter.trim().split(/\s+/)) };
}

const FILTERS = ['include', 'exclude', 'begin', 'section'] as const;

/**
 * What a filter of IOS or EOS leaves of an output (lines ending `\n`); null for a filter that there is not. The pattern is a
 * regular expression, as on the switch; `section` shows matching lines with the indented lines below them.
 */
export function filterOutput(output: string, [word = '', ...rest]: readonly string[]): string | null {
  const kind = FILTERS.find((name) => word !== '' && name.startsWith(word.toLowerCase()));
  const pattern = asPattern(rest.join(' '));
  if (kind === undefined || pattern === null) return null;
  const lines = output.match(/[^\n]*\n/g) ?? [];
  const hits = lines.map((line) => pattern.test(line.slice(0, -1)));
  return lines.filter((_, index) => isKept(kind, index, lines, hits)).join('');
}

function isKept(kind: (typeof FILTERS)[number], index: number, lines: readonly string[], hits: readonly boolean[]): boolean {
  if (kind === 'include') return hits[index] === true;
  if (kind === 'exclude') return hits[index] !== true;
  if (kind === 'begin') return hits.slice(0, index + 1).includes(true);
  let head = index;
  while (head > 0 && !hits[head] && /^\s/.test(lines[head] ?? '')) head -= 1;
  return hits[head] === true;
}

function asPattern(text: string): RegExp | null {
  try {
    return text === '' ? null : new RegExp(text);
  } catch {
    return null;
  }
}
