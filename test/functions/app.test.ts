import { request } from 'node:http';
import { serve } from '@hono/node-server';
import { describe, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../../db/client.ts';
import { createApp } from '../../functions/app.ts';
import { createCallers } from '../../functions/http/callers.ts';
import { label } from '../../functions/http/labels.ts';
import { empty, nothing, type Operation, reading, writing } from '../../functions/http/operation.ts';
import { operations } from '../../functions/operations.ts';
import { logged } from '../support/logged.ts';
import { bareNode } from '../support/rack.ts';
import { basic, makeWorld, type World } from '../support/world.ts';

/** Sends a request to the application of a world by its whole path, with the administrator's credentials unless told otherwise. */
async function ask(
  w: World,
  method: string,
  path: string,
  {
    body,
    headers = {},
    list = operations,
  }: { body?: string; headers?: Record<string, string>; list?: readonly Operation[] } = {},
): Promise<Response> {
  return createApp(w.services, list).request(`http://haas.test${path}`, {
    method,
    headers: { authorization: basic('root'), ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const problem = (type: string) => ({
  type,
  code: expect.stringMatching(/^[a-z_]+$/),
  msg: expect.stringMatching(/\w{3}/),
  request_id: expect.any(String),
});

describe('paths', () => {
  for (const path of ['/', '/v0', '/v0/', '/nodes/all', '/v1/nodes/all', '/v0/nope', '/v0/nodes', '/V0/nodes/all']) {
    test(`W01: there is nothing at ${path}, also for somebody without credentials`, async (context) => {
      const w = await makeWorld(context);
      for (const headers of [{}, { authorization: '' }]) {
        const response = await ask(w, 'GET', path, { headers });
        expect(response.status).toBe(404);
        expect(response.headers.get('content-type')).toBe('application/json');
        expect(await response.json()).toEqual(problem('NotFoundError'));
      }
    });
  }

  test('W23: a trailing slash makes another path', async (context) => {
    const w = await makeWorld(context);
    for (const path of ['/v0/projects/', '/v0/nodes/all/', '/v0/project/blue/']) {
      expect((await ask(w, 'GET', path)).status).toBe(404);
    }
  });

  for (const [doubled, merged] of [
    ['/v0//nodes///all', '/v0/nodes/all'],
    ['//v0/nodes/all', '/v0/nodes/all'],
    ['/v0//node/%C3%A4%20%25?x=%2F&y=', '/v0/node/%C3%A4%20%25?x=%2F&y='],
    ['/v0//node/a%0D%0AX-Evil:%20b', '/v0/node/a%0D%0AX-Evil:%20b'],
    ['/v0/%2Fnode/n1', '/v0/node/n1'],
    ['//evil.test//v0', '/evil.test/v0'],
  ] as const) {
    test(`W24: ${doubled} has moved to ${merged}`, async (context) => {
      const w = await makeWorld(context);
      const response = await ask(w, 'PUT', doubled, { body: '{}' });
      expect(response.status).toBe(308);
      expect(response.headers.get('location')).toBe(merged);
      expect([...response.headers.keys()]).not.toContain('x-evil');
    });
  }

  for (const [encoded, name] of [
    ['%C3%A4%C3%B6%20%3B', 'äö ;'],
    ['100%25', '100%'],
    ['%2541', '%41'],
    ['%3Fa%23b', '?a#b'],
    ['a+b', 'a+b'],
    ['%F0%9F%94%8C', '🔌'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ] as const) {
    test(`W25: ${encoded.slice(0, 20)} is the label ${name.slice(0, 20)}`, async (context) => {
      const w = await makeWorld(context);
      expect((await ask(w, 'PUT', `/v0/project/${encoded}`)).status).toBe(200);
      expect(await w.sql`select label from projects where label not in ('blue', 'red')`).toEqual([{ label: name }]);
      expect(await (await ask(w, 'GET', `/v0/project/${encoded}/nodes`)).json()).toEqual([]);
    });
  }

  for (const [name, encoded] of Object.entries({
    'a NUL': 'a%00b',
    'a line feed': 'a%0Ab',
    'a delete character': '%7F',
    'a direction mark': '%E2%80%AE',
    '256 characters': 'x'.repeat(256),
    'a dash before it': '-x',
    'half an escape': '100%',
    'an escape that is none': '%zz',
    'bytes that are no UTF-8': 'a%FFb',
    'half a character': '%C3',
    'a surrogate': '%ED%A0%80',
  })) {
    test(`W25: a label with ${name} is not understood, in every place of a path`, async (context) => {
      const w = await makeWorld(context);
      const before = await w.fingerprint();
      for (const [method, path] of [
        ['PUT', `/v0/project/${encoded}`],
        ['GET', `/v0/node/${encoded}`],
        ['DELETE', `/v0/node/n1/nic/${encoded}`],
      ] as const) {
        const response = await ask(w, method, path);
        expect(await response.json()).toEqual({
          ...problem('ValidationError'),
          errors: [{ path: expect.stringMatching(/^path/), msg: expect.any(String) }],
        });
        expect(response.status).toBe(400);
      }
      expect(await w.fingerprint()).toBe(before);
    });
  }

  test('W25: an encoded slash is a slash', async (context) => {
    const w = await makeWorld(context);
    expect((await ask(w, 'PUT', '/v0/project/a%2Fb')).status).toBe(404);
    expect((await ask(w, 'GET', '/v0/nodes%2fall')).status).toBe(200);
  });
});

describe('methods', () => {
  test('W22: a method that a path does not have is answered with those it has, before credentials', async (context) => {
    const w = await makeWorld(context);
    for (const [method, path, allow] of [
      ['POST', '/v0/nodes/all', 'GET, OPTIONS, HEAD'],
      ['PATCH', '/v0/node/n1', 'GET, PUT, DELETE, OPTIONS, HEAD'],
      ['GET', '/v0/project/blue/connect_node', 'POST, OPTIONS'],
      ['HEAD', '/v0/project/blue/connect_node', 'POST, OPTIONS'],
    ] as const) {
      const response = await ask(w, method, path, { headers: { authorization: '' } });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe(allow);
      if (method !== 'HEAD') expect(await response.json()).toEqual(problem('MethodNotAllowedError'));
    }
  });

  test('W22: OPTIONS says which methods a path has', async (context) => {
    const w = await makeWorld(context);
    const response = await ask(w, 'OPTIONS', '/v0/node/n1', { headers: { authorization: '' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('allow')).toBe('GET, PUT, DELETE, OPTIONS, HEAD');
    expect(await response.text()).toBe('');
    expect((await ask(w, 'OPTIONS', '/v0/nope')).status).toBe(404);
  });

  test('W22: HEAD is GET without a body', async (context) => {
    const w = await makeWorld(context);
    await bareNode(w, 'n1');
    const response = await ask(w, 'HEAD', '/v0/node/n1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe('');
    expect((await ask(w, 'HEAD', '/v0/node/nope')).status).toBe(404);
    expect((await ask(w, 'HEAD', '/v0/node/n1', { headers: { authorization: '' } })).status).toBe(401);
  });
});

describe('arguments', () => {
  for (const type of [
    undefined,
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'nonsense',
  ]) {
    test(`W18, W19, W20: a body is JSON, though its Content-Type is ${type}`, async (context) => {
      const w = await makeWorld(context);
      const headers = type === undefined ? {} : { 'content-type': type };
      const body = JSON.stringify({ password: 'secret', is_admin: true });
      expect((await ask(w, 'PUT', '/v0/auth/basic/user/eve', { body, headers })).status).toBe(200);
      expect(await w.sql`select is_admin from users where label = 'eve'`).toEqual([{ is_admin: true }]);
    });
  }

  for (const body of ['{', '{"a": 1}}', "{'a': 1}", 'password=x', '[]', 'null', '"x"', '3', '\u0000', ' ']) {
    test(`W08, W21: the body ${JSON.stringify(body)} is not understood, also where none is needed`, async (context) => {
      const w = await makeWorld(context);
      for (const path of ['/v0/project/green', '/v0/node/n1']) {
        const response = await ask(w, 'PUT', path, { body });
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject(problem('ValidationError'));
      }
      expect(await w.sql`select from projects`).toHaveLength(2);
    });
  }

  test('W17: no body, an empty one, and an empty object are one where nothing is needed', async (context) => {
    const w = await makeWorld(context);
    for (const [project, body] of [
      ['p1', undefined],
      ['p2', ''],
      ['p3', '{}'],
      ['p4', ' {} \n'],
    ] as const) {
      const response = await ask(w, 'PUT', `/v0/project/${project}`, body === undefined ? {} : { body });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('');
    }
  });

  test('W09, W10, W11, W12: every wrong field is named', async (context) => {
    const w = await makeWorld(context);
    const body = JSON.stringify({ obmd: { uri: 5 }, metadata: [], node: 'n1', extra: null });
    const response = await ask(w, 'PUT', '/v0/node/-n1', { body });
    const answer = z.object({ errors: z.array(z.object({ path: z.string(), msg: z.string() })) }).parse(await response.json());
    expect(answer.errors.map(({ path }) => path).sort()).toEqual([
      'body',
      'body.metadata',
      'body.obmd.admin_token',
      'body.obmd.uri',
      'path.node',
    ]);
    expect(answer.errors.find(({ path }) => path === 'body')?.msg).toContain('"node", "extra"');
  });

  test('W10: a field that only looks harmless is unknown all the same', async (context) => {
    const w = await makeWorld(context);
    for (const body of ['{"__proto__": {}}', '{"constructor": 1}', '{"": 1}']) {
      expect((await ask(w, 'PUT', '/v0/project/green', { body })).status).toBe(400);
    }
  });

  for (const query of ['x=', 'x', 'is_free=all', 'x=1&x=2']) {
    test(`W14, W15: the query ${query} is not understood`, async (context) => {
      const w = await makeWorld(context);
      const response = await ask(w, 'GET', `/v0/nodes/all?${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject(problem('ValidationError'));
    });
  }

  test('W16: the query of anything but a GET is ignored', async (context) => {
    const w = await makeWorld(context);
    expect((await ask(w, 'PUT', '/v0/project/green?x=&y=1')).status).toBe(200);
    expect((await ask(w, 'DELETE', '/v0/project/green?project=blue')).status).toBe(200);
  });

  test('a body that is too large is refused, and nothing is done', async (context) => {
    const w = await makeWorld(context);
    const body = JSON.stringify({ password: 'x'.repeat(1024 * 1024) });
    const response = await ask(w, 'PUT', '/v0/auth/basic/user/eve', { body });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual(problem('PayloadTooLargeError'));
    expect(await w.sql`select from users where label = 'eve'`).toHaveLength(0);
  });

  test('W28: arguments are judged before credentials, and credentials before what exists', async (context) => {
    const w = await makeWorld(context);
    const headers = { authorization: basic('root', 'wrong') };
    expect((await ask(w, 'PUT', '/v0/node/n1', { body: '{}', headers })).status).toBe(400);
    expect((await ask(w, 'GET', '/v0/node/nope', { headers })).status).toBe(401);
  });
});

describe('answers', () => {
  test('W02, W03: success is 200, JSON where there is something to say', async (context) => {
    const w = await makeWorld(context);
    const said = await ask(w, 'GET', '/v0/projects');
    expect([said.status, said.headers.get('content-type')]).toEqual([200, 'application/json']);
    const silent = await ask(w, 'PUT', '/v0/project/green');
    expect([silent.status, await silent.text()]).toEqual([200, '']);
  });

  test('every answer names the request, and so does the log', async (context) => {
    const w = await makeWorld(context);
    const api = logged(w);
    const refused = await ask({ ...w, services: api.services }, 'GET', '/v0/node/nope');
    const { request_id } = z.object({ request_id: z.string() }).parse(await refused.json());
    expect(refused.headers.get('x-request-id')).toBe(request_id);
    expect(api.entries()).toContainEqual(
      expect.objectContaining({
        request: request_id,
        operation: 'show_node',
        caller: 'root',
        status: 404,
        path: '/v0/node/nope',
      }),
    );
  });

  test('W35: lack of rights is 401, without an invitation to sign in', async (context) => {
    const w = await makeWorld(context);
    const response = await ask(w, 'GET', '/v0/projects', { headers: { authorization: basic('ada') } });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBeNull();
  });

  const count = { read: 0, written: 0 };
  const counting: Operation[] = [
    reading({
      id: 'count_read',
      summary: 'Count',
      method: 'GET',
      path: '/count/{name}',
      access: 'user',
      params: z.strictObject({ name: label }),
      query: nothing,
      result: z.number(),
      refusals: {},
      read: async () => ++count.read,
    }),
    ...(['PUT', 'POST', 'PATCH', 'DELETE'] as const).map((method) =>
      writing({
        id: `count_${method}`,
        summary: 'Count',
        method,
        path: '/count/{name}',
        access: 'user',
        params: z.strictObject({ name: label }),
        body: nothing,
        result: z.number(),
        refusals: {},
        write: async () => ++count.written,
      }),
    ),
  ];

  test('W29: a handler runs once for each request, and not at all for one that is refused before', async (context) => {
    const w = await makeWorld(context);
    for (const [method, read, written] of [
      ['GET', 1, 0],
      ['HEAD', 2, 0],
      ['OPTIONS', 2, 0],
      ['PUT', 2, 1],
      ['POST', 2, 2],
      ['PATCH', 2, 3],
      ['DELETE', 2, 4],
    ] as const) {
      expect((await ask(w, method, '/v0/count/x', { list: counting })).status).toBe(200);
      expect(count).toEqual({ read, written });
    }
    for (const headers of [{ authorization: '' }, { authorization: basic('root', 'wrong') }]) {
      expect((await ask(w, 'PUT', '/v0/count/x', { list: counting, headers })).status).toBe(401);
    }
    expect((await ask(w, 'PUT', '/v0/count/x', { list: counting, body: '{"x":1}' })).status).toBe(400);
    expect(count).toEqual({ read: 2, written: 4 });
  });

  const failing = (fail: () => never) => [
    writing({
      id: 'fail',
      summary: 'Fail',
      method: 'POST',
      path: '/fail',
      access: 'user',
      params: nothing,
      body: nothing,
      result: empty,
      refusals: {},
      async write({ tx }) {
        await tx.execute("insert into projects (label) values ('half-done')");
        fail();
      },
    }),
  ];

  test('what goes wrong unexpectedly is 500, undone, told to the log alone, and found there by the request', async (context) => {
    const w = await makeWorld(context);
    const api = logged(w);
    const list = failing(() => {
      throw new Error('an inner detail');
    });
    const response = await ask({ ...w, services: api.services }, 'POST', '/v0/fail', { list });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text)).toEqual(problem('InternalError'));
    expect(text).not.toContain('detail');
    const { request_id } = z.object({ request_id: z.string() }).parse(JSON.parse(text));
    expect(api.entries()).toContainEqual(
      expect.objectContaining({ level: 50, request: request_id, err: expect.objectContaining({ message: 'an inner detail' }) }),
    );
    expect(await w.sql`select from projects`).toHaveLength(2);
  });

  test('while the database is away the answer is 503, and says to try again', async (context) => {
    const w = await makeWorld(context);
    const away = new URL(w.database.apiUrl);
    away.port = '1';
    const database = openDatabase(away.href, 'test away', 1);
    context.onTestFinished(() => database.$client.end());
    const services = { ...w.services, database, callers: createCallers(database.$client) };
    const response = await ask({ ...w, services }, 'GET', '/v0/projects');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toEqual(problem('UnavailableError'));
  });
});

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

test('what Postgres cannot hold is refused by the name of its field', async (context) => {
  const w = await makeWorld(context);
  const obm = (host: string) => `{"obm": {"type": "mock", "host": "${host}", "user": "u", "password": "p"}}`;
  const obmd = '{"obmd": {"uri": "http:\\u0000", "admin_token": ""}}';
  for (const body of [obm('a\\u0000b'), obm('\\ud800'), obmd]) {
    expect(await w.call('root', 'PUT', '/node/n1', body)).toMatchObject({ status: 400, body: { type: 'ValidationError' } });
  }
  expect((await w.call('root', 'PUT', '/node/n1', obm('\\ud83d\\ude00'))).status).toBe(200);
  const nic = await w.call('root', 'PUT', '/node/n1/nic/eth0', '{"macaddr": "\\u0000"}');
  expect(nic).toMatchObject({ status: 400, body: { errors: [{ path: 'body.macaddr' }] } });
});

test('a body that is nested without end is refused, also to strangers', async (context) => {
  const w = await makeWorld(context);
  const nested = (levels: number) => `{"value": ${'['.repeat(levels)}${']'.repeat(levels)}}`;
  for (const user of ['root', null]) {
    const answer = await w.call(user, 'PUT', '/node/n1/metadata/x', nested(200_000));
    expect(answer).toMatchObject({ status: 400, body: { type: 'ValidationError' } });
  }
  expect((await w.call('root', 'PUT', '/node/n1/metadata/x', nested(50))).status).toBe(404);
});
