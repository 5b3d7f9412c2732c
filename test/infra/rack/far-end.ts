import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import ssh2, { type ConnectConfig } from 'ssh2';
import { onTestFinished } from 'vitest';

/** A program at the client's end of a connection: sends bytes, and waits for what it is to see. */
export interface FarEnd {
  /** Everything received and not yet returned, one character a byte. */
  readonly pending: string;
  readonly ended: boolean;
  /** Waits for the pattern, and returns what came up to its end. Rejects when the connection ends before, saying what came. */
  until(pattern: RegExp | string): Promise<string>;
  /** Waits for the other side to end the connection, and returns what came before. */
  untilEnd(): Promise<string>;
  send(text: string): void;
  close(): void;
}

class Received implements FarEnd {
  pending = '';
  ended = false;
  #wake: () => void = () => {};
  readonly #write: (bytes: Buffer) => void;
  readonly close: () => void;

  constructor(write: (bytes: Buffer) => void, close: () => void) {
    this.#write = write;
    this.close = close;
    onTestFinished(close);
  }

  receive(text: string): void {
    this.pending += text;
    this.#wake();
  }

  end(): void {
    this.ended = true;
    this.#wake();
  }

  send(text: string): void {
    this.#write(Buffer.from(text, 'latin1'));
  }

  async until(pattern: RegExp | string): Promise<string> {
    for (;;) {
      const found = typeof pattern === 'string' ? this.pending.indexOf(pattern) : this.pending.search(pattern);
      if (found >= 0) {
        const length = typeof pattern === 'string' ? pattern.length : (pattern.exec(this.pending)?.[0].length ?? 0);
        const text = this.pending.slice(0, found + length);
        this.pending = this.pending.slice(found + length);
        return text;
      }
      if (this.ended) throw new Error(`ended before ${pattern}, after ${JSON.stringify(this.pending)}`);
      await this.#change();
    }
  }

  async untilEnd(): Promise<string> {
    while (!this.ended) await this.#change();
    return this.pending;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A bare TCP connection: what it receives is what was sent, telnet commands and all. */
export async function tcp(port: number): Promise<FarEnd> {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const received = new Received(
    (bytes) => socket.write(bytes),
    () => socket.destroy(),
  );
  socket.on('data', (bytes: Buffer) => received.receive(bytes.toString('latin1')));
  socket.on('error', () => {});
  socket.on('close', () => received.end());
  return received;
}

/** An SSH shell. Rejects if the login is refused. */
export async function ssh(
  config: ConnectConfig,
  window: { term: string; cols: number; rows: number } = { term: 'vt100', cols: 80, rows: 24 },
): Promise<FarEnd> {
  const client = new ssh2.Client();
  client.on('keyboard-interactive', (_name, _instructions, _language, _prompts, finish) => finish([config.password ?? '']));
  client.connect({ host: '127.0.0.1', ...config });
  await once(client, 'ready').finally(() => client.on('error', () => {}));
  const channel = await new Promise<ssh2.ClientChannel>((resolve, reject) => {
    client.shell(window, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  const received = new Received(
    (bytes) => channel.write(bytes),
    () => client.end(),
  );
  channel.on('data', (bytes: Buffer) => received.receive(bytes.toString('latin1')));
  client.on('close', () => received.end());
  return received;
}
