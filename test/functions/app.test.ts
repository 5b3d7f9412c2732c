import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '../../db/client.ts';
import { label } from '../../functions/http/labels.ts';
import { empty, nothing, type Operation, reading, writing } from '../../functions/http/operation.ts';
import { openCallers } from '../../functions/http/sign-in/open.ts';
import { logged } from '../support/logged.ts';
import { bareNode, cabledNode } from '../support/rack.ts';
import { ask, problem } from '../support/transport.ts';
import { basic, makeWorld } from '../support/world.ts';

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
      ['PATCH', '/v0/project/blue', 'PUT, DELETE, OPTIONS'],
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
    expect(response.headers.get('allow')).toBe('GET, PUT, PATCH, DELETE, OPTIONS, HEAD');
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
        address: 'unknown',
        status: 404,
        code: 'unknown_node',
        path: '/v0/node/nope',
      }),
    );
  });

  test('the log has the ids of the commands that a request issued', async (context) => {
    const w = await makeWorld(context);
    await cabledNode(w, 'n1');
    const api = logged(w);
    const { text } = await api.call('POST', '/switch/sw1/port/gi1/0/1/revert');
    const { status_id: command } = z.object({ status_id: z.uuid() }).parse(JSON.parse(text));
    expect(api.entries()).toMatchObject([{ operation: 'port_revert', status: 200, commands: [command] }]);
    await api.call('PUT', '/project/green');
    expect(api.entries().at(-1)).not.toHaveProperty('commands');
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

  test('while the database is away the answer is 503, and says to try again; why, is told to the log alone', async (context) => {
    const w = await makeWorld(context);
    const api = logged(w);
    const away = new URL(w.database.apiUrl);
    away.port = '1';
    const database = openDatabase(away.href, 'test away', 1);
    context.onTestFinished(() => database.$client.end());
    const services = {
      ...api.services,
      database,
      callers: openCallers(database.$client, w.services.log, w.services.settings.signIn),
    };
    const response = await ask({ ...w, services }, 'GET', '/v0/projects');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toEqual(problem('UnavailableError'));
    const request = response.headers.get('x-request-id');
    expect(api.entries(40)).toEqual([
      expect.objectContaining({ request, operation: 'list_projects', reason: expect.stringContaining('ECONNREFUSED') }),
    ]);
    // What libraries put around the words of the database has the values of the statement.
    const around = new Error('Failed query: insert, params: a password', {
      cause: Object.assign(new Error('no room'), { code: '53100' }),
    });
    const list = failing(() => {
      throw around;
    });
    expect((await ask({ ...w, services: api.services }, 'POST', '/v0/fail', { list })).status).toBe(503);
    expect(api.entries(40)[1]).toMatchObject({ reason: 'no room' });
    expect(JSON.stringify(api.entries())).not.toContain('a password');
  });
});

test('pages of other places change nothing with what a browser once signed in with', async (context) => {
  const w = await makeWorld(context);
  const create = (origin: string) => w.call('root', 'PUT', '/project/green', {}, { origin, host: 'haas.test' });
  for (const origin of ['http://elsewhere.test', 'null', 'http://haas.test:81']) {
    expect(await create(origin)).toMatchObject({ status: 401, body: { code: 'foreign_origin' } });
  }
  expect(await w.sql`select from projects where label = 'green'`).toHaveLength(0);
  expect((await create('http://haas.test')).status).toBe(200);
});
