import { BmcError } from '../../agents/drivers/bmc/bmc-error.ts';
import type { Bmc, BmcDriver, ConsoleLine, OpenBmc } from '../../agents/drivers/bmc/driver.ts';

/** What a test may do to a line that is being opened: throw, wait, or nothing. */
type Interference = (signal: AbortSignal) => Promise<unknown> | unknown;

/** The serial console of one machine in memory. */
export class MemoryConsole {
  /** Everything that an open line gave away. */
  given = '';
  /** How many bytes were printed while no line was open. */
  missed = 0;
  /** What was typed, with `<break>` for a break. */
  typed = '';
  openings = 0;
  /** The most lines that were ever open at once. */
  mostLines = 0;
  /** The password of the last opening. */
  password = '';
  /** What is given away as soon as a line is open, as by a BMC that kept it. */
  kept = '';
  opening: Interference = () => {};
  /** May throw or wait; called before something is typed or a break is sent. */
  typing: (text: string) => Promise<unknown> | unknown = () => {};
  /** What the BMC says of who holds the console; by itself it cannot tell. */
  holder: () => Promise<string | undefined> | string | undefined = () => undefined;
  /** Whether a break can be sent only on a line on which nothing was typed yet. */
  breaksOnNewLine = false;
  readonly #lines = new Set<{ readonly onOutput: (data: Buffer) => void; readonly end: (why: string) => void }>();

  /** Whether a line is open. */
  get isOpen(): boolean {
    return this.#lines.size > 0;
  }

  /** The machine prints. */
  print(text: string): void {
    if (!this.isOpen) this.missed += text.length;
    for (const { onOutput } of this.#lines) {
      this.given += text;
      onOutput(Buffer.from(text, 'latin1'));
    }
  }

  /** The line ends. */
  drop(why = 'the BMC closed the session'): void {
    for (const { end } of this.#lines) end(why);
  }

  async open({ credentials, signal }: OpenBmc, onOutput: (data: Buffer) => void): Promise<ConsoleLine> {
    this.openings += 1;
    this.password = credentials.password;
    await this.opening(signal);
    if (signal.aborted) throw new BmcError('hung', 'it was given up');
    let end: (why: string) => void = () => {};
    const ended = new Promise<string>((resolve) => {
      end = (why) => {
        this.#lines.delete(line);
        resolve(why);
      };
    });
    const line = { onOutput, end };
    signal.addEventListener('abort', () => end('it was given up'), { once: true });
    this.#lines.add(line);
    this.mostLines = Math.max(this.mostLines, this.#lines.size);
    let isFresh = true;
    const type = async (text: string) => {
      if (!this.#lines.has(line)) throw new BmcError('hung', 'the line is over');
      await this.typing(text);
      if (!this.#lines.has(line)) throw new BmcError('hung', 'the line ended');
      this.typed += text;
      isFresh = false;
    };
    if (this.kept !== '') this.print(this.kept);
    this.kept = '';
    return {
      ended,
      write: (data) => type(data.toString('latin1')),
      sendBreak: async () => {
        if (this.breaksOnNewLine && !isFresh) throw new BmcError('refused', 'not in the middle of a line');
        await type('<break>');
      },
      close: async () => end('it was closed'),
    };
  }
}

/** A driver of BMCs of which only the serial console is looked at. */
export class MemoryConsoles {
  readonly #consoles = new Map<string, MemoryConsole>();
  readonly driver: BmcDriver = { type: 'mock', open: (target) => this.#bmc(target) };
  /** What `startAgent` takes. */
  readonly findBmcDriver = (): BmcDriver => this.driver;

  /** The console of a node. */
  node(label: string): MemoryConsole {
    const known = this.#consoles.get(label);
    if (known) return known;
    const made = new MemoryConsole();
    this.#consoles.set(label, made);
    return made;
  }

  #bmc(target: OpenBmc): Bmc {
    const none = () => Promise.reject(new BmcError('refused', 'it has nothing but a console'));
    return {
      readPower: none,
      setPower: none,
      readBoot: none,
      setBoot: none,
      check: none,
      openConsole: (onOutput) => this.node(target.access.label).open(target, onOutput),
      readConsoleHolder: async () => this.node(target.access.label).holder(),
    };
  }
}
