import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { type Logger, pino } from 'pino';
import { describe, expect, type TestContext, test } from 'vitest';
import { createApp } from '../../../functions/app.ts';
import type { Limits } from '../../../functions/http/limits.ts';
import { operations } from '../../../functions/operations.ts';
import { readSettings, type Settings } from '../../../functions/settings.ts';
import { createHttpServer } from '../../../infra/hosts/server.ts';
import { connectSocket, consoleAgent, openSocket, watch } from '../../support/console-viewers.ts';
import { listening } from '../../support/listening.ts';
import { bareNode, drivenNode, reserve } from '../../support/rack.ts';
import { problem } from '../../support/transport.ts';
import { until } from '../../support/until.ts';
import { basic, makeWorld, type World } from '../../support/world.ts';

/** A world behind a server with some limits that are not the usual ones. */
interface Served {
  readonly w: World;
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  /** How many connections it has. */
  connections(): Promise<number>;
}

async function served(t: TestContext, limits: Partial<Limits> = {}, more: Partial<Settings> = {}, log?: Logger): Promise<Served> {
  const w = await makeWorld(t, { limits: { ...readSettings({}).limits, ...limits }, ...more }, undefined, log);
  const server = createHttpServer(createApp(w.services, operations), w.services.settings, w.services.log);
  const port = await listening(t, server);
  return { w, server, port, url: `http://127.0.0.1:${port}/v0`, connections: promisify(server.getConnections.bind(server)) };
}

/** A connection of a client that says what it likes. */
interface Client {
  readonly socket: Socket;
  say(text: string): void;
  /** Resolves with everything that it was answered, when the server has ended the connection. */
  readonly end: Promise<string>;
  /** Resolves when it was answered this. */
  hears(text: string): Promise<unknown>;
}

async function client(t: TestContext, { port }: Pick<Served, 'port'>): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  t.onTestFinished(() => void socket.destroy());
  let heard = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    heard += part;
  });
  const end = new Promise<string>((resolve, reject) => {
    socket.on('end', () => resolve(heard));
    socket.on('error', reject);
  });
  end.catch(() => {});
  await once(socket, 'connect');
  return {
    socket,
    say: (text) => void socket.write(text),
    end,
    hears: (text) => until(() => heard.includes(text), `it hears ${JSON.stringify(text)}`),
  };
}

/** The last answer in what a connection said: its status, header and body. */
function lastOf(heard: string) {
  const [head = '', body = ''] = heard.slice(heard.lastIndexOf('HTTP/1.1 ')).split('\r\n\r\n');
  return { status: Number(head.slice(9, 12)), head: head.toLowerCase(), body: body === '' ? null : JSON.parse(body) };
}

const authorization = `Authorization: ${basic('root')}\r\n`;
const get = (path: string, more = '') => `GET /v0${path} HTTP/1.1\r\nHost: haas\r\n${authorization}${more}\r\n`;
const put = (path: string, more: string) => `PUT /v0${path} HTTP/1.1\r\nHost: haas\r\n${authorization}${more}`;
const chunked = put('/project/late', 'Transfer-Encoding: chunked\r\n\r\n');
const large = 1024 * 1024 + 1;

