/** How operations ended, by their ids. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();
  #total = 0;

  /** Counts one end: `200`, `409 busy`. */
  count(operation: string, outcome: string): void {
    this.#total += 1;
    const ends = this.#counts.get(operation) ?? new Map<string, number>();
    ends.set(outcome, (ends.get(outcome) ?? 0) + 1);
    this.#counts.set(operation, ends);
  }

  get total(): number {
    return this.#total;
  }

  /** A line for each operation, with its ends, the most frequent first. */
  lines(): string[] {
    return [...this.#counts].sort().map(([operation, ends]) => {
      const all = [...ends].sort(([, a], [, b]) => b - a).map(([outcome, count]) => `${outcome}: ${count}`);
      return `  ${operation.padEnd(32)} ${all.join(', ')}`;
    });
  }
}
