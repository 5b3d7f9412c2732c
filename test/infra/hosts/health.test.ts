import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import { expect, test } from 'vitest';
import { drivenNode, reserve } from '../../support/rack.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';
import { watchedApi } from '../../support/watched-api.ts';
import { makeWorld } from '../../support/world.ts';

const fine = { status: 200, checks: { database: 'ok', listener: 'ok', running: 'ok' } };

test('a host says that it lives and is ready to whoever asks, at its own address and at that for monitoring', async (t) => {
  const w = await makeWorld(t);
  const api = await watchedApi(t, w);
  await until(async () => (await api.ready()).status === 200, 'it is ready');
  expect(await api.ready()).toEqual(fine);
  for (const address of [api.url, api.watched]) {
    for (const method of ['GET', 'HEAD']) {
      const alive = await fetch(`${address}/healthz`, { method });
      expect([alive.status, alive.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect((await fetch(`${address}/readyz`, { method })).status).toBe(200);
    }
  }
  expect((await fetch(`${api.watched}/v0/nodes/all`)).status).toBe(404);
});

test('connections that cannot be accepted do not end a host', async (t) => {
  const w = await makeWorld(t);
  const api = await watchedApi(t, w);
  const servers = new Set<Server>();
  const hear = (message: unknown) => {
    if (typeof message === 'object' && message && 'server' in message && message.server instanceof Server)
      servers.add(message.server);
  };
  subscribe('http.server.request.start', hear);
  t.onTestFinished(() => void unsubscribe('http.server.request.start', hear));
  const addresses = [api.url, api.watched];
  for (const address of addresses) await fetch(`${address}/healthz`);
  expect(servers.size).toBe(2);
  const full = Object.assign(new Error('accept ENFILE'), { code: 'ENFILE' });
  for (const server of [...servers, ...servers]) expect(server.emit('error', full)).toBe(true);
  for (const address of addresses) expect((await fetch(`${address}/healthz`)).status).toBe(200);
});

test('a host is not ready while its database is away, or of another version, and lives on', async (t) => {
  const w = await makeWorld(t);
  const proxy = await startProxy(t, Number(new URL(w.database.apiUrl).port));
  const api = await watchedApi(t, w, { databaseUrl: proxy.url(w.database.apiUrl) });
  await until(async () => (await api.ready()).status === 200, 'it is ready');

  await proxy.away();
  const lost = await until(async () => {
    const found = await api.ready();
    return found.checks['listener'] === 'ok' ? undefined : found;
  }, 'it hears nothing any more');
  expect(lost).toEqual({
    status: 503,
    checks: { database: 'the database does not answer', listener: 'what the database tells is not heard', running: 'ok' },
  });
  expect((await fetch(`${api.watched}/healthz`)).status).toBe(200);
  expect((await api.metrics()).get('haas_database_up')?.samples).toMatchObject([{ value: 0 }]);

  await proxy.back();
  await until(async () => (await api.ready()).status === 200, 'it is ready again');
  await w.sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of-a-newer-version', 1)`;
  const newer = await until(async () => {
    const found = await api.ready();
    return found.status === 503 ? found : undefined;
  }, 'it sees that the database is of another version');
  expect(newer.checks).toMatchObject({ database: expect.stringContaining('1 migration(s)'), listener: 'ok' });
});

test('a host that stops says first that it is not ready, goes on for a while, and finishes what was begun', async (t) => {
  const w = await makeWorld(t);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const api = await watchedApi(t, w, { drainSeconds: 1 });
  await until(async () => (await api.ready()).status === 200, 'it is ready');
  const waiting = api.request('ada', 'POST', '/v0/node/n1/power_cycle?', { force: true });
  await until(async () => (await w.sql`select from commands`).length === 1, 'a request waits for a device');
  const stopped = api.stop();
  expect(await api.ready()).toEqual({ status: 503, checks: { ...fine.checks, running: 'the host is about to stop' } });
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
  expect(await api.request('ada', 'GET', '/v0/node/n1')).toBe(200);
  expect(await waiting).toBe(202);
  await stopped;
  await expect(fetch(`${api.watched}/healthz`)).rejects.toThrow('fetch failed');
});
