import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import { connect } from 'node:net';
import { expect, type TestContext, test } from 'vitest';
import { serveMonitoring } from '../../agents/monitoring.ts';

/** An agent that is watched, and the server of Node in it. */
async function watched(t: TestContext, checks: () => Record<string, string> = () => ({ database: 'ok' })) {
  const measures = { text: async () => ({ type: 'text/plain', text: '' }) };
  const { port, close } = await serveMonitoring({ hostname: '127.0.0.1', port: 0 }, { measures, checks });
  t.onTestFinished(close);
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  const servers: Server[] = [];
  const hear = (message: unknown) => {
    if (typeof message === 'object' && message && 'server' in message && message.server instanceof Server) {
      const address = message.server.address();
      if (typeof address === 'object' && address?.port === port) servers.push(message.server);
    }
  };
  subscribe('http.server.request.start', hear);
  expect(await ask('/healthz')).toBe(200);
  unsubscribe('http.server.request.start', hear);
  return { ask, port, server: servers[0] };
}

test('connections that cannot be accepted do not end the agent', async (t) => {
  const { ask, server } = await watched(t);
  const full = Object.assign(new Error('accept ENFILE'), { code: 'ENFILE' });
  for (const _ of [1, 2, 3]) expect(server?.emit('error', full)).toBe(true);
  expect(await ask('/readyz')).toBe(200);
});

test('who watches has few connections, so that the agent has files left to work with', async (t) => {
  const { port } = await watched(t);
  const sockets = Array.from({ length: 101 }, () => connect(port, '127.0.0.1'));
  t.onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
  await Promise.race(sockets.map((socket) => new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))));
  expect(sockets.filter((socket) => socket.destroyed).length).toBeLessThan(10);
});
