import { DeviceError } from '../device-error.ts';
import type { ConsoleLine } from './console-line.ts';

/** How often (ms) the machine is looked at: another process may start it. */
const interval = 200;

const RETURN = '\r';
const prompt = 'mock> ';

/** A machine that is none, as its console sees it. */
export interface MockTerminal {
  /** What people call it. */
  readonly name: string;
  /** What no other machine has. */
  readonly key: string;
  /** Whether its serial line has breaks. */
  readonly hasBreaks: boolean;
  /** How often it was started, and what it prints when it starts; `gone`: its console ends; undefined: that cannot be told now. */
  look(): { readonly starts: number; readonly greeting: readonly string[] } | 'gone' | undefined;
}

/** The line that holds the console of each machine, by its key: there is only one at a time. */
const holders = new Map<string, MockLine>();

/** The serial console of a machine that is none. It prints a few lines at every start, and what is typed. */
export class MockLine implements ConsoleLine {
  readonly ended: Promise<string>;
  readonly #terminal: MockTerminal;
  readonly #onOutput: (data: Buffer) => void;
  readonly #watch: NodeJS.Timeout;
  #starts: number;
  #over: string | undefined;
  #end: (why: string) => void = () => {};

  /** Takes the console over from whoever has it. Starts before this many were printed already. `signal` ends it. */
  constructor(terminal: MockTerminal, starts: number, signal: AbortSignal, onOutput: (data: Buffer) => void) {
    this.#terminal = terminal;
    this.#onOutput = onOutput;
    this.#starts = starts;
    holders.get(terminal.key)?.drop('somebody else took the console over');
    holders.set(terminal.key, this);
    const abort = () => this.drop('it was called off');
    signal.addEventListener('abort', abort, { once: true });
    this.#watch = setInterval(() => this.#look(), interval);
    this.ended = new Promise((resolve) => {
      this.#end = (why) => {
        signal.removeEventListener('abort', abort);
        resolve(why);
      };
    });
  }

  async write(data: Buffer): Promise<void> {
    this.#mustBeOpen();
    // One character for each byte, there and back.
    const echo = data.toString('latin1').replaceAll(RETURN, `\r\n${prompt}`);
    this.#onOutput(Buffer.from(echo, 'latin1'));
  }

  async sendBreak(): Promise<void> {
    this.#mustBeOpen();
    const { name, hasBreaks } = this.#terminal;
    if (!hasBreaks)
      throw new DeviceError('refused', `${name}: no break was sent: the serial port of a virtual machine takes none`);
    this.#onOutput(Buffer.from('[break]'));
  }

  async close(): Promise<void> {
    this.drop('it was closed from here');
  }

  /** Ends the line, unless it has ended. */
  drop(why: string): void {
    if (this.#over !== undefined) return;
    this.#over = why;
    clearInterval(this.#watch);
    if (holders.get(this.#terminal.key) === this) holders.delete(this.#terminal.key);
    this.#end(why);
  }

  #look(): void {
    const seen = this.#terminal.look();
    if (seen === 'gone') this.drop('the machine does not run any more');
    if (seen === 'gone' || seen === undefined || seen.starts === this.#starts) return;
    this.#starts = seen.starts;
    this.#onOutput(Buffer.from(`${['', ...seen.greeting, 'Started.'].join('\r\n')}\r\n${prompt}`));
  }

  #mustBeOpen(): void {
    if (this.#over !== undefined) throw new DeviceError('lost', `${this.#terminal.name}: the console is closed: ${this.#over}`);
  }
}
