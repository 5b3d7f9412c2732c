import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { projects } from '../../../db/schema.ts';
import { createApp } from '../../../functions/app.ts';
import { commanding } from '../../../functions/http/commanding.ts';
import { Done } from '../../../functions/http/done.ts';
import { projectLabel } from '../../../functions/http/labels.ts';
import { empty, nothing, type Operation, writing } from '../../../functions/http/operation.ts';
import { Problem } from '../../../functions/http/problem.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { startObmd } from '../../support/obmd.ts';
import { bareNode, drivenNode, reserve, withToken } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import { type Answer, basic, makeWorld, type World, waitingForLocks } from '../../support/world.ts';

/** Sends a request under a key, `key` unless told otherwise. */
function keyed(
  w: World,
  method: string,
  path: string,
  body?: unknown,
  { user = 'root', key = 'key', headers = {} }: { user?: string | null; key?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return w.call(user, method, path, body, { 'idempotency-key': key, ...headers });
}

const isReplay = ({ headers }: Answer) => headers.get('idempotency-replayed') === 'true';
const kept = (w: World) => w.sql`select caller, key, request, outcome from idempotency_keys order by caller, key`;

/** The API of a world with one operation only, which makes a project and then does what is told; answers what sends a request to it. */
function making(w: World, then: (made: number) => unknown) {
  let made = 0;
  const operation = writing({
    id: 'project_make',
    summary: 'Make a project and see what comes of it',
    method: 'PUT',
    path: '/project/{project}',
    access: 'user',
    params: z.strictObject({ project: projectLabel }),
    body: nothing,
    result: z.unknown(),
    refusals: {},
    async write({ tx, afterCommit }, { params }) {
      await tx.insert(projects).values({ label: params.project });
      const answer = await then(++made);
      afterCommit(() => void followed++);
      return answer;
    },
  });
  let followed = 0;
  return { send: sending(w, operation), made: () => made, followed: () => followed };
}

function sending(w: World, operation: Operation) {
  const app = createApp(w.services, [operation]);
  return async (path = '/project/made', user = 'root') => {
    const headers = { authorization: basic(user), 'idempotency-key': 'key' };
    const response = await app.request(`http://haas.test/v0${path}`, { method: operation.method, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === '' ? null : JSON.parse(text) };
  };
}

describe('a request that was answered', () => {
  test('is not carried out again, and answered the same', async (context) => {
    const w = await makeWorld(context);
    const { send, made, followed } = making(w, () => ({ secret: 'xyzzy', nested: [1, null, { ä: '🔌' }] }));
    const first = await send();
    const again = await send();
    expect(first).toMatchObject({ status: 200, body: { secret: 'xyzzy' } });
    expect(again).toMatchObject({ status: 200, text: first.text });
    expect([first, again].map(isReplay)).toEqual([false, true]);
    expect([made(), followed()]).toEqual([1, 1]);
  });

  test('with a refusal is refused again, whatever has changed, and every field of the refusal is the same', async (context) => {
    const w = await makeWorld(context);
    const { send, made } = making(w, () => {
      throw new Problem('BlockedError', 'busy', 'not now', {
        errors: [{ path: 'body.x', msg: 'is busy' }],
        headers: { 'Retry-After': '7' },
      });
    });
    const answers = [await send(), await send()];
    for (const answer of answers) {
      const errors = [{ path: 'body.x', msg: 'is busy' }];
      expect(answer).toMatchObject({ status: 409, body: { type: 'BlockedError', code: 'busy', msg: 'not now', errors } });
      expect(answer.headers.get('retry-after')).toBe('7');
      expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
    }
    expect(answers.map(isReplay)).toEqual([false, true]);
    expect(made()).toBe(1);
    expect(await w.sql`select from projects where label = 'made'`).toHaveLength(0);
  });

  test('shows the same caller what it was answered, also without the right to ask now, and nobody else', async (context) => {
    const w = await makeWorld(context);
    await bareNode(w, 'n1');
    const connect = (user: string) => keyed(w, 'POST', '/project/blue/connect_node', { node: 'n1' }, { user });
    expect((await connect('ada')).status).toBe(200);
    await w.arrange('POST', '/auth/basic/user/ada/remove_project', { project: 'blue' });
    expect(await connect('ada')).toMatchObject({ status: 200 });
    expect(await connect('bob')).toMatchObject({ status: 401, body: { code: 'not_your_project' } });
    expect((await kept(w)).map(({ key }) => key)).toEqual(['key', 'key']);
  });

  test('with a refusal of the database itself is refused again', async (context) => {
    const w = await makeWorld(context);
    const obm = { type: 'ipmi', host: '10.0.0.7', user: 'u', password: 'p' };
    await w.arrange('PUT', '/node/n1', { obm });
    await w.arrange('PUT', '/node/n2', { obm: { ...obm, host: '10.0.0.8' } });
    for (const [method, path] of [
      ['PUT', '/node/n3'],
      ['PATCH', '/node/n2'],
    ] as const) {
      const answers = [
        await keyed(w, method, path, { obm }, { key: method }),
        await keyed(w, method, path, { obm }, { key: method }),
      ];
      for (const answer of answers) expect(answer).toMatchObject({ status: 409, body: { code: 'address_taken' } });
      expect(answers.map(isReplay)).toEqual([false, true]);
    }
  });

  test('holds its key for itself: another path, method or body is refused', async (context) => {
    const w = await makeWorld(context);
    await w.arrange('PUT', '/node/n1', { obmd: { uri: 'http://obmd.test', admin_token: 'token' } });
    expect((await keyed(w, 'PUT', '/node/n1/metadata/a', { value: 1 })).status).toBe(200);
    const before = await w.fingerprint();
    for (const [method, path, body] of [
      ['PUT', '/node/n1/metadata/a', '{"value": 1 }'],
      ['PUT', '/node/n1/metadata/b', { value: 1 }],
      ['DELETE', '/node/n1/metadata/a', undefined],
      ['PUT', '/project/new', undefined],
    ] as const) {
      const answer = await keyed(w, method, path, body);
      expect(answer).toMatchObject({ status: 422, body: { type: 'IdempotencyError', code: 'idempotency_key_reused' } });
      expect(isReplay(answer)).toBe(false);
    }
    expect(await w.fingerprint()).toBe(before);
    expect(isReplay(await keyed(w, 'PUT', '/node/%6E1/metadata/a?x=y', { value: 1 }))).toBe(true);
  });

  test('is forgotten after the hours that are set, pruned or not', async (context) => {
    const w = await makeWorld(context, { idempotencyHours: 2 });
    const age = (minutes: number) => w.sql`update idempotency_keys set created_at = now() - make_interval(mins => ${minutes})`;
    expect((await keyed(w, 'PUT', '/project/new')).status).toBe(200);
    await age(119);
    expect((await keyed(w, 'PUT', '/project/new')).status).toBe(200);
    await age(121);
    const again = await keyed(w, 'PUT', '/project/new');
    expect(again).toMatchObject({ status: 409, body: { code: 'duplicate_project' } });
    expect(isReplay(again)).toBe(false);
    await age(121);
    expect((await keyed(w, 'DELETE', '/project/new')).status, 'and the key is free for anything').toBe(200);
    expect(await kept(w)).toHaveLength(1);
  });
});

describe('what is kept', () => {
  test('holds no secret that can be read or guessed, and is worth nothing in another place', async (context) => {
    const w = await makeWorld(context);
    const { send } = making(w, () => ({ token: 'a-secret-of-the-answer' }));
    await send();
    await keyed(w, 'PUT', '/auth/basic/user/eve', { password: 'a-secret-of-eve' }, { key: 'other' });
    const rows = await kept(w);
    expect(rows).toHaveLength(2);
    const text = JSON.stringify(rows);
    for (const secret of ['a-secret-of-the-answer', 'a-secret-of-eve', 'token', 'password']) expect(text).not.toContain(secret);
    expect(w.services.secrets.decrypt(String(rows[0]?.['outcome']))).toContain('a-secret-of-the-answer');

    // Whoever can write into the table has somebody be answered what was kept for somebody else.
    await w.sql`update idempotency_keys set outcome = (select outcome from idempotency_keys where key = 'key')`;
    const answer = await keyed(w, 'PUT', '/auth/basic/user/eve', { password: 'a-secret-of-eve' }, { key: 'other' });
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } });
    await w.sql`delete from idempotency_keys where key = 'other'`;
    await w.sql`update idempotency_keys set caller = 'user/' || (select id from users where label = 'ada')`;
    expect(await send('/project/made', 'ada')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  test('shows a new token once more, and is the only token that was made', async (context) => {
    const w = await makeWorld(context);
    const create = () => keyed(w, 'POST', '/auth/token', { name: 'ci' }, { user: 'ada' });
    const [first, again] = [await create(), await create()];
    expect(again).toMatchObject({ status: 200, text: first.text });
    const { token } = z.object({ token: z.string().startsWith('haas_') }).parse(first.body);
    expect(JSON.stringify(await kept(w))).not.toContain(token);
    expect(await w.sql`select from api_tokens`).toHaveLength(1);
  });

  const passing: Record<string, () => unknown> = {
    'a defect': () => new Error('oops'),
    'what may succeed later': () => new Problem('AllocationError', 'pool_exhausted', 'all gone'),
    'too many of something': () => new Problem('TooManyRequestsError', 'too_many', 'slowly'),
  };
  for (const [what, error] of Object.entries(passing)) {
    test(`is not ${what}: the next one is carried out anew`, async (context) => {
      const w = await makeWorld(context);
      const { send } = making(w, (made) => {
        if (made === 1) throw error();
      });
      expect((await send()).status).toBeGreaterThanOrEqual(429);
      expect(await kept(w)).toEqual([]);
      expect(await w.sql`select from projects where label = 'made'`).toHaveLength(0);
      const answers = [await send(), await send()];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(answers.map(isReplay)).toEqual([false, true]);
    });
  }

  test('is nothing of a request that lost a deadlock', async (context) => {
    const w = await makeWorld(context);
    await w.sql`alter database ${w.sql(w.database.name)} set deadlock_timeout = '20ms'`;
    let between = async () => {};
    const operation = writing({
      id: 'projects_lock',
      summary: 'Lock two projects one after the other',
      method: 'POST',
      path: '/projects',
      access: 'admin',
      params: nothing,
      body: nothing,
      result: empty,
      refusals: {},
      async write({ tx }) {
        await tx.execute(sql`insert into projects (label) values ('made')`);
        await tx.execute(sql`select from projects where label = 'blue' for update`);
        await between();
        await tx.execute(sql`select from projects where label = 'red' for update`);
        return undefined;
      },
    });
    const send = sending(w, operation);
    let other: Promise<unknown> = Promise.resolve();
    between = async () => {
      other = w.sql.begin(async (tx) => {
        await tx`set local deadlock_timeout = '1min'`;
        await tx`select from projects where label = 'red' for update`;
        await tx`select from projects where label = 'blue' for update`;
      });
      await until(async () => (await waitingForLocks(w)) === 1, 'the other one waits');
    };
    expect(await send('/projects')).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    await other;
    expect(await kept(w)).toEqual([]);
    between = async () => {};
    const answers = [await send('/projects'), await send('/projects')];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await w.sql`select from projects where label = 'made'`).toHaveLength(1);
  });

  test('is nothing of what was not understood, of somebody unknown, or of somebody who may not', async (context) => {
    const w = await makeWorld(context);
    const statuses = [
      await keyed(w, 'PUT', '/project/new', { x: 1 }),
      await keyed(w, 'PUT', '/project/new', undefined, { user: null }),
      await keyed(w, 'PUT', '/project/new', undefined, { user: 'ada' }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 401, 401]);
    expect(await kept(w)).toEqual([]);
  });

  test('is nothing of a request that belongs somewhere else', async (context) => {
    const w = await makeWorld(context);
    await bareNode(w, 'n1');
    await withToken(w, 'n1', 'token');
    for (const answer of [
      await keyed(w, 'POST', '/node/n1/power_cycle'),
      await keyed(w, 'POST', '/node/n1/power_cycle'),
      await keyed(w, 'PUT', '/node/n1/console'),
    ]) {
      expect(answer.status).toBe(307);
      expect(isReplay(answer)).toBe(false);
    }
    expect(await kept(w)).toEqual([]);
  });
});

describe('a key', () => {
  for (const [what, key] of [
    ['nothing', ''],
    ['256 characters', 'x'.repeat(256)],
    ['a character beyond ASCII', 'schlüssel'],
    ['a control character', 'a\tb'],
  ] as const) {
    test(`that is ${what} is not understood, whoever sends it`, async (context) => {
      const w = await makeWorld(context);
      for (const user of ['root', null]) {
        const answer = await keyed(w, 'PUT', '/project/new', undefined, { user, key });
        expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'header.Idempotency-Key' }] } });
      }
      expect((await keyed(w, 'GET', '/projects', undefined, { key })).status, 'a GET has none').toBe(200);
    });
  }

  test('may be any 255 printable characters, and is every caller’s own', async (context) => {
    const w = await makeWorld(context);
    const key = `"~ ${'x'.repeat(251)}!`;
    expect((await keyed(w, 'PUT', '/project/new', undefined, { key })).status).toBe(200);
    expect(isReplay(await keyed(w, 'PUT', '/project/new', undefined, { key }))).toBe(true);
    expect(await kept(w)).toMatchObject([{ key }]);
  });

  test('is refused from somebody who is nobody: others would be answered the same', async (context) => {
    const w = await makeWorld(context, { requireAuthentication: false });
    await bareNode(w, 'n1');
    const answer = await keyed(w, 'POST', '/node/n1/power_cycle', undefined, { user: null });
    expect(answer).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
    expect(await kept(w)).toEqual([]);
  });
});

