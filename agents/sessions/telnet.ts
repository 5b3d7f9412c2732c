import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Wire } from './wire.ts';

const IAC = 255;
const DONT = 254;
const DO = 253;
const WONT = 252;
const WILL = 251;
const SB = 250;
const SE = 240;

const ECHO = 1;
const SUPPRESS_GO_AHEAD = 3;
const TERMINAL_TYPE = 24;
const NAWS = 31;

const CR = 13;
const NUL = 0;
const SEND = 1;
const IS = 0;

/** Longest subnegotiation that is kept; the rest of a longer one is dropped, not remembered. */
const subnegotiationLimit = 64;

/** What a telnet client says of its terminal. */
export interface Terminal {
  readonly type: string;
  readonly columns: number;
  readonly rows: number;
}

/**
 * The terminal that every session claims to be. NX-OS complains of other types than vt100 before its banner; with 511 columns
 * no echo is wrapped, and with 1000 rows many devices never page.
 */
export const terminal: Terminal = { type: 'vt100', columns: 511, rows: 1000 };

/**
 * The client's end of a telnet connection (RFC 854, 855, 1091, 1073): what is read and written is text, the negotiation stays inside.
 * Commands may be split over packets at any byte. Each option is answered once per change, so no loop of answers can arise.
 */
export class Telnet extends Duplex {
  readonly #socket: Socket;
  readonly #terminal: Terminal;
  #state: 'data' | 'command' | 'option' | 'subnegotiation' | 'subnegotiation command' = 'data';
  #verb = 0;
  #subnegotiation: number[] = [];
  #afterCr = false;
  /** Options that are on, at our end and at theirs. */
  readonly #ours = new Set<number>();
  readonly #theirs = new Set<number>();

  constructor(socket: Socket, described: Terminal = terminal) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#terminal = described;
    socket.on('data', (bytes: Buffer) => {
      const text = this.#receive(bytes);
      if (text.length > 0 && !this.push(text)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk.includes(IAC) ? Buffer.from(escapeIac(chunk)) : chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #receive(bytes: Buffer): Buffer {
    const text: number[] = [];
    for (const byte of bytes) {
      switch (this.#state) {
        case 'data':
          if (byte === IAC) this.#state = 'command';
          else {
            // A return without a line feed travels as CR NUL.
            if (!(byte === NUL && this.#afterCr)) text.push(byte);
            this.#afterCr = byte === CR;
          }
          break;
        case 'command':
          this.#state = 'data';
          if (byte === IAC) {
            text.push(IAC);
            this.#afterCr = false;
          } else if (byte >= WILL && byte <= DONT) {
            this.#verb = byte;
            this.#state = 'option';
          } else if (byte === SB) {
            this.#subnegotiation = [];
            this.#state = 'subnegotiation';
          }
          break;
        case 'option':
          this.#state = 'data';
          this.#negotiate(this.#verb, byte);
          break;
        case 'subnegotiation':
          if (byte === IAC) this.#state = 'subnegotiation command';
          else this.#keep(byte);
          break;
        case 'subnegotiation command':
          if (byte === SE) {
            this.#state = 'data';
            this.#answerSubnegotiation();
          } else {
            this.#state = 'subnegotiation';
            this.#keep(byte);
          }
          break;
      }
    }
    return Buffer.from(text);
  }

  #keep(byte: number): void {
    if (this.#subnegotiation.length < subnegotiationLimit) this.#subnegotiation.push(byte);
  }

  #negotiate(verb: number, option: number): void {
    if (verb === WILL) this.#turnOn(this.#theirs, option, option === ECHO || option === SUPPRESS_GO_AHEAD, DO, DONT);
    else if (verb === DO) this.#turnOn(this.#ours, option, option === TERMINAL_TYPE || option === NAWS, WILL, WONT);
    else if (verb === WONT && this.#theirs.delete(option)) this.#send(IAC, DONT, option);
    else if (verb === DONT && this.#ours.delete(option)) this.#send(IAC, WONT, option);
  }

  #turnOn(on: Set<number>, option: number, wanted: boolean, yes: number, no: number): void {
    if (on.has(option)) return;
    if (wanted) on.add(option);
    this.#send(IAC, wanted ? yes : no, option);
    if (wanted && yes === WILL && option === NAWS) {
      const { columns, rows } = this.#terminal;
      const size = [columns >> 8, columns & 255, rows >> 8, rows & 255];
      this.#send(IAC, SB, NAWS, ...escapeIac(size), IAC, SE);
    }
  }

  #answerSubnegotiation(): void {
    const [option, verb] = this.#subnegotiation;
    if (option === TERMINAL_TYPE && verb === SEND) {
      this.#send(IAC, SB, TERMINAL_TYPE, IS, ...Buffer.from(this.#terminal.type, 'ascii'), IAC, SE);
    }
  }

  #send(...bytes: number[]): void {
    if (this.#socket.writable) this.#socket.write(Buffer.from(bytes));
  }
}

function escapeIac(bytes: Iterable<number>): number[] {
  return [...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]));
}

/** A telnet connection over a socket that stands. */
export function openTelnet(socket: Socket): Wire {
  const stream = new Telnet(socket);
  return { stream, lineEnd: '\r\n', destroy: () => stream.destroy() };
}
