import { generateKeyPairSync } from 'node:crypto';
import type { Algorithms, AuthContext, Connection, PseudoTtyInfo, ServerChannel } from 'ssh2';
import ssh2 from 'ssh2';
import { type Listener, listenOnLoopback, type OpenConnections } from './loopback-listener.ts';
import { type Terminal, TypedCharacters } from './terminal.ts';

/** What an SSH server of about 2010 offers, and all it offers: clients of today must be told to accept it. */
const LEGACY_ALGORITHMS: Algorithms = {
  kex: ['diffie-hellman-group1-sha1'],
  serverHostKey: ['ssh-rsa'],
  cipher: ['aes128-cbc', '3des-cbc'],
  hmac: ['hmac-sha1'],
};

const AUTHENTICATION_ATTEMPTS = 3;

/** Milliseconds. */
const CLOSING_GRACE = 1000;

/** A new private host key in PEM. RSA takes a noticeable part of a second, so it is for the legacy server, which can use no other. */
export function createHostKey(legacy: boolean): string {
  const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
  return legacy
    ? generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } })
        .privateKey
    : generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding, privateKeyEncoding: { type: 'sec1', format: 'pem' } })
        .privateKey;
}

class SshTerminal implements Terminal {
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

  resize({ cols, rows }: Pick<PseudoTtyInfo, 'cols' | 'rows'>): void {
    this.columns = cols || null;
    this.rows = rows || null;
  }

  get attached(): boolean {
    return this.#channel !== null;
  }

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

/** What an SSH server needs to know to let people in. */
export interface SshLogin {
  readonly username: string;
  readonly password: string;
  /** Private host key in PEM. */
  readonly hostKey: string;
  /** Offers only what switches of about 2010 offer; needs an RSA host key. */
  readonly legacy: boolean;
  /** Shown above the password question of keyboard-interactive authentication. */
  readonly title: string;
}

/**
 * Listens for SSH on the loopback interface (port 0: any free one) and hands each authenticated shell on as a terminal.
 * Takes password and keyboard-interactive authentication; refuses exec, subsystems and forwarding. Rejects if the port is taken.
 */
export function startSshServer(
  port: number,
  login: SshLogin,
  connections: OpenConnections,
  onTerminal: (terminal: Terminal) => void,
): Promise<Listener> {
  const algorithms = login.legacy ? { algorithms: LEGACY_ALGORITHMS } : {};
  const server = new ssh2.Server({ hostKeys: [login.hostKey], ...algorithms }, (connection) => {
    const terminal = new SshTerminal(connection);
    let attempts = 0;
    // A connection broken off by the client is ordinary here; ssh2 reports it as an error and closes by itself.
    connection.on('error', () => {});
    connection.on('authentication', (context) => {
      authenticate(context, login, () => {
        attempts += 1;
        if (attempts >= AUTHENTICATION_ATTEMPTS) connection.end();
        else context.reject(['password', 'keyboard-interactive']);
      });
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('pty', (acceptPty, _reject, info) => {
        terminal.type = info.term.toLowerCase();
        terminal.resize(info);
        acceptPty?.();
      });
      session.on('window-change', (acceptChange, _reject, info) => {
        terminal.resize(info);
        acceptChange?.();
      });
      session.on('shell', (acceptShell, rejectShell) => {
        // One connection is one line of the switch; a second shell on it would share this terminal.
        if (terminal.attached) {
          rejectShell();
          return;
        }
        terminal.attach(acceptShell());
        onTerminal(terminal);
      });
    });
  });
  return listenOnLoopback(port, (socket) => {
    if (connections.admit(socket)) server.injectSocket(socket);
  });
}

function authenticate(context: AuthContext, login: SshLogin, refuse: () => void): void {
  const answer = (password: string | undefined) => {
    if (context.username === login.username && password === login.password) context.accept();
    else refuse();
  };
  if (context.method === 'password') answer(context.password);
  else if (context.method === 'keyboard-interactive') {
    context.prompt([{ prompt: 'Password: ', echo: false }], login.title, (answers) => answer(answers[0]));
  }
  // Asking without proof is how clients learn the methods; it does not count as an attempt.
  else context.reject(['password', 'keyboard-interactive']);
}
