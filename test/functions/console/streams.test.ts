import { serve } from '@hono/node-server';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { createApp } from '../../../functions/app.ts';
import { operations } from '../../../functions/operations.ts';
import { startApiProcess } from '../../support/api-process.ts';
import { apiOnSocket, consoleAgent, consoleWorld, release, watch } from '../../support/console-viewers.ts';
import { lackOf, skipped } from '../../support/lacking.ts';
import { reserve } from '../../support/rack.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { until } from '../../support/until.ts';
import { basic } from '../../support/world.ts';

const curlMissing = lackOf(['curl']);

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\r\n`).join('');

describe('what is shown first', () => {
  test.for([
    ['?follow=false', lines(51, 150)],
    ['?follow=false&tail=2', lines(149, 150)],
    ['?follow=false&tail=0', ''],
    ['?follow=false&tail=100000', lines(1, 150)],
    ['?follow=false&since=1d', lines(1, 150)],
    ['?follow=false&since=90s', lines(101, 150)],
    ['?follow=false&since=2001-02-03T04:05:06Z', lines(1, 150)],
    ['?follow=false&since=2101-02-03T04:05:06%2B01:00', ''],
  ] as const)('%s', async ([query, expected], t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    // Pieces end anywhere.
    const text = lines(1, 150);
    const at = text.indexOf('line 101');
    await agent.say(text.slice(0, 7), text.slice(7, 500), text.slice(500, at), text.slice(at));
    await w.sql`update console_chunks set at = now() - interval '1 hour' where seq < 4`;
    const viewer = await watch(t, await apiOnSocket(t, w), 'ada', query);
    await viewer.ended;
    expect(viewer.text()).toBe(expected);
    expect(viewer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  test('is the last screen, where a program ends no line', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    await agent.say('boot\r\n'.repeat(200));
    const screen = `\x1b[2J${Array.from({ length: 24 }, (_, row) => `\x1b[${row + 1};1H\x1b[44mrow ${row}`).join('')}`;
    await agent.say(...Array.from({ length: 300 }, () => screen));
    const viewer = await watch(t, await apiOnSocket(t, w), 'ada', '?follow=false');
    await viewer.ended;
    expect(viewer.text()).toContain(screen);
    // At its end the colours are as they were.
    expect(viewer.text().endsWith('row 23\x1b[0m')).toBe(true);
  });

  test('is at most a megabyte of a line without an end, and begins with no half of a sequence', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    await agent.say(...Array.from({ length: 45 }, () => '\x1b]0;a title\x07ü\x1b[31m.'.repeat(1638)));
    const viewer = await watch(t, await apiOnSocket(t, w), 'ada', '?follow=false');
    await viewer.ended;
    const shown = viewer.text();
    expect(shown.length).toBeGreaterThan(300_000);
    expect(shown).toMatch(/^(?:|\.|ü?\x1b\[31m\.)(?:ü\x1b\[31m\.)*\x1b\[0m$/);
  });

  test('says where output is missing', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    await agent.say('before\x1b[3');
    await agent.gap('10:00 to 10:05:\n\x1b]0;x\x07the BMC restarted');
    await agent.say('1mafter\r\n');
    const viewer = await watch(t, await apiOnSocket(t, w), 'ada', '?follow=false');
    await viewer.ended;
    expect(viewer.text()).toBe('before\r\n[HaaS: 10:00 to 10:05: ]0;x the BMC restarted]\r\n1mafter\r\n');
  });
});

describe('viewers', () => {
  test('see what is said at once, and a late one the last of it first', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const api = await apiOnSocket(t, w);
    const early = await watch(t, api, 'ada');
    expect(early.status).toBe(200);
    await agent.say('login: ');
    await early.sees('login: ');
    const late = await watch(t, api, 'root');
    await late.sees('login: ');
    await agent.say('root\r\n');
    for (const viewer of [early, late]) {
      await viewer.sees('root\r\n');
      expect(viewer.text()).toBe('login: root\r\n');
    }
  });

  test('get the same bytes, three of them, one slower than the others, of two processes', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    await agent.say('start\r\n');
    const [first, second] = [await apiOnSocket(t, w), await startApiProcess(t, w)];
    const viewers = [await watch(t, first, 'ada'), await watch(t, first, 'root'), await watch(t, second, 'ada')];
    const slow = viewers[1];
    for (const viewer of viewers) await viewer.sees('start');
    slow?.pause();
    for (let round = 0; round < 40; round += 1) {
      await agent.say(...Array.from({ length: 8 }, (_, n) => `\x1b[3${n}m${round}.${n} ü\x1b]0;t\x07`.repeat(800)));
      if (round % 7 === 0) await agent.gap(`gap ${round}`);
    }
    await agent.say('the end\r\n');
    await viewers[0]?.sees('the end');
    slow?.resume();
    for (const viewer of viewers) await viewer.sees('the end');
    const [whole, ...others] = viewers.map((viewer) => viewer.bytes());
    expect(whole?.length).toBeGreaterThan(2_000_000);
    for (const other of others) expect(other.equals(whole ?? Buffer.alloc(0))).toBe(true);
  });

  test('are told what keeps a console from opening, instead of silence, and when it opens', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const api = await apiOnSocket(t, w);
    await agent.say('before\r\n');
    await agent.line('down', 'the BMC did not answer');
    const waiting = await watch(t, api, 'ada');
    await waiting.sees('before\r\n\r\n[HaaS: the console is not connected: the BMC did not answer]\r\n');
    await agent.line('open');
    await waiting.sees('[HaaS: the console is connected]');
    await agent.say('now\r\n');
    await waiting.sees('now');
    // From here on the bytes are those of the log alone.
    await agent.line('down', 'it fell silent');
    await agent.say('more');
    await waiting.sees('more');
    expect(waiting.text()).not.toContain('silent');
  });

  test.skipIf(curlMissing !== undefined)(`are one client of curl as well${skipped(curlMissing)}`, async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const { url } = await apiOnSocket(t, w);
    const curl = execa('curl', ['-sSN', '-H', `Authorization: ${basic('ada')}`, `${url}/node/n1/console`], {
      reject: false,
      stripFinalNewline: false,
    });
    let shown = '';
    curl.stdout.on('data', (part) => {
      shown += String(part);
    });
    await agent.say('login: ');
    await until(() => shown === 'login: ', 'curl prints at once');
    await release(w, 'blue');
    expect(await curl).toMatchObject({ exitCode: 0, stdout: 'login: \r\n[HaaS: the node was released]\r\n' });
  });

  test('that leave are forgotten', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    let watching = 0;
    const { consoles } = w.services;
    const counting = {
      ...consoles,
      watch: (...known: Parameters<typeof consoles.watch>) => {
        watching += 1;
        const viewer = consoles.watch(...known);
        const end = () => {
          watching -= 1;
          viewer.end();
        };
        return { ...viewer, end };
      },
    };
    const app = createApp({ ...w.services, consoles: counting }, operations);
    const port = await new Promise<number>((resolve) => {
      const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, (info) => resolve(info.port));
      t.onTestFinished(() => void server.close());
    });
    const viewers = [];
    for (let n = 0; n < 3; n += 1) viewers.push(await watch(t, { url: `http://127.0.0.1:${port}/v0` }, 'ada'));
    await agent.say('x');
    for (const viewer of viewers) await viewer.sees('x');
    expect(watching).toBe(3);
    for (const viewer of viewers) viewer.leave();
    await until(() => watching === 0, 'nobody watches');
  });
});

