import type { Socket } from 'node:net';
import { type Listener, listenOnLoopback, type OpenConnections } from './loopback-listener.ts';
import { type Terminal, TypedCharacters } from './terminal.ts';

const SE = 240;
const INTERRUPT_PROCESS = 244;
const ERASE_CHARACTER = 247;
const ERASE_LINE = 248;
const SB = 250;
const WILL = 251;
const WONT = 252;
const DO = 253;
const DONT = 254;
const IAC = 255;

const ECHO = 1;
const SUPPRESS_GO_AHEAD = 3;
const TERMINAL_TYPE = 24;
const WINDOW_SIZE = 31;

const TERMINAL_TYPE_IS = 0;
const TERMINAL_TYPE_SEND = 1;

const LONGEST_SUBNEGOTIATION = 256;

/** Milliseconds. */
const CLOSING_GRACE = 1000;

type State = 'data' | 'return' | 'command' | 'option' | 'subnegotiation' | 'subnegotiation command';

class TelnetTerminal implements Terminal {
  readonly transport = 'telnet';
  type = 'network';
  columns: number | null = null;
  rows: number | null = null;
  readonly closed: AbortSignal;

  readonly #socket: Socket;
  readonly #typed: TypedCharacters;
  #state: State = 'data';
  #command = 0;
  #subnegotiation: number[] = [];
  /** What we do. Offering an option counts as doing it, so that its acknowledgement is not answered again (RFC 1143). */
  #ours = new Set([ECHO, SUPPRESS_GO_AHEAD]);
  /** What we asked the client to do. */
  #theirs = new Set([TERMINAL_TYPE, WINDOW_SIZE]);

  constructor(socket: Socket) {
    const ended = new AbortController();
    this.closed = ended.signal;
    this.#socket = socket;
    this.#typed = new TypedCharacters(this.closed);
    socket.once('close', () => ended.abort());
    socket.once('end', () => ended.abort());
    socket.on('data', (bytes: Buffer) => {
      for (const byte of bytes) this.#receive(byte);
    });
    for (const option of this.#theirs) this.#sendCommand(DO, option);
    for (const option of this.#ours) this.#sendCommand(WILL, option);
  }

  read(): Promise<string> {
    return this.#typed.read();
  }

  write(text: string): void {
    const bytes = Buffer.from(text, 'latin1');
    this.#send(bytes.includes(IAC) ? Buffer.from([...bytes].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]))) : bytes);
  }

  hangUp(): void {
    this.#socket.end();
    // A client that never closes its side must not keep the session counted.
    setTimeout(() => this.#socket.destroy(), CLOSING_GRACE).unref();
  }

  breakOff(): void {
    this.hangUp();
  }

  #send(bytes: Buffer): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  #sendCommand(...bytes: number[]): void {
    this.#send(Buffer.from([IAC, ...bytes]));
  }

  #receive(byte: number): void {
    switch (this.#state) {
      case 'return':
        // A carriage return means nothing until its second byte has come: LF and NUL belong to it, anything else stands for itself.
        this.#state = 'data';
        this.#typed.push('\n');
        if (byte !== 0x0a && byte !== 0) this.#receive(byte);
        return;
      case 'data':
        if (byte === IAC) this.#state = 'command';
        else if (byte === 0x0d) this.#state = 'return';
        else if (byte !== 0) this.#typed.push(String.fromCharCode(byte));
        return;
      case 'command':
        this.#receiveCommand(byte);
        return;
      case 'option':
        this.#state = 'data';
        this.#negotiate(this.#command, byte);
        return;
      case 'subnegotiation':
        if (byte === IAC) this.#state = 'subnegotiation command';
        else if (this.#subnegotiation.length < LONGEST_SUBNEGOTIATION) this.#subnegotiation.push(byte);
        return;
      case 'subnegotiation command':
        this.#state = 'subnegotiation';
        if (byte === IAC) this.#subnegotiation.push(IAC);
        if (byte !== SE) return;
        this.#state = 'data';
        this.#subnegotiated(this.#subnegotiation);
        return;
    }
  }

  #receiveCommand(byte: number): void {
    this.#state = 'data';
    if (byte === IAC) this.#typed.push('\xff');
    else if (byte === INTERRUPT_PROCESS) this.#typed.push('\x03');
    else if (byte === ERASE_CHARACTER) this.#typed.push('\x7f');
    else if (byte === ERASE_LINE) this.#typed.push('\x15');
    else if (byte === SB) {
      this.#subnegotiation = [];
      this.#state = 'subnegotiation';
    } else if (byte >= WILL) {
      this.#command = byte;
      this.#state = 'option';
    }
  }

  #negotiate(command: number, option: number): void {
    if (command === DO && !this.#ours.has(option)) this.#sendCommand(WONT, option);
    if (command === DONT) this.#ours.delete(option);
    if (command === WONT) this.#theirs.delete(option);
    if (command !== WILL) return;
    if (!this.#theirs.has(option)) this.#sendCommand(DONT, option);
    if (option === TERMINAL_TYPE) this.#sendCommand(SB, TERMINAL_TYPE, TERMINAL_TYPE_SEND, IAC, SE);
  }

  #subnegotiated([option, ...content]: number[]): void {
    if (option === TERMINAL_TYPE && content[0] === TERMINAL_TYPE_IS) {
      this.type = String.fromCharCode(...content.slice(1)).toLowerCase();
    }
    if (option !== WINDOW_SIZE) return;
    const [high = 0, low = 0, rowsHigh = 0, rowsLow = 0] = content;
    this.columns = high * 256 + low || null;
    this.rows = rowsHigh * 256 + rowsLow || null;
  }
}

/**
 * Listens for telnet on the loopback interface (port 0: any free one), negotiates echo, go-ahead, terminal type and window
 * size, and hands each admitted connection on as a terminal. Strict about the network virtual terminal: a bare carriage
 * return is no end of line until the byte after it has come. Rejects if the port is taken.
 */
export function startTelnetServer(
  port: number,
  connections: OpenConnections,
  onTerminal: (terminal: Terminal) => void,
): Promise<Listener> {
  return listenOnLoopback(port, (socket) => {
    if (connections.admit(socket)) onTerminal(new TelnetTerminal(socket));
  });
}
