import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { pino } from 'pino';
import { describe, expect, type TestContext, test } from 'vitest';
import type { Environment } from '../../../functions/http/environment.ts';
import { readSettings } from '../../../functions/settings.ts';
import { createHttpServer } from '../../../infra/hosts/server.ts';
import { listening } from '../../support/listening.ts';
import { until } from '../../support/until.ts';

/** A client of a server whose application answers `/slow` when it is let, and counts how many it answers at once. */
async function talk(t: TestContext) {
  const app = new Hono<Environment>();
  const begun: string[] = [];
  let underWay = 0;
  let most = 0;
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  app.all('*', async (c) => {
    begun.push(c.req.path);
    underWay += 1;
    most = Math.max(most, underWay);
    if (c.req.path === '/slow') await released;
    underWay -= 1;
    return c.text(`this is ${c.req.path}`);
  });
  const server = createHttpServer(app, readSettings({}), pino({ level: 'silent' }));
  const port = await listening(t, server);
  const socket: Socket = connect(port, '127.0.0.1');
  t.onTestFinished(() => void socket.destroy());
  let heard = '';
  let isClosed = false;
  socket.setEncoding('utf8').on('data', (part: string) => {
    heard += part;
  });
  // Cut off is closed too.
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
  });
  await once(socket, 'connect');
  return {
    port: port,
    begun,
    most: () => most,
    release,
    say: (text: string) => void socket.write(text),
    heard: () => heard,
    hears: (text: string) => until(() => heard.includes(text), `it hears ${JSON.stringify(text)}`),
    closed: () => until(() => isClosed, 'the connection ends'),
    answers: () => [...heard.matchAll(/HTTP\/1\.1 \d+/g)].map(([line]) => line),
  };
}

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: haas\r\n${more}\r\n`;

describe('requests that do not wait for each other', () => {
  test('are answered one at a time, in order', async (t) => {
    const client = await talk(t);
    const paths = ['/slow', ...Array.from({ length: 9 }, (_, n) => `/${n + 1}`)];
    client.say(paths.map((path) => get(path)).join(''));
    await until(() => client.begun.length > 0, 'the first is begun');
    client.release();
    await client.hears('this is /9');
    expect(client.heard().match(/this is \S+?(?=HTTP|$)/g)).toEqual(paths.map((path) => `this is ${path}`));
    expect(client.begun).toEqual(paths);
    expect(client.most()).toBe(1);
    client.say('no HTTP\r\n\r\n');
    await client.closed();
    expect(client.answers().at(-1)).toBe('HTTP/1.1 400');
  });

  test('and are far too many lose their connection', async (t) => {
    const client = await talk(t);
    client.say(get('/slow') + get('/1').repeat(1_000));
    await client.closed();
    expect(client.begun).toEqual(['/slow']);
    expect(client.answers()).toEqual([]);
  });

  const upgrade = 'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  test.for([
    ['CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a WebSocket', get('/1', `${upgrade}Upgrade: websocket\r\n`)],
    ['a WebSocket that is refused', get('/1', `${upgrade}Upgrade: websocket\r\n${'X: y\r\n'.repeat(100)}`)],
    ['another protocol', get('/1', `${upgrade}Upgrade: h2c\r\n`)],
    ['no HTTP', 'no HTTP\r\n\r\n'],
  ] as const)('get no answer of %s in the place of theirs', async ([, next], t) => {
    const client = await talk(t);
    client.say(get('/slow') + next);
    await until(() => client.begun.length > 0, 'the first is begun');
    client.say('more');
    client.release();
    await client.closed();
    expect(client.begun).toEqual(['/slow']);
    expect(client.heard()).toMatch(/^$|^HTTP\/1\.1 200 [\s\S]*this is \/slow$/);
  });
});

test('a request that was answered before its body came gets no second answer', async (t) => {
  const client = await talk(t);
  client.say('POST /1 HTTP/1.1\r\nHost: haas\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{');
  await client.hears('this is /1');
  client.say('    \r\nzz\r\n');
  await client.closed();
  expect(client.answers()).toEqual(['HTTP/1.1 200']);
});

test.skipIf(process.platform !== 'linux')(
  'it is asked after clients that say nothing, so that none is waited for that has vanished',
  async (t) => {
    const { port } = await talk(t);
    const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    // Of a connection of the server (01: established): which timer runs. 02 is the one of keep-alive probes.
    const timers = async () =>
      (await readFile('/proc/net/tcp', 'utf8'))
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, address = '', , state]) => address.endsWith(local) && state === '01')
        .map(([, , , , , timer = '']) => timer.slice(0, 2));
    expect(await timers()).toEqual(['02']);
  },
);