describe('viewers are cut off', () => {
  test('when the node is released, by every process, heard or not', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const deaf = await startProxy(t, Number(new URL(w.database.apiUrl).port));
    // A host whose listening connection alone is silent: the others are opened after it.
    const silent = await apiOnSocket(t, w, deaf.url(w.database.apiUrl));
    const hosts = [await apiOnSocket(t, w), await startApiProcess(t, w), silent];
    await agent.say('of blue\r\n');
    const viewers = [];
    for (const host of hosts) viewers.push(await watch(t, host, 'ada'), await watch(t, host, 'root'));
    for (const viewer of viewers) await viewer.sees('of blue');
    await w.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'haas api listener' and datname = current_database()`;
    await release(w, 'blue');
    for (const viewer of viewers) {
      await viewer.ended;
      expect(viewer.text()).toBe('of blue\r\n\r\n[HaaS: the node was released]\r\n');
    }
  });

  test('when logging is stopped, and when they lose their rights', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    const api = await apiOnSocket(t, w);
    const [ada, root] = [await watch(t, api, 'ada'), await watch(t, api, 'root')];
    await w.arrange('POST', '/auth/basic/user/ada/remove_project', { project: 'blue' });
    await ada.ended;
    expect(ada.text()).toContain('[HaaS: you may not see this console any more]');
    await w.arrange('DELETE', '/node/n1/console');
    await root.ended;
    expect(root.text()).toContain('[HaaS: logging was stopped]');
    expect(root.text()).not.toContain('may not see');
  });

  test('when they are deleted, or out-of-band management is disabled', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    await w.arrange('PUT', '/auth/basic/user/eve', { password: 'correct horse' });
    await w.arrange('POST', '/auth/basic/user/eve/add_project', { project: 'blue' });
    const api = await apiOnSocket(t, w);
    const [eve, ada] = [await watch(t, api, 'eve'), await watch(t, api, 'ada')];
    await w.arrange('DELETE', '/auth/basic/user/eve');
    await eve.ended;
    expect(eve.text()).toContain('may not see');
    await w.sql`update nodes set obm_enabled = false`;
    await ada.ended;
    expect(ada.text()).toContain('[HaaS: out-of-band management of the node was disabled]');
  });

  test('when the API stops, even one that takes nothing', async (t) => {
    const w = await consoleWorld(t);
    const agent = await consoleAgent(t, w);
    const api = await apiOnSocket(t, w);
    const [ada, root] = [await watch(t, api, 'ada'), await watch(t, api, 'root')];
    await root.sees('');
    root.pause();
    await agent.say(...Array.from({ length: 200 }, () => 'x'.repeat(32_000)), 'end');
    await ada.sees('end');
    await api.stop();
    await ada.ended;
    expect(ada.text()).toContain('[HaaS: the API stops: connect again]');
  });
});

describe('isolation', () => {
  test.for(['/console?follow=false', '/console/state'])(
    'is kept by %s of a node that changes hands meanwhile',
    async (path, t) => {
      const w = await consoleWorld(t);
      await consoleAgent(t, w);
      let answer: ReturnType<typeof w.call> | undefined;
      await w.sql.begin(async (tx) => {
        await tx`lock table consoles`;
        answer = w.call('ada', 'GET', `/node/n1${path}`);
        const waiting = () => tx`select from pg_locks where relation = 'consoles'::regclass and not granted`;
        await until(async () => (await waiting()).length > 0, 'the node was found, and its console is looked for');
        await tx`update nodes set project_id = (select id from projects where label = 'red')`;
        await tx`insert into consoles (node_id, project_id, next_seq) select id, project_id, 2 from nodes`;
        await tx`insert into console_chunks (console_id, seq, at, data) select max(id), 1, now(), 'the secret of red' from consoles`;
      });
      expect(await answer).toMatchObject({ status: 401, body: { code: 'not_your_node' } });
    },
  );

  test('a node with keystrokes on their way is not released: the next project would have them', async (t) => {
    const w = await consoleWorld(t);
    await consoleAgent(t, w);
    for (const path of ['input', 'break']) {
      await w.call('ada', 'POST', `/node/n1/console/${path}`, path === 'input' ? { data: 'x' } : {}, { prefer: 'respond-async' });
      const release = () => w.call('ada', 'POST', '/project/blue/detach_node', { node: 'n1' });
      expect(await release()).toMatchObject({ status: 409, body: { code: 'busy' } });
      await w.sql`select finish_command(id, 'done', null, null, null) from commands where status = 'queued'`;
    }
    await release(w, 'blue');
  });

  test('the next project sees nothing of before, by no operation', async (t) => {
    const w = await consoleWorld(t);
    const before = await consoleAgent(t, w);
    await before.say('the secret of blue\r\n');
    await release(w, 'blue');
    await reserve(w, 'n1', 'red');
    const api = await apiOnSocket(t, w);
    const bob = await watch(t, api, 'bob', '?since=1d');
    const after = await consoleAgent(t, w);
    expect(after.id).not.toBe(before.id);
    await after.say('of red\r\n');
    await bob.sees('of red');
    expect(bob.text()).not.toContain('secret');
    expect((await w.call('bob', 'GET', '/node/n1/console/logs')).body).toMatchObject([{ id: after.id, project: 'red' }]);
    expect((await w.call('bob', 'GET', '/node/n1/console/state')).body).toMatchObject({ log: after.id, bytes: 8 });
    expect(await w.call('bob', 'GET', `/node/n1/console?log=${before.id}`)).toMatchObject({ status: 401 });
    await expect(before.say('too late')).rejects.toThrow('let go');
    // The project before still has its own.
    expect((await w.call('ada', 'GET', '/node/n1/console/logs')).body).toMatchObject([
      { id: before.id, project: 'blue', bytes: 20 },
    ]);
    const ada = await watch(t, api, 'ada', `?log=${before.id}`);
    await ada.ended;
    expect(ada.text()).toBe('the secret of blue\r\n');
    expect(await w.call('ada', 'GET', '/node/n1/console?follow=false')).toMatchObject({ status: 401 });
  });
});
