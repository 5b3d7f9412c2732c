import { DeviceError } from '../../agents/device-error.ts';
import { BmcError } from '../../agents/drivers/bmc/bmc-error.ts';
import type { Bmc, BmcDriver, OpenBmc } from '../../agents/drivers/bmc/driver.ts';
import type { ConsoleLine } from '../../agents/drivers/console-line.ts';
import { NOT_RUNNING } from '../../agents/drivers/vm-host/driver.ts';
import type { OfferedHost } from '../../agents/headnode-link.ts';

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
  /** Whether a break can be sent: always, only on a line on which nothing was typed yet, or never. */
  breaks: 'always' | 'on a new line' | 'never' = 'always';
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

  async open(signal: AbortSignal, onOutput: (data: Buffer) => void, password = ''): Promise<ConsoleLine> {
    this.openings += 1;
    this.password = password;
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
        if (this.breaks === 'never') throw new DeviceError('refused', 'a virtual line has no breaks');
        if (this.breaks === 'on a new line' && !isFresh) throw new BmcError('refused', 'not in the middle of a line');
        await type('<break>');
      },
      close: async () => end('it was closed'),
    };
  }
}

/** The serial console of a virtual machine in memory, which does not run before it is started. */
export class MemoryHeadnode extends MemoryConsole {
  #runs = false;
  override breaks: MemoryConsole['breaks'] = 'never';
  override opening = () => {
    if (!this.#runs) throw new DeviceError('unreachable', NOT_RUNNING);
  };

  /** It starts; what it prints first waits for whoever opens its console. */
  start(greeting: string): void {
    this.kept = greeting;
    this.#runs = true;
  }

  stop(): void {
    this.#runs = false;
    this.drop('the headnode was stopped');
  }
}

/** A driver of BMCs and a host of headnodes of which only the serial consoles are looked at. */
export class MemoryConsoles {
  readonly #nodes = new Map<string, MemoryConsole>();
  readonly #headnodes = new Map<string, MemoryHeadnode>();
  readonly driver: BmcDriver = { type: 'mock', open: (target) => this.#bmc(target) };
  /** What `startAgent` takes. */
  readonly findBmcDriver = (): BmcDriver => this.driver;
  /** What `startAgent` takes. */
  readonly vmHost: OfferedHost = {
    limits: { memory: 1, vcpus: 1, disk: 1 },
    open: (signal) => ({
      readTemplates: async () => ({ templates: [], problems: [] }),
      readUse: async () => [],
      sweep: async () => [],
      read: none,
      create: none,
      start: none,
      stop: none,
      remove: none,
      openConsole: (uuid, onOutput) => this.headnode(uuid).open(signal, onOutput),
    }),
  };

  /** The console of a node. */
  node(label: string): MemoryConsole {
    const known = this.#nodes.get(label);
    if (known) return known;
    const made = new MemoryConsole();
    this.#nodes.set(label, made);
    return made;
  }

  /** The console of a headnode, which does not run until it is told to. */
  headnode(uuid: string): MemoryHeadnode {
    const known = this.#headnodes.get(uuid);
    if (known) return known;
    const made = new MemoryHeadnode();
    this.#headnodes.set(uuid, made);
    return made;
  }

  #bmc(target: OpenBmc): Bmc {
    const { access, credentials, signal } = target;
    return {
      readPower: none,
      setPower: none,
      readBoot: none,
      setBoot: none,
      check: none,
      openConsole: (onOutput) => this.node(access.label).open(signal, onOutput, credentials.password),
      readConsoleHolder: async () => this.node(access.label).holder(),
    };
  }
}

const none = () => Promise.reject(new DeviceError('refused', 'it has nothing but a console'));
