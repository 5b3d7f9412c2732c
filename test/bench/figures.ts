/** The middle value; of an even number of values, the mean of the middle two. NaN when there is none. */
export function median(values: readonly number[]): number {
  return (quantile(values, 0.5) + quantileFromAbove(values, 0.5)) / 2;
}

/** The smallest value that at least this share of the values does not exceed. NaN when there is none. */
export function quantile(values: readonly number[], share: number): number {
  return ascending(values)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;
}

function quantileFromAbove(values: readonly number[], share: number): number {
  return ascending(values)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

/** Milliseconds as a table shows them. */
export function ms(value: number): string {
  return value < 100 ? value.toFixed(1) : grouped(value);
}

/** A whole number with its thousands apart: `10,000`. */
export function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A ratio as a table shows it: `1.85x`. */
export function times(value: number): string {
  return `${value.toFixed(2)}x`;
}

/** A share as a table shows it: `62 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** Prints what follows under a heading. */
export function printHeading(name: string, what: string): void {
  process.stdout.write(`\n${name}: ${what}\n\n`);
}

/** Prints rows with their columns aligned, the first to the left, the others to the right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  for (const cells of lines) {
    const padded = cells.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`  ${padded.join('  ').trimEnd()}\n`);
  }
}

/** Prints a target, what was measured for it, and whether it was met. Nothing follows from a target that was missed. */
export function printTarget(target: string, measured: string, met: boolean): void {
  process.stdout.write(`  target ${target}: ${measured}, ${met ? 'met' : 'MISSED'}\n`);
}
