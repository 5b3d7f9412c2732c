/** How a table of the Python package `tabulate` looks, which SONiC's commands print with. */
export interface TableStyle {
  /** `grid` draws boxes; `simple` underlines the header. */
  readonly format: 'grid' | 'simple';
  /** Where text stands; numbers always stand at the right. */
  readonly text?: 'left' | 'right';
}

/**
 * A table as `tabulate` lays it out: a column is at least two wider than its header, a column of numbers stands at the right, and
 * cells of several lines (`\n`) are several lines of a grid.
 */
export function tabulate(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { format, text = 'left' }: TableStyle,
): string {
  const columns = header.map((title, index) => {
    const cells = rows.map((row) => (row[index] ?? '').split('\n'));
    const width = Math.max(title.length + 2, ...cells.flat().map((line) => line.length));
    const right = rows.length > 0 && (text === 'right' || cells.every(([line = '']) => /^\d+$/.test(line)));
    return { cells, width, pad: (line: string) => (right ? line.padStart(width) : line.padEnd(width)) };
  });
  const heights = rows.map((_, row) => Math.max(...columns.map(({ cells }) => cells[row]?.length ?? 1)));
  const line = (texts: readonly string[]) => columns.map(({ pad }, index) => pad(texts[index] ?? ''));
  const body = heights.map((height, row) =>
    Array.from({ length: height }, (_, index) => line(columns.map(({ cells }) => cells[row]?.[index] ?? ''))),
  );
  if (format === 'simple') {
    const underline = columns.map(({ width }) => '-'.repeat(width));
    return [line(header), underline, ...body.flat()].map((texts) => `${texts.join('  ').trimEnd()}\n`).join('');
  }
  const rule = (mark: string) => `+${columns.map(({ width }) => mark.repeat(width + 2)).join('+')}+\n`;
  const boxed = (texts: readonly string[]) => `| ${texts.join(' | ')} |\n`;
  const drawn = body.map((lines) => lines.map(boxed).join('') + rule('-'));
  return rule('-') + boxed(line(header)) + rule('=') + drawn.join('');
}
