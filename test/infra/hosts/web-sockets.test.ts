import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket as TcpSocket } from 'node:net';
import { afterEach, expect, type TestContext, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { Problem } from '../../../functions/http/problem.ts';
import type { Socket } from '../../../functions/http/web-socket.ts';
import { type Fetch, serveWebSockets } from '../../../infra/hosts/web-sockets.ts';
import { until } from '../../support/until.ts';

afterEach(() => void vi.useRealTimers());

/** A server whose requests for WebSockets are answered so; answers its address, and the connections it took. */
async function serve(t: TestContext, fetch: Fetch): Promise<{ url: string; connections: TcpSocket[] }> {
  const server = createServer();
  const connections: TcpSocket[] = [];
  server.on('connection', (socket) => void connections.push(socket));
  serveWebSockets(
    server,
    fetch,
    () => undefined,
    () => false,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.onTestFinished(() => {
    for (const each of connections) each.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it does not listen');
  return { url: `ws://127.0.0.1:${address.port}/`, connections };
}

test('a client from which nothing is taken for long is not taken for dead', async (t) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  let accepted: Socket | undefined;
  const { url, connections } = await serve(t, async (_, env) => {
    accepted = await env.upgrade?.([]);
    return new Response();
  });
  const client = new WebSocket(url);
  t.onTestFinished(() => client.terminate());
  let pings = 0;
  client.on('ping', () => {
    pings += 1;
  });
  await once(client, 'open');
  for (let n = 0; n < 40; n += 1) client.send(String(n));
  await until(() => connections[0]?.isPaused() === true, 'no more is read');
  for (let n = 1; n <= 3; n += 1) {
    vi.advanceTimersByTime(15_000);
    await until(() => pings === n || client.readyState === WebSocket.CLOSED, 'it is asked whether it is there');
  }
  const taken: string[] = [];
  for await (const { data } of accepted?.messages ?? []) {
    taken.push(data.toString());
    if (taken.length === 40) break;
  }
  expect(taken).toEqual(Array.from({ length: 40 }, (_, n) => String(n)));
  expect(client.readyState).toBe(WebSocket.OPEN);
});

test('a client that has left already is not waited for', async (t) => {
  let outcome: unknown;
  let isAsked = false;
  const { url, connections } = await serve(t, async (_, env) => {
    isAsked = true;
    await until(() => connections[0]?.closed === true, 'the client has left');
    outcome = await env.upgrade?.([]).catch((error: unknown) => error);
    return new Response();
  });
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  const handshake = [
    'GET / HTTP/1.1',
    'Host: haas',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  client.write(`${handshake.join('\r\n')}\r\n\r\n`);
  await until(() => isAsked, 'it is asked');
  client.resetAndDestroy();
  await until(() => outcome !== undefined, 'it is known');
  expect(outcome).toBeInstanceOf(Problem);
});
