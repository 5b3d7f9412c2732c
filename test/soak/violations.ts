/** How many of one kind are told in full. */
const TOLD = 10;

/** What should never have happened. */
export class Violations {
  readonly #found = new Map<string, string[]>();

  /** Notes one, by what was violated. */
  add(rule: string, what: string): void {
    const known = this.#found.get(rule);
    if (known) known.push(what);
    else this.#found.set(rule, [what]);
  }

  get count(): number {
    return [...this.#found.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** Lines that tell of all of them; of many of one kind the first ones. */
  lines(): string[] {
    return [...this.#found].flatMap(([rule, list]) => [
      `  ${rule}: ${list.length}`,
      ...list.slice(0, TOLD).map((what) => `    ${what}`),
      ...(list.length > TOLD ? [`    and ${list.length - TOLD} more`] : []),
    ]);
  }
}
