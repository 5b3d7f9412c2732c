import { getEventListeners } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RestClient, type RestRequest, type RestServer } from '../../../agents/sessions/rest.ts';
import { defaultTimeouts } from '../../../agents/sessions/timeouts.ts';
import { type Asked, certificates, type Reply, scriptedServer } from './scripted-server.ts';

const credentials = { username: 'haas', password: 'p$&w:rd ü' };
const probe: RestRequest = { method: 'GET', path: '/rest' };
const login = Buffer.from('haas:p$&w:rd ü').toString('base64');

function client(port: number, options: Partial<RestServer> = {}): RestClient {
  const { signal } = new AbortController();
  const made = new RestClient({
    label: 'sw-1',
    hostname: '127.0.0.1',
    port,
    tls: false,
    credentials,
    timeouts: { ...defaultTimeouts, connect: 2_000, login: 2_000 },
    signal,
    checkCertificate: () => true,
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

/** Lets in who knows the password, and answers the probe. */
const door =
  (answer: (asked: Asked) => Reply) =>
  (asked: Asked): Reply => {
    if (asked.authorization !== `Basic ${login}`) return { status: 401, text: 'who are you' };
    return asked.path === '/rest' ? { status: 200 } : answer(asked);
  };

async function loggedIn(answer: (asked: Asked) => Reply, options: Partial<RestServer> = {}) {
  const server = await scriptedServer(door(answer));
  const session = client(server.port, options);
  await session.logIn(probe);
  return { server, session };
}

describe('REST: requests', () => {
  test('sends what it is told, and answers every status but 401 and 403', async () => {
    const { server, session } = await loggedIn(({ method }) =>
      method === 'PUT' ? { status: 204 } : { status: 409, text: 'ü\n' },
    );
    expect(await session.request({ method: 'POST', path: '/a/%22b/1%22?c', body: '<ü/>' }, 2_000)).toEqual({
      status: 409,
      text: 'ü\n',
    });
    expect(await session.request({ method: 'PUT', path: '/a' }, 2_000)).toEqual({ status: 204, text: '' });
    expect(server.asked.slice(1)).toMatchObject([
      { method: 'POST', path: '/a/%22b/1%22?c', body: '<ü/>' },
      { method: 'PUT', path: '/a', body: '' },
    ]);
  });

  test('sends one after the other, and leaves no connection behind', async () => {
    let under = 0;
    let most = 0;
    const server = await scriptedServer(() => {
      under = server.connections();
      most = Math.max(most, under);
      return { status: 200 };
    });
    const session = client(server.port);
    await Promise.all([1, 2, 3].map((number) => session.request({ method: 'GET', path: `/${number}` }, 2_000)));
    expect(server.asked.map(({ path }) => path)).toEqual(['/1', '/2', '/3']);
    expect(most).toBe(1);
    await vi.waitFor(() => expect(server.connections()).toBe(0), { interval: 5 });
  });

  test.each(['no path', '/a b', '/a\r\nHost: b', '/a"'])('does not send %j', async (path) => {
    const { server, session } = await loggedIn(() => ({ status: 200 }));
    expect(() => session.request({ method: 'GET', path }, 1_000)).toThrow(TypeError);
    expect(server.asked).toHaveLength(1);
  });

  test('follows no redirection: the password goes nowhere else', async () => {
    const { server, session } = await loggedIn(() => ({ status: 302, headers: { Location: `http://127.0.0.1:1/` } }));
    expect(await session.request({ method: 'GET', path: '/a' }, 2_000)).toMatchObject({ status: 302 });
    expect(server.asked).toHaveLength(2);
  });
});

describe('REST: what goes wrong', () => {
  test('nobody there, before anything was sent: unreachable', async () => {
    const server = await scriptedServer(() => ({ status: 200 }));
    await server.close();
    await expect(client(server.port).logIn(probe)).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining(`sw-1: no connection to 127.0.0.1 port ${server.port}`),
    });
  });

  test.each<[string, Reply]>([
    ['a server that is overloaded', { status: 503, text: 'busy' }],
    ['silence', 'silence'],
    ['a connection that ends', 'hangs up'],
    ['half an answer', 'half'],
  ])('%s at the login: unreachable, for nothing was changed', async (_, reply) => {
    const server = await scriptedServer(() => reply);
    const session = client(server.port, { timeouts: { ...defaultTimeouts, login: 200 } });
    await expect(session.logIn(probe)).rejects.toMatchObject({ fault: 'unreachable' });
    await vi.waitFor(() => expect(server.connections()).toBe(0), { interval: 5 });
  });

  test.each<[string, Reply]>([
    ['silence', 'silence'],
    ['a connection that ends', 'hangs up'],
    ['half an answer', 'half'],
    ['an endless answer', { status: 200, text: 'x'.repeat(4_200_000) }],
  ])('%s later: lost, and so is every further request', async (_, reply) => {
    const { server, session } = await loggedIn(() => reply);
    await expect(session.request({ method: 'PUT', path: '/a' }, 250)).rejects.toMatchObject({ fault: 'lost' });
    const asked = server.asked.length;
    await expect(session.request(probe, 1_000)).rejects.toMatchObject({ fault: 'lost' });
    expect(server.asked).toHaveLength(asked);
    await vi.waitFor(() => expect(server.connections()).toBe(0), { interval: 5 });
  });

  test('a server that went away later: lost', async () => {
    const { server, session } = await loggedIn(() => ({ status: 200 }));
    await server.close();
    await expect(session.request({ method: 'PUT', path: '/a' }, 1_000)).rejects.toMatchObject({ fault: 'lost' });
  });

  test('what is no HTTP is lost', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-switch\r\n'));
    onTestFinished(() => void server.close());
    const port = await new Promise<number>((resolve) =>
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      }),
    );
    await expect(client(port).logIn(probe)).rejects.toMatchObject({ fault: 'unreachable' });
  });

  test('a wrong password is denied, at the login and later, in words that hold neither it nor its encoding', async () => {
    const wrong = { username: 'haas', password: 'Wr0ng-h0rse' };
    const encoded = Buffer.from('haas:Wr0ng-h0rse').toString('base64');
    const server = await scriptedServer(({ authorization }) => ({ status: 500, text: `no ${authorization} Wr0ng-h0rse` }));
    const failing: unknown = await client(server.port, { credentials: wrong })
      .logIn(probe)
      .catch((error: unknown) => error);
    expect(failing).toMatchObject({ fault: 'unreachable', message: expect.stringContaining('HTTP 500: no Basic *** ***') });
    expect(String(failing)).not.toMatch(new RegExp(`${encoded}|Wr0ng`));
    const { session } = await loggedIn(({ method }) => ({ status: method === 'GET' ? 401 : 403 }));
    await expect(session.request({ method: 'GET', path: '/a' }, 1_000)).rejects.toMatchObject({ fault: 'denied' });
    await expect(session.request({ method: 'PUT', path: '/a' }, 1_000)).rejects.toMatchObject({
      fault: 'denied',
      message: 'sw-1 does not accept that this user does PUT (HTTP 403 to /a)',
    });
  });

  test('the signal ends a login and a request at once, and nothing hangs on it afterwards', async () => {
    const calling = new AbortController();
    const silent = await scriptedServer(() => 'silence');
    const opening = expect(client(silent.port, { signal: calling.signal }).logIn(probe)).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('called off'),
    });
    await vi.waitFor(() => expect(silent.asked).toHaveLength(1), { interval: 5 });
    calling.abort();
    await opening;
    await expect(client(silent.port, { signal: calling.signal }).logIn(probe)).rejects.toMatchObject({ fault: 'unreachable' });

    const again = new AbortController();
    const { server, session } = await loggedIn(() => 'silence', { signal: again.signal });
    const work = expect(session.request({ method: 'PUT', path: '/a' }, 10_000)).rejects.toMatchObject({ fault: 'lost' });
    await vi.waitFor(() => expect(server.asked).toHaveLength(2), { interval: 5 });
    again.abort();
    await work;
    await vi.waitFor(() => expect(server.connections()).toBe(0), { interval: 5 });

    const { signal } = new AbortController();
    const closing = await loggedIn(() => 'silence', { signal });
    const cut = expect(closing.session.request({ method: 'PUT', path: '/a' }, 10_000)).rejects.toMatchObject({ fault: 'lost' });
    await vi.waitFor(() => expect(closing.server.asked).toHaveLength(2), { interval: 5 });
    closing.session.close();
    await cut;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('REST: ends', () => {
  test('closed while it is dialled: nothing is sent any more', async () => {
    const { server, session } = await loggedIn(() => ({ status: 200 }));
    const work = expect(session.request({ method: 'PUT', path: '/a' }, 2_000)).rejects.toMatchObject({ fault: 'lost' });
    await Promise.resolve();
    session.close();
    await work;
    await vi.waitFor(() => expect(server.connections()).toBe(0), { interval: 5 });
    expect(server.asked.map(({ path }) => path)).toEqual(['/rest']);
  });

  test('an answer that leads to another protocol is lost at once', async () => {
    const upgrade = { status: 101, headers: { Connection: 'Upgrade', Upgrade: 'websocket' } };
    const { session } = await loggedIn(() => upgrade);
    const begun = performance.now();
    await expect(session.request({ method: 'PUT', path: '/a' }, 5_000)).rejects.toMatchObject({ fault: 'lost' });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  test.each([false, true])('a long answer arrives whole, TLS %s', async (tls) => {
    const text = 'x'.repeat(4_000_000);
    const server = await scriptedServer(() => ({ status: 200, text }), tls ? { tls: certificates.one } : {});
    const session = client(server.port, { tls });
    for (let turn = 0; turn < 5; turn += 1) {
      const answer = await session.request({ method: 'GET', path: '/a' }, 5_000);
      expect(answer.text.length).toBe(text.length);
    }
  });

  test('a password that is a part of its own encoding leaves nothing of it in an error', async () => {
    const server = await scriptedServer(({ authorization }) => ({ status: 500, text: `no ${authorization}` }));
    const failing = client(server.port, { credentials: { username: 'haas', password: 'aGFhczph' } }).logIn(probe);
    await expect(failing).rejects.toMatchObject({ message: expect.stringContaining('HTTP 500: no Basic ***') });
    await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining('R0ZoY3pwaA') });
  });
});

