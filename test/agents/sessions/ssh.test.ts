import { once } from 'node:events';
import ssh2, { type Connection, type PseudoTtyInfo, type ServerConfig } from 'ssh2';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { fingerprint, openShell, type SshLogin } from '../../../agents/sessions/ssh.ts';
import { dial } from '../../../agents/sessions/wire.ts';
import { createHostKey } from '../../../infra/rack/ssh-host-key.ts';

const credentials = { username: 'haas', password: 's3cret' };
const hostKey = createHostKey(false);

/** An SSH server that `serve` makes behave, and a login to it. */
async function open(serve: (client: Connection) => void, login: Partial<SshLogin> = {}, config: Partial<ServerConfig> = {}) {
  const sockets = new Set<Connection>();
  const server = new ssh2.Server({ hostKeys: [hostKey], ...config }, (client) => {
    sockets.add(client);
    client.on('error', () => {});
    serve(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const client of sockets) client.end();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const { signal } = new AbortController();
  const socket = await dial({ label: 'sw-1', hostname: '127.0.0.1', port: address.port, timeout: 1_000, signal });
  onTestFinished(() => {
    socket.destroy();
  });
  return openShell(socket, {
    label: 'sw-1',
    address: `127.0.0.1:${address.port}`,
    credentials,
    legacy: false,
    timeout: 5_000,
    signal,
    checkHostKey: () => true,
    ...login,
  });
}

/** Lets a client in that answers `questions` with the password each, and nothing else. */
const interactive = (questions: string[]) => (client: Connection) => {
  client.on('authentication', (attempt) => {
    if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
    attempt.prompt(
      questions.map((prompt) => ({ prompt, echo: false })),
      (answers) => {
        if (answers?.join() === questions.map(() => credentials.password).join()) attempt.accept();
        else attempt.reject([]);
      },
    );
  });
};

const shell = (client: Connection, say: string, terminals: PseudoTtyInfo[] = []) => {
  client.on('session', (accept) => {
    const session = accept();
    session.on('pty', (acceptPty, _reject, info) => {
      terminals.push(info);
      acceptPty();
    });
    session.on('shell', (acceptShell) => acceptShell().write(say));
  });
};

describe('ssh', () => {
  test('opens a wide vt100 and carries what is said, with one return at the end of a line', async () => {
    const terminals: PseudoTtyInfo[] = [];
    const wire = await open((client) => {
      client.on('authentication', (attempt) => (attempt.method === 'password' ? attempt.accept() : attempt.reject(['password'])));
      shell(client, 'sw# ', terminals);
    });
    const [said] = await once(wire.stream, 'data');
    expect(String(said)).toBe('sw# ');
    expect(terminals).toMatchObject([{ cols: 511, rows: 1000, term: 'vt100' }]);
    expect(wire.lineEnd).toBe('\r');
  });

  test('answers a keyboard-interactive question with the password', async () => {
    const wire = await open((client) => {
      interactive(['Password: '])(client);
      shell(client, 'sw# ');
    });
    expect(String((await once(wire.stream, 'data'))[0])).toBe('sw# ');
  });

  test('does not answer a second question, which wants more than a password', async () => {
    await expect(open(interactive(['Password: ', 'Code: ']))).rejects.toMatchObject({ fault: 'denied' });
  });

  test('does not answer one question after the other: the second may ask for a new password', async () => {
    const heard: unknown[] = [];
    const serve = (client: Connection) => {
      client.on('authentication', (attempt) => {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
        attempt.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
          heard.push(answers);
          attempt.prompt([{ prompt: 'New password: ', echo: true }], (more) => {
            heard.push(more);
            attempt.reject([]);
          });
        });
      });
    };
    await expect(open(serve)).rejects.toMatchObject({ fault: 'denied' });
    expect(heard).toEqual([[credentials.password], []]);
  });

  test.each<{ name: string; serve: (client: Connection) => void }>([
    { name: 'hangs up', serve: (client) => client.end() },
    { name: 'never lets in nor turns away', serve: (client) => client.on('authentication', () => {}) },
    {
      name: 'gives no shell',
      serve: (client) => client.on('authentication', (attempt) => attempt.accept()).on('session', (_accept, reject) => reject()),
    },
  ])('unreachable: a server that $name', async ({ serve }) => {
    await expect(open(serve, { timeout: 300 })).rejects.toMatchObject({ fault: 'unreachable' });
  });

  test('shows the host key to the pinning before anything else, in the form of OpenSSH', async () => {
    const attempts = vi.fn();
    const checkHostKey = vi.fn(() => false);
    const opening = open((client) => client.on('authentication', attempts), { checkHostKey, address: '[::1]:22' });
    const shown = expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/);
    await expect(opening).rejects.toMatchObject({
      fault: 'denied',
      message: expect.stringContaining('[::1]:22 shows the host key SHA256:'),
    });
    expect(checkHostKey).toHaveBeenCalledExactlyOnceWith('[::1]:22', shown);
    expect(attempts).not.toHaveBeenCalled();
  });

  test('unreachable: where the pinned keys cannot be read', async () => {
    const attempts = vi.fn();
    const checkHostKey = () => {
      throw new Error('pins: line 3');
    };
    const opening = open((client) => client.on('authentication', attempts), { checkHostKey });
    await expect(opening).rejects.toMatchObject({ fault: 'unreachable', message: expect.stringContaining('pins: line 3') });
    expect(attempts).not.toHaveBeenCalled();
  });

  test('writes fingerprints as ssh-keygen does', () => {
    const blob = 'AAAAC3NzaC1lZDI1NTE5AAAAIMMLXvp2cILMNFxZw8Q2XHcwiQcDprAwSpqMecKZJh9G';
    expect(fingerprint(Buffer.from(blob, 'base64'))).toBe('SHA256:r9L20LVtUIXECqtJfvGIKQbvnRCbcpTYBkjxV5g5Fk0');
  });

  test.each([
    { kex: ['diffie-hellman-group1-sha1'] as const },
    { kex: ['diffie-hellman-group14-sha1'] as const },
    { cipher: ['aes128-cbc'] as const },
    { cipher: ['3des-cbc'] as const },
    // Beside a cipher that authenticates by itself, a MAC is not negotiated.
    { hmac: ['hmac-md5'] as const, cipher: ['aes128-ctr'] as const },
  ])('speaks old algorithms only where told: %j', async (only) => {
    const serve = (client: Connection) => {
      client.on('authentication', (attempt) => attempt.accept());
      shell(client, 'sw# ');
    };
    const config = { algorithms: Object.fromEntries(Object.entries(only).map(([kind, names]) => [kind, [...names]])) };
    await expect(open(serve, {}, config)).rejects.toMatchObject({ fault: 'unreachable' });
    const wire = await open(serve, { legacy: true }, config);
    expect(String((await once(wire.stream, 'data'))[0])).toBe('sw# ');
  });

  test('a connection that breaks later ends the stream and nothing else', async () => {
    let far: Connection | undefined;
    const wire = await open((client) => {
      far = client;
      client.on('authentication', (attempt) => attempt.accept());
      shell(client, 'sw# ');
    });
    wire.stream.resume();
    far?.end();
    await once(wire.stream, 'close');
    expect(() => wire.destroy()).not.toThrow();
  });
});
