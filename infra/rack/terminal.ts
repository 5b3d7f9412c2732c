/** Thrown by a waiting read once the far end is gone; ends whatever dialogue was going on. */
export class TerminalClosed extends Error {
  constructor() {
    super('the terminal is closed');
    this.name = 'TerminalClosed';
  }
}

/** A remote terminal at the end of a telnet or SSH connection. Text is one byte a character (latin1). */
export interface Terminal {
  readonly transport: 'telnet' | 'ssh';
  /** Terminal type in lower case as the client names it. `network` until a telnet client says otherwise, as telnet daemons do. */
  readonly type: string;
  /** Width in columns as negotiated, null if the client said nothing. */
  readonly columns: number | null;
  /** Height in lines as negotiated, null if the client said nothing. */
  readonly rows: number | null;
  /** Aborted once the connection is gone. */
  readonly closed: AbortSignal;
  /** The next character typed; an end of line is `\n` whatever bytes meant it. Rejects with TerminalClosed. */
  read(): Promise<string>;
  /** Sends text as it stands. Does nothing once the connection is gone. */
  write(text: string): void;
  /** Ends the connection in good order, after what was written has gone out. */
  hangUp(): void;
  /** Ends the connection at once and without a word; what was written before still goes out. */
  breakOff(): void;
}

/** Text whose lines end in `\n`, as a terminal wants them. */
export function withReturns(text: string): string {
  return text.replaceAll('\n', '\r\n');
}

/** Characters typed and not yet read. One reader at a time. */
export class TypedCharacters {
  #characters: string[] = [];
  #reader: { resolve: (character: string) => void; reject: (error: Error) => void } | null = null;
  readonly #closed: AbortSignal;

  constructor(closed: AbortSignal) {
    this.#closed = closed;
    closed.addEventListener('abort', () => {
      this.#reader?.reject(new TerminalClosed());
      this.#reader = null;
    });
  }

  /** Adds one character, handing it to a waiting reader at once. */
  push(character: string): void {
    const reader = this.#reader;
    this.#reader = null;
    if (reader === null) this.#characters.push(character);
    else reader.resolve(character);
  }

  /** The next character. Rejects with TerminalClosed; what was typed before the connection ended is lost, as with a real pty. */
  read(): Promise<string> {
    if (this.#closed.aborted) return Promise.reject(new TerminalClosed());
    const character = this.#characters.shift();
    if (character !== undefined) return Promise.resolve(character);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }
}
