import { harmless } from './terminal.ts';
import { fitted, padded, widthOf } from './text-width.ts';

const GAP = '  ';
/** No column is made narrower than this, in columns of the terminal. */
const NARROWEST = 8;

/** How it is shown: in how many columns (any number where undefined), and how headings are marked. */
export interface Style {
  readonly columns: number | undefined;
  readonly heading: (text: string) => string;
}

type Row = Readonly<Record<string, unknown>>;

/** An answer of the API as people like to read it: a list line by line, things as a table, one thing field by field. */
export function show(value: unknown, style: Style): string {
  if (Array.isArray(value)) {
    return value.length > 0 && value.every(isRow) ? table(value, style) : value.map((each) => `${cell(each)}\n`).join('');
  }
  if (!isRow(value)) return `${cell(value)}\n`;
  const entries = Object.entries(value);
  if (entries.length > 0 && entries.every(([, each]) => isRow(each) && !isNested(each))) {
    return table(
      entries.map(([name, each]) => ({ name, ...Object(each) })),
      style,
    );
  }
  const nested = entries.filter(([, each]) => isNested(each));
  const plain = entries.filter(([, each]) => !isNested(each));
  const longest = Math.max(0, ...plain.map(([name]) => widthOf(harmless(name))));
  const room = style.columns === undefined ? undefined : Math.max(NARROWEST, style.columns - longest - GAP.length);
  const lines = plain.map(([name, each]) => {
    const text = cell(each);
    return `${style.heading(padded(harmless(name), longest))}${GAP}${room === undefined ? text : fitted(text, room)}`.trimEnd();
  });
  const tables = nested.map(([name, each]) => `\n${style.heading(harmless(name))}\n${show(each, style)}`);
  return `${lines.map((line) => `${line}\n`).join('')}${tables.join('')}`;
}

function table(rows: readonly Row[], { columns, heading }: Style): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => names.map((name) => cell(row[name])));
  const headings = names.map((name) => harmless(name).toUpperCase());
  const wanted = headings.map((text, at) => cells.reduce((most, row) => Math.max(most, widthOf(row[at] ?? '')), widthOf(text)));
  const widths = columns === undefined ? wanted : narrowed(wanted, columns - GAP.length * (names.length - 1));
  const line = (row: readonly string[]) =>
    row
      .map((text, at) => padded(fitted(text, widths[at] ?? 0), widths[at] ?? 0))
      .join(GAP)
      .trimEnd();
  return [heading(line(headings)), ...cells.map(line)].map((each) => `${each}\n`).join('');
}

/** Takes columns of the terminal from whichever column has most, until all fit. */
function narrowed(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What needs a table of its own. */
function isNested(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isRow);
  return isRow(value) && Object.values(value).some((each) => isRow(each));
}

/** A value in one line. */
function cell(value: unknown): string {
  if (value === undefined || value === null) return '-';
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(cell).join(', ');
  if (!isRow(value)) return harmless(String(value));
  const entries = Object.entries(value);
  return entries.length === 0 ? '-' : entries.map(([name, each]) => `${harmless(name)}=${cell(each)}`).join(' ');
}
