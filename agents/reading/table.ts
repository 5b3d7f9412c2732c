import { CaptureError } from './capture.ts';

/** A line of a capture, counted from 1, without its line end. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** From which column a cell begins to which it ends (not included); the last cell of a line has no end. */
export interface Column {
  readonly start: number;
  readonly end: number | undefined;
}

/** The lines of a capture. */
export function linesOf(text: string): Line[] {
  const lines = text.replace(/\r+\n/g, '\n').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line, index) => ({ number: index + 1, text: line }));
}

/** A line of nothing but blanks, and a line that draws a rule. */
export const isBlank = ({ text }: Line): boolean => text.trim() === '';
export const isRule = ({ text }: Line): boolean => /^[-=+|\s]+$/.test(text) && /[-=+|]{2}/.test(text);

/** A line that holds a prompt and what was typed at it, as captures begin and end with. */
export const isPrompt = ({ text }: Line): boolean =>
  /^[\w.@:~-]+(?:\([^()\s]+\))?[#>$](?: ?(?:show|sudo|nv)\b.*)?\s*$/.test(text);

/** Where the columns of a table begin: each at its name in the header. Throws CaptureError when a name is not there, in this order. */
export function columnsByHeader(header: Line, names: readonly string[]): Column[] {
  const starts: number[] = [];
  let from = 0;
  for (const name of names) {
    const start = header.text.indexOf(name, from);
    if (start < 0) throw new CaptureError(header.number, header.text, `the table has no column "${name}" where it should be`);
    starts.push(start);
    from = start + name.length;
  }
  return starts.map((start, index) => ({ start, end: starts[index + 1] }));
}

/** Where the columns of a table begin: each at a run of dashes in the line below the header. */
export function columnsByRule(rule: Line): Column[] {
  const starts = [...rule.text.matchAll(/[-=]+/g)].map((run) => run.index);
  return starts.map((start, index) => ({ start, end: starts[index + 1] }));
}

/** The cells of a line, trimmed; cells beyond its end are empty. */
export function cut(line: Line, columns: readonly Column[]): string[] {
  return columns.map(({ start, end }) => line.text.slice(start, end).trim());
}

/** An address in whatever form a switch prints it, as lower case pairs with colons; null for anything else. */
export function macAddress(text: string): string | null {
  if (!/^[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}$|^[0-9a-f]{4}(?:[.:-][0-9a-f]{4}){2}$/i.test(text)) return null;
  return text.replace(/[.:-]/g, '').toLowerCase().match(/../g)?.join(':') ?? null;
}
