import type { Connection, PseudoTtyInfo, ServerChannel } from 'ssh2';
import { type Terminal, TypedCharacters } from './terminal.ts';

/** Milliseconds. */
const CLOSING_GRACE = 1000;

/** The terminal at the end of an SSH connection, once a shell is attached to it. */
export class SshTerminal implements Terminal {
  readonly transport = 'ssh';
  type = 'dumb';
  columns: number | null = null;
  rows: number | null = null;
  readonly closed: AbortSignal;

  readonly #connection: Connection;
  readonly #typed: TypedCharacters;
  #channel: ServerChannel | null = null;

  constructor(connection: Connection) {
    const ended = new AbortController();
    this.closed = ended.signal;
    this.#connection = connection;
    this.#typed = new TypedCharacters(this.closed);
    connection.on('close', () => ended.abort());
  }

  /** Takes over the window size the client tells. */
  resize({ cols, rows }: Pick<PseudoTtyInfo, 'cols' | 'rows'>): void {
    this.columns = cols || null;
    this.rows = rows || null;
  }

  get attached(): boolean {
    return this.#channel !== null;
  }

  /** Connects the terminal to the channel of a shell. */
  attach(channel: ServerChannel): void {
    this.#channel = channel;
    channel.on('data', (bytes: Buffer) => {
      // Both CR and LF end a line here, so CR LF ends two: a pty has no notion of the pair.
      for (const character of bytes.toString('latin1')) this.#typed.push(character === '\r' ? '\n' : character);
    });
    // A client that is done typing but stays connected is gone all the same: a terminal has no half.
    channel.on('end', () => this.hangUp());
  }

  read(): Promise<string> {
    return this.#typed.read();
  }

  write(text: string): void {
    if (this.#channel?.writable) this.#channel.write(Buffer.from(text, 'latin1'));
  }

  hangUp(): void {
    // The client is given the time to close by itself: it takes a disconnect before that for a failure.
    this.#channel?.exit(0);
    this.#channel?.end();
    setTimeout(() => this.#connection.end(), CLOSING_GRACE).unref();
  }

  breakOff(): void {
    this.#connection.end();
  }
}
