import type { Output } from './terminal.ts';

const FRAMES = ['-', '\\', '|', '/'];
const FRAME = 120;
/** What is over sooner needs no progress line, in ms. */
const GRACE = 700;
const CLEAR = '\r\x1b[K';

/** Tells on standard error what is waited for: one line that moves on a terminal, and plain lines anywhere else. */
export class Progress {
  readonly #output: Output;
  readonly #start = performance.now();
  #text = '';
  #timer: NodeJS.Timeout | undefined;
  #isShown = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** What is waited for now. `quietly`: only worth a line that moves. */
  say(text: string, quietly = false): void {
    if (text === this.#text) return;
    this.#text = text;
    if (this.#output.isTTY) this.#timer ??= setInterval(() => this.#show(), FRAME).unref();
    else if (!quietly) this.#output.write(`${text}\n`);
  }

  /** The line goes: something else is written. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#isShown) this.#output.write(CLEAR);
    this.#isShown = false;
    this.#text = '';
  }

  #show(): void {
    const elapsed = performance.now() - this.#start;
    if (elapsed < GRACE) return;
    const frame = FRAMES[Math.floor(elapsed / FRAME) % FRAMES.length];
    const line = `${frame} ${this.#text} ${Math.floor(elapsed / 1000)} s`;
    this.#output.write(CLEAR + line.slice(0, (this.#output.columns || 80) - 1));
    this.#isShown = true;
  }
}