describe('a request that has devices do something', () => {
  async function machines(context: Parameters<typeof makeWorld>[0]): Promise<World> {
    const w = await makeWorld(context);
    for (const node of ['n1', 'n2']) {
      await drivenNode(w, node);
      await reserve(w, node, 'blue');
    }
    return w;
  }
  const later = { headers: { prefer: 'respond-async' } };

  test('waits for the same command when it is sent again, and tells what became of that', async (context) => {
    const w = await machines(context);
    const cycle = (more: object = {}) => keyed(w, 'POST', '/node/n1/power_cycle', undefined, more);
    const first = await cycle(later);
    expect(first).toMatchObject({ status: 202, body: { status_id: expect.any(String) } });
    expect(await cycle(later)).toMatchObject({ status: 202, text: first.text });
    await w.finish(first, 'failed');
    for (const answer of [await cycle(), await cycle(later)]) {
      expect(isReplay(answer)).toBe(true);
      expect(answer.status).toBe(answer.headers.get('preference-applied') === 'respond-async' ? 202 : 502);
    }
    expect(await ordersOf(w)).toHaveLength(1);
  });

  test('knows the results of all of them', async (context) => {
    const w = await machines(context);
    const power = (more: object = {}) => keyed(w, 'POST', '/project/blue/power', { nodes: ['n1', 'n2'], action: 'on' }, more);
    const first = await power(later);
    expect(first.status).toBe(202);
    const again = await power(later);
    expect(again).toMatchObject({ status: 202, text: first.text });
    for (const { id } of await w.sql`select id from commands`)
      await w.sql`select finish_command(${id}, 'done', null, null, '{"power": "on"}')`;
    const done = await power();
    expect(done).toMatchObject({ status: 200, body: { results: { n1: { status: 'DONE' }, n2: { status: 'DONE' } } } });
    expect(isReplay(done)).toBe(true);
    expect(await ordersOf(w)).toHaveLength(2);
  });

  test('is answered the same where nothing had to be done', async (context) => {
    const w = await makeWorld(context);
    let asked = 0;
    const operation = commanding({
      id: 'nothing_do',
      summary: 'Do what need not be done',
      method: 'POST',
      path: '/nothing',
      access: 'admin',
      params: nothing,
      body: nothing,
      result: z.strictObject({ asked: z.int() }),
      refusals: {},
      write: async () => new Done({ asked: ++asked }),
      answer: () => Promise.reject(new Error('nobody waits for anything')),
    });
    const send = sending(w, operation);
    for (const answer of [await send('/nothing'), await send('/nothing')]) {
      expect(answer).toMatchObject({ status: 200, body: { asked: 1 } });
    }
  });
});

