import { DeviceError } from '../device-error.ts';
import type { ConsoleLine } from '../drivers/console-line.ts';

/**
 * Opens a line: `onOutput` is called as in Bmc.openConsole and VmHost.openConsole, `signal` ends whatever is under way, and the line.
 * Throws DeviceError, with no secret in its message.
 */
export type OpenLine = (onOutput: (data: Buffer) => void, signal: AbortSignal) => Promise<ConsoleLine>;

/** One opening of a line. After its end nothing is heard of it any more, whatever still comes. */
export class Attempt {
  readonly #abort = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onOutput: (data: Buffer) => void;
  readonly #onOuterEnd = () => this.#resolve('it was closed');
  #resolve: (why: string) => void = () => {};
  #isOver = false;
  /** Resolves when nobody wants the line any more. */
  readonly abandoned: Promise<string>;
  /** Why the line is given up from here. */
  reason: string | undefined;

  constructor(outer: AbortSignal, onOutput: (data: Buffer) => void) {
    this.#outer = outer;
    this.#onOutput = onOutput;
    this.abandoned = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    outer.addEventListener('abort', this.#onOuterEnd, { once: true });
    if (outer.aborted) this.#onOuterEnd();
  }

  async open(open: OpenLine, limit: number): Promise<ConsoleLine> {
    const late = setTimeout(() => this.#resolve(`the console did not open within ${limit / 1000} s`), limit);
    const opening = open((data) => {
      if (!this.#isOver && !this.#outer.aborted) this.#onOutput(data);
    }, this.#abort.signal);
    const line = await Promise.race([opening, this.abandoned]).finally(() => clearTimeout(late));
    if (typeof line !== 'string') return line;
    // What opens after all is nobody's.
    opening.then(
      (late) => void late.close(),
      () => {},
    );
    throw new DeviceError('lost', line);
  }

  /** Says why the line will end. */
  name(why: string): void {
    this.reason ??= why;
  }

  /** Nobody wants the line any more. */
  abandon(why: string): void {
    this.name(why);
    this.#resolve(why);
  }

  end(): void {
    this.#isOver = true;
    this.#outer.removeEventListener('abort', this.#onOuterEnd);
    this.#abort.abort();
  }
}
