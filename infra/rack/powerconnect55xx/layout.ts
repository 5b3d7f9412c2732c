/** A table as the firmware prints it, each cell a list of lines: a cell of one line stands in the middle of its column, others to the left. */
export function rows(widths: readonly number[], cells: readonly (readonly string[])[]): string[] {
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, index) =>
    widths
      .map((width, column) => {
        const lines = cells[column] ?? [];
        const line = lines[index] ?? '';
        return lines.length > 1 ? line.padEnd(width) : centred(line, width);
      })
      .join(' '),
  );
}

/** The line of dashes under the heads of a table, by which its columns are known. */
export function rule(widths: readonly number[]): string {
  return widths.map((width) => '-'.repeat(width)).join(' ');
}

function centred(line: string, width: number): string {
  return (' '.repeat(Math.max(0, Math.floor((width - line.length) / 2))) + line).padEnd(width);
}

/** A long name cut into lines of a column. */
export function cut(name: string, width: number): string[] {
  return name.match(new RegExp(`.{1,${width}}`, 'g')) ?? [''];
}

/** Entries joined by commas and broken into lines of at most `width` characters, a comma being left at the end of each but the last. */
export function commaLines(entries: readonly string[], width: number, separator = ','): string[] {
  const lines: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const written = index === entries.length - 1 ? entry : entry + separator;
    const line = lines.at(-1);
    if (line === undefined || (line + written).trimEnd().length > width) lines.push(written);
    else lines[lines.length - 1] = line + written;
  }
  return lines.map((line) => line.trimEnd());
}
