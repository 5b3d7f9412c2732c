import { setTimeout as sleep } from 'node:timers/promises';
import type { EscapeKey } from './console.ts';
import type { Terminal } from './terminal.ts';

const ALTERNATE = /\x1b\[\?(?:[\d;]*;)?(?:47|1047|1049)(?:;[\d;]*)?([hl])/g;
/** No sequence that matters is longer. */
const LONGEST = 64;
/** All of the window scrolls, without moving the cursor; wrapping on, insertion off, cursor visible, no colours, ASCII. */
const RESET = '\x1b7\x1b[r\x1b8\x1b[?7h\x1b[4l\x1b[?25h\x1b[0m\x1b(B\x1b)B\x0f';
const LEAVE_ALTERNATE = '\x1b[?1049l';
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

/** The terminal while a console is attached to it: every key goes to the console, and all is put right afterwards. */
export class ConsoleScreen {
  readonly #terminal: Terminal;
  #isOpen = false;
  #tail = '';
  #isAlternate = false;
  #keys: ((keys: Buffer) => void) | undefined;
  #signal: () => void = () => {};

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** From now on the terminal interprets nothing. */
  open(): void {
    if (this.#isOpen) return;
    const { stdin } = this.#terminal;
    this.#isOpen = true;
    stdin.setRawMode?.(true);
    stdin.on('data', this.#onData);
    stdin.resume();
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.on('exit', this.close);
  }

  /** The terminal is as it was before; what the console showed stays. */
  readonly close = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { stdin, stdout } = this.#terminal;
    stdout.write(`${this.#isAlternate ? LEAVE_ALTERNATE : ''}${RESET}\r\n`);
    stdin.setRawMode?.(false);
    stdin.off('data', this.#onData);
    stdin.pause();
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    process.off('exit', this.close);
  };

  /** Who gets what is typed. */
  onKeys(listener: ((keys: Buffer) => void) | undefined): void {
    this.#keys = listener;
  }

  /** What happens when the process is told to end. */
  onSignal(listener: () => void): void {
    this.#signal = listener;
  }

  /** Shows what the console says; answers whether the terminal takes more at once. */
  print(data: Buffer): boolean {
    const text = this.#tail + data.toString('latin1');
    for (const [, mode] of text.matchAll(ALTERNATE)) this.#isAlternate = mode === 'h';
    this.#tail = text.slice(text.lastIndexOf('\x1b')).slice(-LONGEST);
    return this.#terminal.stdout.write(data);
  }

  onceDrained(listener: () => void): void {
    this.#terminal.stdout.once('drain', listener);
  }

  /** Says something about the console, in a line of its own. */
  say(text: string): void {
    this.#terminal.stderr.write(`\r\n[haas: ${text}]\r\n`);
  }

  /** Whether the user presses the key within so many ms. */
  async leaves({ byte }: EscapeKey, ms: number): Promise<boolean> {
    const waiting = new AbortController();
    let isLeaving = false;
    const leave = () => {
      isLeaving = true;
      waiting.abort();
    };
    this.onSignal(leave);
    this.onKeys((keys) => {
      if (keys.includes(byte)) leave();
    });
    await sleep(ms, undefined, { signal: waiting.signal }).catch(() => {});
    return isLeaving;
  }

  readonly #onData = (keys: Buffer): void => this.#keys?.(keys);
  readonly #onSignal = (): void => this.#signal();
}
