import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { type Algorithms, type AuthenticationType, Client, type ClientChannel, type ConnectConfig } from 'ssh2';
import type { Credentials } from '../../db/devices/access.ts';
import { DeviceError } from '../device-error.ts';
import { terminal } from './telnet.ts';
import type { Wire } from './wire.ts';

/**
 * What switches of about 2005 to 2014 offer and nothing else: 1024-bit Diffie-Hellman, SHA-1 signatures, CBC ciphers, MD5.
 * All of it can be broken by somebody with means; it is offered last, and only where a switch is registered with `legacy_ssh`.
 */
const legacy: Algorithms = {
  kex: {
    append: ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1'],
    prepend: [],
    remove: [],
  },
  serverHostKey: { append: ['ssh-rsa', 'ssh-dss'], prepend: [], remove: [] },
  cipher: { append: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc', '3des-cbc'], prepend: [], remove: [] },
  hmac: { append: ['hmac-sha1', 'hmac-md5'], prepend: [], remove: [] },
};

/** What an SSH session needs besides the socket. `timeout` (milliseconds) covers keys, login and the opening of the shell. */
export interface SshLogin {
  readonly label: string;
  /** `host:port`, under which the host key is pinned. */
  readonly address: string;
  readonly credentials: Credentials;
  readonly legacy: boolean;
  readonly timeout: number;
  readonly signal: AbortSignal;
  /** Whether this is the host key that belongs to the address. */
  checkHostKey(address: string, fingerprint: string): boolean;
}

/** The fingerprint of a host key as OpenSSH writes it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The terminal that a shell is opened on. */
const window = { term: terminal.type, cols: terminal.columns, rows: terminal.rows, width: 0, height: 0 };

/**
 * Logs in over a socket that stands and opens a shell on a terminal. Some switches take anybody here and ask at the shell.
 * Throws `denied` for a wrong name or password and for a host key that differs from the pinned one, `unreachable` for everything else.
 */
export function openShell(socket: Socket, login: SshLogin): Promise<Wire> {
  return logIn(socket, login, (client, resolve, fail) => {
    client.shell(window, (error: Error | undefined, stream: ClientChannel) => {
      if (error) return fail(error);
      stream.stderr.resume();
      resolve({ stream, lineEnd: '\r', destroy: () => client.destroy() });
    });
  });
}

/** Logs in over a socket that stands, to run commands. Throws as `openShell` does. */
export function openSsh(socket: Socket, login: SshLogin): Promise<Client> {
  return logIn(socket, login, (client, resolve) => resolve(client));
}

/** Connects, and calls `open` when logged in; the signal and the timeout count until it has resolved. */
function logIn<T>(
  socket: Socket,
  login: SshLogin,
  open: (client: Client, resolve: (value: T) => void, fail: (error: Error) => void) => void,
): Promise<T> {
  const { label, address, credentials, signal } = login;
  return new Promise((resolve, reject) => {
    const client = new Client();
    let strange: string | undefined;
    let settled = false;
    let asked = false;

    const settle = (act: () => void) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      act();
    };
    const fail = (error: DeviceError) =>
      settle(() => {
        client.destroy();
        socket.destroy();
        reject(error);
      });
    const unreachable = (problem: string, cause?: Error) =>
      fail(new DeviceError('unreachable', `${label}: no SSH session with ${address}: ${problem}`, { cause }));
    const abort = () => unreachable('called off');
    const timer = setTimeout(() => unreachable(`not ready in ${login.timeout} ms`), login.timeout);
    signal.addEventListener('abort', abort, { once: true });

    client.on('keyboard-interactive', (_name, _instructions, _language, prompts, answer) => {
      // More than one question is more than a password, together or in turn; an empty list is a mere announcement.
      answer(prompts.length === 1 && !asked ? [credentials.password] : []);
      asked ||= prompts.length > 0;
    });
    client.on('ready', () => {
      open(
        client,
        (value) => settle(() => resolve(value)),
        (error) => unreachable(error.message, error),
      );
    });
    // Stays for the life of the client: a reset of the connection is an event here as well as the end of the stream.
    client.on('error', (error) => {
      if (strange !== undefined) fail(new DeviceError('denied', changedHostKey(login, strange)));
      else if (error.level === 'client-authentication') {
        fail(new DeviceError('denied', `${label}: ${address} does not accept the login that it is registered with`));
      } else unreachable(error.message, error);
    });
    client.on('close', () => unreachable('the switch closed the connection'));
    if (signal.aborted) return abort();

    try {
      client.connect({
        sock: socket,
        ...proofOf(credentials),
        // The timer above covers this and the opening of the shell.
        readyTimeout: 0,
        hostVerifier: (key: Buffer) => {
          const shown = fingerprint(key);
          try {
            const known = login.checkHostKey(address, shown);
            if (!known) strange = shown;
            return known;
          } catch (error) {
            // Pins that cannot be read are no reason to trust a key.
            unreachable(`its host key cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
            return false;
          }
        },
        ...(login.legacy ? { algorithms: legacy } : {}),
      });
    } catch {
      // The text of the error is not passed on: it may quote the key.
      fail(new DeviceError('denied', `${label}: the private key that it is registered with cannot be used`));
    }
  });
}

/** `none` comes first, because some switches take nothing else and ask for name and password at the shell. */
function proofOf({ username, password, private_key }: Credentials): ConnectConfig {
  const methods: AuthenticationType[] = ['none'];
  if (private_key !== undefined) methods.push('publickey');
  if (password !== '') methods.push('password', 'keyboard-interactive');
  return {
    username,
    authHandler: methods,
    tryKeyboard: password !== '',
    ...(password === '' ? {} : { password }),
    ...(private_key === undefined ? {} : { privateKey: private_key }),
  };
}

function changedHostKey({ label, address }: SshLogin, shown: string): string {
  return (
    `${label}: ${address} shows the host key ${shown}, not the one that was pinned when it was first seen. ` +
    'Nothing was sent. If the switch was replaced or its keys were made anew, compare the fingerprint at its console ' +
    'and remove the pinned key of this address from the agent; otherwise somebody may stand between.'
  );
}
