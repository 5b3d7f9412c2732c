import { request } from 'node:http';
import { serve } from '@hono/node-server';
import { describe, expect, type TestContext, test } from 'vitest';
import { createApp } from '../../functions/app.ts';
import { operations } from '../../functions/operations.ts';
import { problem } from '../support/transport.ts';
import { basic, makeWorld, type World } from '../support/world.ts';

describe('through a real socket', () => {
  /** Serves a world, and sends what `fetch` would not; answers the status and body. */
  async function served(context: TestContext, w: World) {
    const app = createApp(w.services, operations);
    const port = await new Promise<number>((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => resolve(info.port));
      context.onTestFinished(() => new Promise<void>((done) => void server.close(() => done())));
    });
    return (method: string, path: string, headers: Record<string, string>, body: string[]) =>
      new Promise<{ status: number; text: string }>((resolve, reject) => {
        const sent = request(
          { port, host: '127.0.0.1', method, path, headers: { authorization: basic('root'), connection: 'close', ...headers } },
          async (response) => {
            let text = '';
            for await (const chunk of response) text += String(chunk);
            resolve({ status: response.statusCode ?? 0, text });
          },
        );
        sent.on('error', reject);
        for (const part of body) sent.write(part);
        sent.end();
      });
  }

  test('W13: a GET takes no body, however its length is told', async (context) => {
    const w = await makeWorld(context);
    const send = await served(context, w);
    expect(await send('GET', '/v0/projects', {}, [])).toMatchObject({ status: 200, text: '["blue","red"]' });
    expect(await send('GET', '/v0/projects', { 'content-length': '0' }, [])).toMatchObject({ status: 200 });
    const told = await send('GET', '/v0/projects', { 'content-length': '2' }, ['{}']);
    const untold = await send('GET', '/v0/projects', { 'transfer-encoding': 'chunked' }, ['{}']);
    for (const { status, text } of [told, untold]) {
      expect(status).toBe(400);
      expect(JSON.parse(text)).toEqual({ ...problem('ValidationError'), errors: [{ path: 'body', msg: 'must be empty' }] });
    }
  });

  test('a body in pieces is one body, and one without a length is limited too', async (context) => {
    const w = await makeWorld(context);
    const send = await served(context, w);
    const chunked = { 'transfer-encoding': 'chunked' };
    expect(await send('PUT', '/v0/auth/basic/user/eve', chunked, ['{"pass', 'word": "s', 'ecret"}'])).toMatchObject({
      status: 200,
    });
    const large = Array.from({ length: 33 }, () => 'x'.repeat(32 * 1024));
    const answer = await send('PUT', '/v0/auth/basic/user/mallory', chunked, ['{"password": "', ...large, '"}']);
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toEqual(problem('PayloadTooLargeError'));
    expect(await w.sql`select from users where label = 'mallory'`).toHaveLength(0);
  });

  test('paths arrive as they were sent', async (context) => {
    const w = await makeWorld(context);
    const send = await served(context, w);
    expect(await send('PUT', '/v0/project/%C3%A4%20%25', {}, [])).toMatchObject({ status: 200, text: '' });
    expect(await w.sql`select label from projects where label not in ('blue', 'red')`).toEqual([{ label: 'ä %' }]);
    expect(await send('PUT', '/v0/project/%zz', {}, [])).toMatchObject({ status: 400 });
    expect(await send('PUT', '/v0/project/a%00', {}, [])).toMatchObject({ status: 400 });
    expect(await send('PUT', '/v0/project/a%2Fb', {}, [])).toMatchObject({ status: 404 });
    expect(await send('PUT', '/v0//project/x', {}, [])).toMatchObject({ status: 308 });
  });
});