/** What is no request, or too much of one, and what is said to it. */
const refused: Record<string, readonly [sent: string, status: number, type: string, code: string]> = {
  'no HTTP at all': ['\x16\x03\x01\x02\x00\x01\r\n\r\n', 400, 'ValidationError', 'malformed_request'],
  'a header with a blank in its name': [get('/projects', 'X Y: z\r\n'), 400, 'ValidationError', 'malformed_request'],
  'no host': ['GET /v0/projects HTTP/1.1\r\n\r\n', 400, 'ValidationError', 'malformed_request'],
  'a host that is none': ['GET /v0/projects HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, 'ValidationError', 'malformed_request'],
  'a path with a backslash': [get('/projects\\x'), 400, 'ValidationError', 'malformed_request'],
  'what is meant for a proxy': ['CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'ValidationError', 'malformed_request'],
  'a length that is no number': [
    put('/project/late', 'Content-Length: 2x\r\n\r\n{}'),
    400,
    'ValidationError',
    'malformed_request',
  ],
  'two lengths': [chunked.replace('\r\n\r\n', '\r\nContent-Length: 2\r\n\r\n'), 400, 'ValidationError', 'malformed_request'],
  'a piece of a body with no length': [`${chunked}5\r\n{"a":\r\nzz\r\n`, 400, 'ValidationError', 'malformed_request'],
  'a request line of 17 KB': [get(`/node/${'x'.repeat(17_000)}`), 431, 'HeadersTooLargeError', 'headers_too_large'],
  'a header of 17 KB': [get('/projects', `X: ${'y'.repeat(17_000)}\r\n`), 431, 'HeadersTooLargeError', 'headers_too_large'],
  'headers of 2 MB': [get('/projects', `X: ${'y'.repeat(2_000_000)}\r\n`), 431, 'HeadersTooLargeError', 'headers_too_large'],
  '101 headers': [get('/projects', 'X: y\r\n'.repeat(99)), 431, 'HeadersTooLargeError', 'headers_too_large'],
  'a body with too much between its pieces': [`${chunked}1;${'x'.repeat(20_000)}\r\n`, 413, 'PayloadTooLargeError', 'too_large'],
};

test('what is no request, or too much of one, is refused as anything is, and changes nothing', async (t) => {
  const api = await served(t);
  for (const [what, [sent, status, type, code]] of Object.entries(refused)) {
    const { say, end } = await client(t, api);
    say(sent);
    const answer = lastOf(await end);
    expect(answer, what).toMatchObject({ status, body: { ...problem(type), code } });
    expect(answer.head, what).toContain('content-type: application/json');
    expect(answer.head, what).toContain(`x-request-id: ${answer.body.request_id}`);
    expect(answer.head, what).toContain('connection: close');
  }
  await until(async () => (await api.connections()) === 0, 'every connection has ended');
  expect(await api.w.sql`select from projects where label = 'late'`).toHaveLength(0);
  const { say, hears } = await client(t, api);
  // Just not too much, and an expectation that means nothing.
  say(get('/projects', `Expect: the-best\r\nX: ${'y'.repeat(15_000)}\r\n${'X: y\r\n'.repeat(95)}`));
  await hears('["blue","red"]');
});

test('a body is 1 MiB at most, whether its length is told or not, and what is told is what is read', async (t) => {
  const api = await served(t);
  const body = `{"password": "${'x'.repeat(large)}"}`;
  const told = await client(t, api);
  told.say(put('/auth/basic/user/eve', `Content-Length: ${body.length}\r\n\r\n`));
  await told.hears('HTTP/1.1 413');
  await told.hears('too_large');
  const untold = await client(t, api);
  untold.say(put('/auth/basic/user/eve', `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n`));
  await untold.hears('HTTP/1.1 413');
  await untold.hears('too_large');
  const short = await client(t, api);
  short.say(put('/auth/basic/user/eve', 'Content-Length: 8\r\n\r\n{"password": "x"}\r\n\r\n'));
  // Nothing that follows is taken for a part of it, nor for a request.
  expect(lastOf(await short.end)).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'body', msg: 'must be one JSON object' }] },
  });
  const whole = await client(t, api);
  whole.say(put('/project/late', 'Content-Length: 2\r\n\r\n{}}}\r\n\r\n'));
  expect(lastOf(await whole.end)).toMatchObject({ status: 200, body: null });
  const second = await client(t, api);
  second.say(get('/projects'));
  await second.hears('["blue","late","red"]');
  second.say('and now for something else\r\n\r\n');
  expect(lastOf(await second.end)).toMatchObject({ status: 400, body: { code: 'malformed_request' } });
  expect(await api.w.sql`select from users where label = 'eve'`).toHaveLength(0);
});

