import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ask, problem } from '../../support/transport.ts';
import { basic, makeWorld } from '../../support/world.ts';

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

  for (const query of ['x=', 'x', 'is_free=all', 'x=1&x=2', '=1', '__proto__=1']) {
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
