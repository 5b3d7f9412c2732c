/** Those who wait for the same thing. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** Resolves with the next `wake`, or when `signal` aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const resume = () => {
        // A signal may outlive millions of waits.
        signal.removeEventListener('abort', resume);
        this.#waiting.delete(resume);
        resolve();
      };
      this.#waiting.add(resume);
      signal.addEventListener('abort', resume);
    });
  }

  /** Lets everybody go on who waits now. */
  wake(): void {
    for (const resume of [...this.#waiting]) resume();
  }
}