describe('REST: TLS', () => {
  function pinning() {
    const pinned = new Map<string, string>();
    return {
      pinned,
      checkCertificate(address: string, fingerprint: string) {
        if (!pinned.has(address)) pinned.set(address, fingerprint);
        return pinned.get(address) === fingerprint;
      },
    };
  }

  test('pins a certificate that nobody vouches for, and refuses another one before the password is sent', async () => {
    const { pinned, checkCertificate } = pinning();
    const first = await scriptedServer(() => ({ status: 200 }), { tls: certificates.one });
    const session = client(first.port, { tls: true, checkCertificate });
    await session.logIn(probe);
    await session.request({ method: 'GET', path: '/a' }, 2_000);
    expect([...pinned]).toEqual([[`127.0.0.1:${first.port}`, expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/)]]);
    await first.close();

    const impostor = await scriptedServer(() => ({ status: 200 }), { tls: certificates.two, port: first.port });
    for (const open of [client(first.port, { tls: true, checkCertificate }).logIn(probe), session.request(probe, 2_000)]) {
      await expect(open).rejects.toMatchObject({
        fault: 'denied',
        message: expect.stringMatching(/certificate SHA256:[A-Za-z0-9+/]{43},.*remove the pinned key/),
      });
    }
    await expect(session.request(probe, 2_000)).rejects.toMatchObject({ fault: 'lost' });
    expect(impostor.asked).toEqual([]);
  });

  test('pins that cannot be read, a server without TLS, and one that is silent: unreachable', async () => {
    const server = await scriptedServer(() => ({ status: 200 }), { tls: certificates.one });
    const checkCertificate = () => {
      throw new Error('the file is gone');
    };
    await expect(client(server.port, { tls: true, checkCertificate }).logIn(probe)).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('its certificate cannot be checked: the file is gone'),
    });
    expect(server.asked).toEqual([]);
    const bare = await scriptedServer(() => ({ status: 200 }));
    await expect(client(bare.port, { tls: true }).logIn(probe)).rejects.toMatchObject({ fault: 'unreachable' });
    const silent = createServer((socket) => void socket.on('error', () => {}));
    onTestFinished(() => void silent.close());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const waiting = client(port, { tls: true, timeouts: { ...defaultTimeouts, login: 150 } });
    await expect(waiting.logIn(probe)).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('150 ms'),
    });
  });
});
