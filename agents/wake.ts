import { performance } from 'node:perf_hooks';

/** Lets one waiter wait for a moment or for somebody to wake it, whichever is first; being woken while nobody waits is not forgotten. */
export class Wake {
  #pending = false;
  #resume: (() => void) | undefined;

  /** Ends the wait that is on, or the next one at once. */
  now(): void {
    this.#pending = true;
    this.#resume?.();
  }

  /** Resolves at `until` (clock of `performance.now()`; Infinity: never by itself), when woken, or when `signal` aborts. */
  async wait(until: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer =
          until === Number.POSITIVE_INFINITY ? undefined : setTimeout(resolve, Math.max(0, until - performance.now()) + 0.5);
        this.#resume = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', resume);
          resolve();
        };
        const resume = this.#resume;
        signal.addEventListener('abort', resume);
      });
      this.#resume?.();
      this.#resume = undefined;
    }
    this.#pending = false;
  }
}
