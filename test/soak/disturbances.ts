/** How long after a disturbance something may still be owed to it, in ms. */
const AFTER = 10_000;

/** When something was killed or restarted on purpose: only then may a request be turned away with 503, or get no answer. */
export class Disturbances {
  readonly #all: { readonly from: number; to: number }[] = [];

  /** Carries out a disturbance, which lasts until it settles. */
  async during<T>(disturbance: () => Promise<T>): Promise<T> {
    const span = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.#all.push(span);
    try {
      return await disturbance();
    } finally {
      span.to = Date.now();
    }
  }

  /** Whether one was under way between two moments, or had its effects. */
  within(from: number, to = Date.now()): boolean {
    return this.#all.some((span) => span.from <= to && from <= span.to + AFTER);
  }
}