describe('a client that is slow', () => {
  test('to send is told so, and loses its connection', async (t) => {
    const lines: string[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const api = await served(t, { headersSeconds: 0.2, requestSeconds: 0.4 }, {}, log);
    const slow = {
      nothing: '',
      'a part of the headers': 'GET /v0/projects HTTP/1.1\r\nHost:',
      'a part of the body': `${chunked}5\r\n{`,
    };
    await Promise.all(
      Object.entries(slow).map(async ([what, sent]) => {
        const { say, end } = await client(t, api);
        say(sent);
        expect(lastOf(await end), what).toMatchObject({
          status: 408,
          body: { ...problem('RequestTimeoutError'), code: 'request_timeout' },
        });
      }),
    );
    const gone = await client(t, api);
    gone.say(`${chunked}5\r\n{`);
    gone.socket.destroy();
    await until(async () => (await api.connections()) === 0, 'every connection has ended');
    expect(await api.w.sql`select from projects where label = 'late'`).toHaveLength(0);
    expect(lines).toEqual([]);
  });

  test('to ask again loses its connection', async (t) => {
    const api = await served(t, { idleSeconds: 0.2 });
    const { say, hears, end } = await client(t, api);
    say(get('/projects'));
    await hears('["blue","red"]');
    await end;
  });

  test('to take its answer loses its connection, and one that watches a quiet console does not', async (t) => {
    const api = await served(t, { answerSeconds: 1 });
    await drivenNode(api.w, 'n1');
    await reserve(api.w, 'n1', 'blue');
    const agent = await consoleAgent(t, api.w);
    const ada = await watch(t, api, 'ada', '?tail=0');
    // More than a network holds that nobody reads from.
    await api.w.sql`insert into node_metadata (node_id, label, value) select id, 'large', repeat('x', 20000000) from nodes`;
    const { socket, say, hears } = await client(t, api);
    socket.once('data', () => socket.pause());
    say(get('/node/n1'));
    await hears('HTTP/1.1 200');
    await until(async () => (await api.connections()) === 1, 'its connection has ended');
    await agent.say('still there');
    await ada.sees('still there');
  });
});

describe('connections', () => {
  const tooMany = { status: 429, body: { ...problem('TooManyRequestsError'), code: 'too_many_connections' } };

  test.for([
    ['from one address', { connectionsPerAddress: 2 }],
    ['in all', { connections: 2 }],
  ] as const)('%s that are too many are refused', async ([, limits], t) => {
    const api = await served(t, limits);
    const first = await client(t, api);
    const second = await client(t, api);
    const [third, silent] = [await client(t, api), await client(t, api)];
    third.say(get('/projects'));
    const answer = lastOf(await third.end);
    expect(answer).toMatchObject(tooMany);
    expect(answer.head).toContain('retry-after: ');
    expect(await connectSocket(t, api, 'root')).toMatchObject(tooMany);
    await silent.end;
    for (const { say, hears } of [first, second]) {
      say(get('/projects'));
      await hears('["blue","red"]');
    }
    first.socket.destroy();
    await until(async () => (await api.connections()) === 1, 'one is left');
    const next = await client(t, api);
    next.say(get('/projects'));
    await next.hears('["blue","red"]');
  });

  test('of a trusted proxy are as many as there may be in all', async (t) => {
    const api = await served(t, { connections: 3, connectionsPerAddress: 1 }, { trustedProxies: ['127.0.0.0/8'] });
    for (let n = 0; n < 3; n += 1) {
      const { say, hears } = await client(t, api);
      say(get('/projects'));
      await hears('["blue","red"]');
    }
    const { say, end } = await client(t, api);
    say(get('/projects'));
    expect(lastOf(await end)).toMatchObject(tooMany);
  });

  test('that are many more are closed at once', async (t) => {
    const api = await served(t, { connections: 1 });
    await client(t, api);
    const more = await Promise.all(Array.from({ length: 80 }, () => client(t, api)));
    await Promise.any(more.map(async ({ socket }) => once(socket, 'close')));
    expect(await api.connections()).toBeLessThanOrEqual(65);
  });
});

describe('streams', () => {
  const tooMany = { status: 429, body: { ...problem('TooManyRequestsError'), code: 'too_many_streams' } };

  async function consoles(t: TestContext, limits: Partial<Limits>) {
    const api = await served(t, limits);
    await drivenNode(api.w, 'n1');
    await reserve(api.w, 'n1', 'blue');
    const agent = await consoleAgent(t, api.w);
    const ask = (query = '', headers: Record<string, string> = {}) =>
      api.w.call('ada', 'GET', `/node/n1/console?tail=0${query}`, undefined, headers);
    /** Resolves when one more of ada's is served, and ended. */
    const isRoom = () => until(async () => (await ask('&follow=false')).status === 200, 'there is room for one more');
    return { ...api, agent, ask, isRoom };
  }

  test('of a user are so many at most, and each gives its place back however it ends', async (t) => {
    const api = await consoles(t, { streamsPerUser: 2 });
    const { w, agent, ask, isRoom } = api;
    const [plain, socket] = [await watch(t, api, 'ada'), await openSocket(t, api, 'ada')];
    const refusal = await ask();
    expect(refusal).toMatchObject(tooMany);
    expect(refusal.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await connectSocket(t, api, 'ada')).toMatchObject(tooMany);
    // They are each user's own.
    const root = await watch(t, api, 'root');
    await agent.say('hello');
    for (const each of [plain, socket, root]) await each.sees('hello');

    socket.leave();
    await isRoom();
    const again = await openSocket(t, api, 'ada');
    expect(await ask()).toMatchObject(tooMany);
    plain.leave();
    await isRoom();

    // One place is left: whatever ends otherwise gives it back too.
    expect(await w.call('ada', 'GET', '/node/nope/console')).toMatchObject({ status: 404 });
    expect(await ask('&write=take')).toMatchObject({ status: 400 });
    expect(await w.call('ada', 'HEAD', '/node/n1/console')).toMatchObject({ status: 200 });
    expect(await connectSocket(t, api, 'ada', '?log=99')).toMatchObject({ status: 404 });
    expect(await ask('&follow=false')).toMatchObject({ status: 200 });
    const last = await watch(t, api, 'ada');
    expect(await ask()).toMatchObject(tooMany);
    await w.arrange('DELETE', '/node/n1/console');
    await Promise.all([last.ended, again.closed]);
    await isRoom();
    await openSocket(t, api, 'ada', '?follow=false');
  });

  test('that are asked for one behind the other give their places back when the connection ends', async (t) => {
    const api = await consoles(t, { streamsPerUser: 2 });
    const { socket, say, hears } = await client(t, api);
    say(get('/node/n1/console', '').replace(basic('root'), basic('ada')).repeat(2));
    await hears('HTTP/1.1 200');
    await api.agent.say('hello');
    await hears('hello');
    socket.destroy();
    const { streams } = api.w.services.places;
    const areFree = () => {
      const taken: (() => void)[] = [];
      try {
        for (let n = 0; n < 2; n += 1) taken.push(streams.take({ label: 'ada' }));
        return true;
      } catch {
        return false;
      } finally {
        for (const leave of taken) leave();
      }
    };
    await until(areFree, 'both are free');
  });

  test('of all users together are so many at most', async (t) => {
    const api = await consoles(t, { streams: 2 });
    const [ada] = [await watch(t, api, 'ada'), await watch(t, api, 'root')];
    expect(await api.ask()).toMatchObject(tooMany);
    ada.leave();
    await api.isRoom();
  });
});

describe('requests that wait for a device', () => {
  test('are so many of a user at most; what does not wait is not counted', async (t) => {
    const { w } = await served(t, { waitingPerUser: 1 });
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await bareNode(w, 'n2');
    const on = (user: string, prefer: string) => w.call(user, 'POST', '/node/n1/power_on', undefined, { prefer });
    const orders = async () => Number((await w.sql`select count(*) as all from commands`)[0]?.['all']);
    const first = on('ada', 'wait=60');
    await until(async () => (await orders()) === 1, 'the first waits');
    const refusal = await on('ada', 'wait=1');
    expect(refusal).toMatchObject({ status: 429, body: { ...problem('TooManyRequestsError'), code: 'too_many_waiting' } });
    expect(refusal.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await orders()).toBe(1);
    const asked = await on('ada', 'respond-async');
    expect(asked.status).toBe(202);
    expect((await on('root', 'wait=0, respond-async')).status).toBe(202);

    for (const { id } of await w.sql`select id from commands order by seq`) {
      await w.sql`select finish_command(${id}, 'done', null, null, ${w.sql.json({ power: 'on' })})`;
      w.services.finished.heard(String(id));
    }
    expect((await first).status).toBe(200);
    // A request that fails gives its place back as well.
    expect((await w.call('ada', 'POST', '/node/nope/power_on')).status).toBe(404);
    expect((await on('ada', 'wait=1')).status).toBe(202);
  });
});