describe('a request that asks somebody else between its transactions', () => {
  async function withObmd(context: Parameters<typeof makeWorld>[0]) {
    const w = await makeWorld(context);
    const obmd = await startObmd(context);
    await w.arrange('PUT', '/node/n1', { obmd: { uri: obmd.uri, admin_token: 'token' } });
    return { w, obmd, enable: () => keyed(w, 'PUT', '/node/n1/obm', { enabled: true }) };
  }

  test('is under way until it has ended, and answered the same from then on', async (context) => {
    const { w, obmd, enable } = await withObmd(context);
    let meanwhile: Answer | undefined;
    obmd.before(async () => {
      meanwhile = await enable();
    });
    const first = await enable();
    expect(meanwhile).toMatchObject({ status: 503, body: { type: 'UnavailableError', code: 'request_under_way' } });
    expect(meanwhile?.headers.get('retry-after')).toBe('1');
    const again = await enable();
    expect([first.status, again.status, isReplay(again)]).toEqual([200, 200, true]);
    expect(obmd.requests).toHaveLength(1);
    expect(await kept(w)).toHaveLength(1);
  });

  test('is carried out anew when it failed, or when its process must have died', async (context) => {
    const { w, obmd, enable } = await withObmd(context);
    obmd.answer({ status: 500, body: '' });
    expect(await enable()).toMatchObject({ status: 502, body: { code: 'obmd_failed' } });
    expect(await kept(w)).toEqual([]);
    obmd.answer(null);
    await enable();
    await w.sql`update idempotency_keys set outcome = null`;
    expect((await enable()).status).toBe(503);
    await w.sql`update idempotency_keys set created_at = now() - interval '3 minutes'`;
    const after = await enable();
    expect([after.status, isReplay(after)]).toEqual([200, false]);
    expect(isReplay(await enable())).toBe(true);
    expect(obmd.requests).toHaveLength(3);
  });

  test('that ends after its key was given to another leaves that one its own answer', async (context) => {
    const { w, obmd, enable } = await withObmd(context);
    const disable = () => keyed(w, 'PUT', '/node/n1/obm', { enabled: false });
    const other: Promise<Answer>[] = [];
    let resume = () => {};
    obmd.before(async () => {
      await w.sql`update idempotency_keys set created_at = now() - interval '3 minutes'`;
      obmd.before(() => new Promise<void>((resolve) => (resume = resolve)));
      other.push(disable());
      await until(async () => obmd.requests.length === 2, 'the other one is under way');
    });
    await enable();
    resume();
    const [answer] = await Promise.all(other);
    const again = await disable();
    expect([answer?.status, again.status, isReplay(again)]).toEqual([200, 200, true]);
  });

  test('that is refused is refused again', async (context) => {
    const { w } = await withObmd(context);
    const enable = () => keyed(w, 'PUT', '/node/n2/obm', { enabled: true });
    expect(await enable()).toMatchObject({ status: 404, body: { code: 'unknown_node' } });
    await drivenNode(w, 'n2');
    expect(await enable()).toMatchObject({ status: 404, body: { code: 'unknown_node' } });
  });
});

describe('twins', () => {
  test('that are sent at once are one request, however few connections there are', async (context) => {
    const w = await makeWorld(context);
    const register = { obm: { type: 'ipmi', host: '10.0.0.7', user: 'u', password: 'p' } };
    const answers = await Promise.all(Array.from({ length: 20 }, () => keyed(w, 'PUT', '/node/n1', register)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(answers.filter((answer) => !isReplay(answer))).toHaveLength(1);
  });

  test('wait for each other: when the first fails, the next is carried out', async (context) => {
    const w = await makeWorld(context);
    const second: Promise<Answer>[] = [];
    const { send, made } = making(w, async (nth) => {
      if (nth > 1) return;
      second.push(send());
      await until(async () => (await waitingForLocks(w)) === 1, 'the second waits for the first');
      throw new Error('oops');
    });
    expect((await send()).status).toBe(500);
    const [answer] = await Promise.all(second);
    expect(answer?.status).toBe(200);
    expect(made()).toBe(2);
    expect(await w.sql`select from projects where label = 'made'`).toHaveLength(1);
  });
});
