import { BmcError } from './bmc-error.ts';
import type { ConsoleLine } from './driver.ts';
import type { MockMachine, MockState } from './mock-machine.ts';

/** How often (ms) the machine is looked at: another process may turn it on. */
const interval = 200;

const RETURN = '\r';
const prompt = 'mock> ';

/** The line that holds the console of each machine, by its file: there is only one at a time. */
const holders = new Map<string, MockLine>();

/** The serial console of a machine that is none. It prints a few lines at every start, and what is typed. */
export class MockLine implements ConsoleLine {
  readonly ended: Promise<string>;
  readonly #label: string;
  readonly #machine: MockMachine;
  readonly #onOutput: (data: Buffer) => void;
  readonly #watch: NodeJS.Timeout;
  #starts: number;
  #over: string | undefined;
  #end: (why: string) => void = () => {};

  /** Takes the console over from whoever has it. `signal` ends it. */
  constructor(label: string, machine: MockMachine, state: MockState, signal: AbortSignal, onOutput: (data: Buffer) => void) {
    this.#label = label;
    this.#machine = machine;
    this.#onOutput = onOutput;
    this.#starts = state.starts;
    holders.get(machine.file)?.drop('somebody else took the console over');
    holders.set(machine.file, this);
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
    if (holders.get(this.#machine.file) === this) holders.delete(this.#machine.file);
    this.#end(why);
  }

  #look(): void {
    const state = this.#machine.read();
    if (state === undefined || state.starts === this.#starts) return;
    this.#starts = state.starts;
    const { device, uefi } = state.booted;
    const lines = [
      '',
      `${this.#label}: ${uefi ? 'UEFI' : 'BIOS'} of a machine that is none`,
      `Booting from ${device === 'none' ? 'the first device in order' : device} ...`,
      'Started.',
    ];
    this.#onOutput(Buffer.from(`${lines.join('\r\n')}\r\n${prompt}`));
  }

  #mustBeOpen(): void {
    if (this.#over !== undefined) throw new BmcError('hung', `${this.#label}: the console is closed: ${this.#over}`);
  }
}
