import { z } from 'zod';
import { CaptureError } from './capture.ts';
import { column } from './ovsdb.ts';
import { isBlank, type Line, linesOf } from './table.ts';

/** One row of a table as `ovs-vsctl list` prints it, its columns in the notation of `-f json`. `line` is where it begins. */
export interface Row {
  readonly line: Line;
  readonly columns: Readonly<Record<string, unknown>>;
}

/** The rows of the output of `ovs-vsctl list`, with or without `-f json`. Throws CaptureError for a line of neither. */
export function rowsOf(text: string): Row[] {
  const lines = linesOf(text).filter(
    ({ text: line }) => !/^\S*[#$] (?:sudo )?ovs-vsctl\b/.test(line) && !/^\S+[#$] *$/.test(line),
  );
  const first = lines.find((line) => !isBlank(line));
  if (first?.text.startsWith('{')) return lines.filter((line) => !isBlank(line)).flatMap(jsonRows);
  const rows: { line: Line; columns: Record<string, unknown> }[] = [];
  let isOpen = false;
  for (const line of lines) {
    const [, name, value = ''] = /^([A-Za-z_]\w*) *: (.*?) *$/.exec(line.text) ?? [];
    if (isBlank(line)) {
      isOpen = false;
      continue;
    }
    if (name === undefined) throw new CaptureError(line.number, line.text, 'no column with its value');
    if (!isOpen) rows.push({ line, columns: {} });
    isOpen = true;
    const columns = rows.at(-1)?.columns ?? {};
    if (name in columns) throw new CaptureError(line.number, line.text, 'a column that was there already');
    columns[name] = notationOf(value, line);
  }
  return rows;
}

/** The text of a column that holds at most one; undefined for none. */
export function columnText({ line, columns }: Row, name: string): string | undefined {
  if (!(name in columns)) return undefined;
  const value = column.oneOf(z.union([z.string(), z.number(), z.boolean()])).safeParse(columns[name]);
  if (!value.success) throw new CaptureError(line.number, line.text, `its ${name} is no text`);
  return value.data === undefined || value.data === '' ? undefined : `${value.data}`;
}

const table = z.object({ headings: z.array(z.string()), data: z.array(z.array(z.unknown())) });

function jsonRows(line: Line): Row[] {
  const parsed = table.safeParse(parseJson(line.text));
  if (!parsed.success) throw new CaptureError(line.number, line.text, 'no table in JSON');
  const { headings, data } = parsed.data;
  return data.map((cells) => {
    if (cells.length !== headings.length) throw new CaptureError(line.number, line.text, 'a row without all of its columns');
    return { line, columns: Object.fromEntries(headings.map((name, at) => [name, cells[at]])) };
  });
}

/** An atom: bare, or in JSON's quotes where it could be taken for something else. */
const atom = String.raw`(?:"(?:[^"\\]|\\.)*"|[^\s",=[\]{}]+)`;
const set = new RegExp(`^\\[(?:${atom}(?:, ${atom})*)?\\]$`);
const map = new RegExp(`^\\{(?:${atom}=${atom}(?:, ${atom}=${atom})*)?\\}$`);
const atoms = new RegExp(atom, 'g');

function notationOf(text: string, line: Line): unknown {
  if (set.test(text)) return ['set', (text.match(atoms) ?? []).map(atomOf)];
  if (map.test(text)) {
    const found = (text.match(atoms) ?? []).map((one) => `${atomText(one)}`);
    return ['map', found.flatMap((key, index) => (index % 2 === 0 ? [[key, found[index + 1]]] : []))];
  }
  if (new RegExp(`^${atom}$`).test(text)) return atomOf(text);
  throw new CaptureError(line.number, line.text, 'no value of a column');
}

function atomOf(text: string): unknown {
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) return ['uuid', text];
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return atomText(text);
}

/** An atom as text. */
function atomText(text: string): string {
  const quoted = text.startsWith('"') ? parseJson(text) : text;
  return typeof quoted === 'string' ? quoted : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
