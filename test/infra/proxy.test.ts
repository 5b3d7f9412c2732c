import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { built, startProgram, temporaryFolder } from '../support/built.ts';
import { consoleAgent, consoleWorld } from '../support/console-viewers.ts';
import { skipped } from '../support/lacking.ts';
import { ask, nginxMissing, startNginx } from '../support/nginx.ts';
import { until } from '../support/until.ts';
import { apiKeys, basic } from '../support/world.ts';

const ada = { authorization: basic('ada') };
const root = { authorization: basic('root') };

describe.skipIf(nginxMissing !== undefined)(`nginx with infra/proxy${skipped(nginxMissing)}`, () => {
  test('carries requests, streams and WebSockets to two API hosts, and to one when the other dies', {
    timeout: 180_000,
  }, async (t) => {
    const w = await consoleWorld(t);
    const folder = await built(t);
    const keyFile = join(await temporaryFolder(t), 'keys.json');
    await writeFile(keyFile, JSON.stringify(apiKeys), { mode: 0o600 });
    const hosts = [1, 2].map(() =>
      startProgram(t, folder, ['node', 'bin/api.mjs'], {
        DATABASE_URL: w.database.apiUrl,
        HAAS_KEY_FILE: keyFile,
        HAAS_LISTEN: '127.0.0.1:0',
        HAAS_TRUSTED_PROXIES: '127.0.0.1',
        HAAS_LOG_LEVEL: 'debug',
      }),
    );
    const nginx = await startNginx(t, await Promise.all(hosts.map((host) => host.said(/"port":(\d+)/))));
    const served = (n: number) => hosts[n]?.output().match(/"msg":"answered"/g)?.length ?? 0;

    // Both are asked, each in its turn.
    for (let n = 0; n < 6; n += 1) {
      const answer = await ask(nginx, 'GET', '/v0/nodes/all', ada);
      expect(answer.statusCode).toBe(200);
      answer.resume();
    }
    await until(() => served(0) > 0 && served(1) > 0, 'both hosts have answered');

    // What a client writes of itself is not believed, and what the proxy adds is.
    const forged = { ...root, 'x-forwarded-for': '198.51.100.1' };
    expect((await ask(nginx, 'PUT', '/v0/project/green', forged, '127.0.0.2')).statusCode).toBe(200);
    expect(await w.sql`select address from audit where event = 'project_create'`).toEqual([{ address: '127.0.0.2' }]);

    // What streams arrives while it is made.
    const agent = await consoleAgent(t, w);
    let seen = '';
    const stream = await ask(nginx, 'GET', '/v0/node/n1/console', ada);
    stream
      .on('error', () => {})
      .on('data', (part: Buffer) => {
        seen += part;
      });
    const socket = new WebSocket(`wss://127.0.0.1:${nginx.port}/v0/node/n1/console`, {
      agent: new Agent({ ca: nginx.ca, servername: nginx.servername }),
      headers: { ...ada, host: nginx.servername },
    });
    t.onTestFinished(() => socket.terminate());
    let heard = '';
    socket.on('message', (data) => {
      heard += String(data);
    });
    await once(socket, 'open');
    await agent.say('login: ');
    await until(() => seen.includes('login: ') && heard.includes('login: '), 'both see what the console says');
    expect([stream.complete, socket.readyState]).toEqual([false, WebSocket.OPEN]);

    let told = '';
    const events = await ask(nginx, 'GET', '/v0/events', { ...root, accept: 'text/event-stream' });
    events
      .on('error', () => {})
      .on('data', (part: Buffer) => {
        told += part;
      });
    (await ask(nginx, 'PUT', '/v0/project/violet', root)).resume();
    await until(() => told.includes('violet'), 'the event is told while the stream goes on');
    expect([events.headers['content-type'], events.complete]).toEqual([expect.stringContaining('text/event-stream'), false]);

    // A host that is gone is passed over, whatever is asked.
    await hosts[0]?.end('SIGKILL');
    for (let n = 0; n < 10; n += 1) {
      const answers = [ask(nginx, 'GET', '/v0/nodes/all', ada), ask(nginx, 'PUT', `/v0/project/green-${n}`, root)];
      for (const answer of await Promise.all(answers)) expect(answer.resume().statusCode).toBe(200);
    }
  });
});
