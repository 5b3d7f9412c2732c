import type { Socket } from 'node:net';
import { type Listener, listenOnLoopback } from '../loopback-listener.ts';
import { type SerialEvent, TelnetLine } from './telnet-line.ts';

/** The serial port of a simulated machine, seen from the machine. */
export interface SimulatedSerial {
  /** Prints to the console; text as UTF-8. What is printed while no BMC listens is lost, as on a real line. */
  write(data: string | Uint8Array): void;
  /** Everything typed at the console since the start, without the breaks. */
  typed(): Buffer;
  /** Breaks received since the start. ipmi_sim keeps a break back until something is typed behind it. */
  breaks(): number;
  /** Whether the machine prints what is typed, byte for byte. False at the start. */
  echo: boolean;
  /** Called with each part of what is typed, after it was kept and printed. */
  onTyped: ((data: Buffer) => void) | undefined;
  /** Whether the BMC listens. It does as soon as it has started. */
  connected(): boolean;
  /**
   * Prints lines, which `line` makes of their number (counted from 0) and which get a CR LF each, at a constant rate until it is
   * stopped. `stop` answers everything that was printed. A BMC that cannot keep up gets all of it, later.
   */
  printContinuously(bytesPerSecond: number, line: (index: number) => string): { stop(): string };
}

/** Milliseconds between two portions of what is printed continuously. */
const PORTION = 50;

/** A serial port at which a BMC listens by TCP. */
export class SerialPort implements SimulatedSerial {
  echo = false;
  onTyped: ((data: Buffer) => void) | undefined;

  readonly #typed: Buffer[] = [];
  #breaks = 0;
  #socket: Socket | undefined;
  #listener: Listener | undefined;
  readonly #waiting: (() => void)[] = [];
  readonly #printing = new Set<NodeJS.Timeout>();

  /** Opens the port on the loopback interface. */
  async listen(): Promise<void> {
    this.#listener = await listenOnLoopback(0, (socket) => this.#connect(socket));
  }

  /** The TCP port of 127.0.0.1. */
  get port(): number {
    if (!this.#listener) throw new Error('a serial port that is not open has no number');
    return this.#listener.port;
  }

  /** Resolves when a BMC listens. */
  async whenConnected(): Promise<void> {
    if (!this.#socket) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Forgets the BMC that listened, which is dead. */
  hangUp(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** Stops printing, hangs up and frees the TCP port. */
  async close(): Promise<void> {
    for (const printing of this.#printing) clearInterval(printing);
    this.hangUp();
    await this.#listener?.close();
  }

  write(data: string | Uint8Array): void {
    if (this.#socket?.writable) this.#socket.write(TelnetLine.encode(Buffer.from(data)));
  }

  typed(): Buffer {
    return Buffer.concat(this.#typed);
  }

  breaks(): number {
    return this.#breaks;
  }

  connected(): boolean {
    return this.#socket !== undefined;
  }

  printContinuously(bytesPerSecond: number, line: (index: number) => string): { stop(): string } {
    const printed: string[] = [];
    const started = performance.now();
    let bytes = 0;
    const print = () => {
      const portion: string[] = [];
      for (const due = ((performance.now() - started) / 1000) * bytesPerSecond; bytes < due; ) {
        const text = `${line(printed.length + portion.length)}\r\n`;
        portion.push(text);
        bytes += Buffer.byteLength(text);
      }
      if (portion.length === 0) return;
      this.write(portion.join(''));
      printed.push(...portion);
    };
    const printing = setInterval(print, PORTION);
    this.#printing.add(printing);
    return {
      stop: () => {
        clearInterval(printing);
        this.#printing.delete(printing);
        return printed.join('');
      },
    };
  }

  #connect(socket: Socket): void {
    // One line, one BMC: the last one that came.
    this.hangUp();
    this.#socket = socket;
    for (const resolve of this.#waiting.splice(0)) resolve();
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    const line = new TelnetLine();
    socket.on('data', (bytes: Buffer) => {
      for (const event of line.decode(bytes)) this.#receive(event);
    });
  }

  #receive(event: SerialEvent): void {
    if (event.kind === 'break') {
      this.#breaks += 1;
      return;
    }
    this.#typed.push(event.data);
    if (this.echo) this.write(event.data);
    this.onTyped?.(event.data);
  }
}
