import { serve } from '@hono/node-server';
import { describe, expect, type TestContext, test } from 'vitest';
import { createApp } from '../../../functions/app.ts';
import type { FinishedCommands } from '../../../functions/http/finished-commands.ts';
import { operations } from '../../../functions/operations.ts';
import { quickAgent } from '../../support/quick-agent.ts';
import { mockSwitch } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import { basic, makeWorld, type World } from '../../support/world.ts';

const DONE = { status: 'done', result: { check: { version: '7.3', ports: [] } } } as const;
const promise = { status_id: expect.any(String) };

/** Serves a world with the switch sw1 on a real socket; what is sent is a check of that switch, and what it waits for is kept. */
async function served(context: TestContext, finished: (w: World) => FinishedCommands = (w) => w.services.finished) {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  const app = createApp({ ...w.services, finished: finished(w) }, operations);
  const port = await new Promise<number>((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => resolve(info.port));
    context.onTestFinished(() => new Promise<void>((done) => void server.close(() => done())));
  });
  const send = async (prefer?: string, signal: AbortSignal = new AbortController().signal) => {
    const headers = { authorization: basic('root'), connection: 'close', ...(prefer === undefined ? {} : { prefer }) };
    const response = await fetch(`http://127.0.0.1:${port}/v0/switch/sw1/check`, { method: 'POST', headers, signal });
    return { status: response.status, applied: response.headers.get('preference-applied'), body: await response.json() };
  };
  return { w, send };
}

describe('a request that has a device do something', () => {
  test('is answered when it is done, with what became of it', async (context) => {
    const { w, send } = await served(context);
    await quickAgent(w, DONE);
    expect(await send()).toMatchObject({ status: 200, applied: null, body: { ok: true } });
    expect(await send('wait=20')).toMatchObject({ status: 200, applied: 'wait=20', body: { ok: true } });
    expect(await send('respond-async, wait=20')).toMatchObject({ status: 200, applied: 'wait=20' });
  });

  test('is answered at once where the client does not wait', async (context) => {
    const { w, send } = await served(context, () => ({
      wait: () => Promise.reject(new Error('nobody asked for that')),
      heard: () => {},
      look: () => {},
      stop: () => {},
    }));
    expect(await send('respond-async')).toEqual({ status: 202, applied: 'respond-async', body: promise });
    expect(await send('wait=0')).toEqual({ status: 202, applied: 'wait=0', body: promise });
    expect(await w.sql`select from commands where status = 'queued'`).toHaveLength(2);
  });

  test('is answered when the time is over that the client waits', async (context) => {
    const { send } = await served(context);
    const begun = performance.now();
    expect(await send('wait=1')).toEqual({ status: 202, applied: 'wait=1', body: promise });
    expect(performance.now() - begun).toBeGreaterThan(990);
  });

  test('is committed before it is waited for, and nobody waits for a client that is gone', async (context) => {
    let wait: Promise<boolean> | undefined;
    const { w, send } = await served(context, ({ services: { finished } }) => ({
      ...finished,
      wait: (...request) => {
        wait = finished.wait(...request);
        return wait;
      },
    }));
    const client = new AbortController();
    const answer = send('wait=60', client.signal);
    answer.catch(() => {});
    const waited = await until(() => wait && { end: wait }, 'the request waits');
    expect(await w.sql`select from commands where status = 'queued'`).toHaveLength(1);
    client.abort();
    await expect(answer).rejects.toThrow();
    expect(await waited.end).toBe(false);
  });

  test('that is refused has nothing to wait for', async (context) => {
    const { w, send } = await served(context);
    await w.arrange('DELETE', '/switch/sw1');
    expect(await send('respond-async')).toMatchObject({ status: 404, applied: null });
  });
});
