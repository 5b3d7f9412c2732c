import { expect, onTestFinished, type TestContext, test } from 'vitest';
import { setObm } from '../../../functions/node/set-obm.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { logged } from '../../support/logged.ts';
import { type Obmd, startObmd } from '../../support/obmd.ts';
import { drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const ADMIN_TOKEN = 'a-secret-of-obmd';
const NOBODY = { uri: 'http://127.0.0.1:1/node/n1', admin_token: ADMIN_TOKEN };

const set = (w: World, enabled: boolean, user = 'ada') => w.call(user, 'PUT', '/node/n1/obm', { enabled });

async function stored(w: World) {
  const [row] = await w.sql`select obm_enabled as enabled, obmd_session as session from nodes where label = 'n1'`;
  const session = row?.['session'];
  return { enabled: row?.['enabled'], token: typeof session === 'string' ? w.services.secrets.decrypt(session) : null };
}

/** Node n1 of project blue, behind an obmd on a real socket. */
async function withObmd(context: TestContext): Promise<{ w: World; obmd: Obmd }> {
  const w = await makeWorld(context);
  const obmd = await startObmd(context);
  await w.arrange('PUT', '/node/n1', { obmd: { uri: obmd.uri, admin_token: ADMIN_TOKEN } });
  await reserve(w, 'n1', 'blue');
  return { w, obmd };
}

/** An obmd that changes the node in the database at the moment when it gives a token. */
async function meanwhile(w: World, change: (w: World) => Promise<unknown>): Promise<void> {
  const obmd = await startObmd({ onTestFinished });
  await w.arrange('PUT', '/node/n2', { obmd: { uri: obmd.uri, admin_token: ADMIN_TOKEN } });
  await reserve(w, 'n2', 'blue');
  obmd.before(() => change(w));
}

describeOperation(setObm, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
  },
  request: { params: { node: 'n1' }, input: { enabled: false } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await stored(w)).toEqual({ enabled: false, token: null });
    expect(await ordersOf(w)).toEqual([]);
    await w.arrange('PUT', '/node/n1/obm', { enabled: true });
    expect(await stored(w)).toMatchObject({ enabled: true });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope' } },
    not_your_node: { as: 'other' },
    obmd_failed: {
      arrange: (w) => w.arrange('PUT', '/node/n2', { obmd: NOBODY }),
      params: { node: 'n2' },
      input: { enabled: true },
    },
    changed_meanwhile: {
      arrange: (w) => meanwhile(w, () => w.sql`update nodes set project_id = null where label = 'n2'`),
      params: { node: 'n2' },
      input: { enabled: true },
      isOnRecord: true,
    },
  },
  malformed: {
    'B04: nothing': { input: {} },
    'B04: a number': { input: { enabled: 1 } },
    'B04: null': { input: { enabled: null } },
  },
});

test('B01, B06, B11: obmd gives a token, which users are sent with until it is revoked', async (context) => {
  const { w, obmd } = await withObmd(context);
  expect(await set(w, true)).toMatchObject({ status: 200, text: '' });
  const authorization = `Basic ${Buffer.from(`admin:${ADMIN_TOKEN}`).toString('base64')}`;
  expect(obmd.requests).toEqual([{ method: 'POST', path: '/node/n1/token', authorization }]);
  expect(await stored(w)).toEqual({ enabled: true, token: 'token-1' });
  const on = await w.call('ada', 'POST', '/node/n1/power_on');
  expect(on.headers.get('location')).toBe(`${obmd.uri}/power_on?token=token-1`);

  expect(await set(w, false)).toMatchObject({ status: 200, text: '' });
  expect(obmd.requests.at(-1)).toEqual({ method: 'DELETE', path: '/node/n1/token', authorization });
  expect(await stored(w)).toEqual({ enabled: false, token: null });
  expect((await w.call('ada', 'POST', '/node/n1/power_on')).body).toMatchObject({ code: 'obm_disabled' });
});

test('B02: what is so already is asked of obmd again', async (context) => {
  const { w, obmd } = await withObmd(context);
  for (const enabled of [true, true, false, false]) expect((await set(w, enabled)).status).toBe(200);
  expect(obmd.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'DELETE', 'DELETE']);
  await set(w, true);
  expect(await stored(w)).toEqual({ enabled: true, token: obmd.valid() });
});

test.for([
  { status: 500, body: 'out of order' },
  { status: 302, body: '' },
  { status: 200, body: '<html>' },
  { status: 200, body: '{"token": 5}' },
  { status: 200, body: '{"token": ""}' },
  { status: 200, body: '' },
  { status: 200, body: JSON.stringify({ token: 'x'.repeat(100_000) }) },
])('B03: obmd that answers $status and nonsense changes nothing', async (answer, context) => {
  const { w, obmd } = await withObmd(context);
  obmd.answer(answer);
  expect(await set(w, true)).toMatchObject({ status: 502, body: { type: 'OBMError', code: 'obmd_failed' } });
  expect(await stored(w)).toEqual({ enabled: false, token: null });
});

test('B03: obmd that is not there does not forget a token', async (context) => {
  const { w, obmd } = await withObmd(context);
  await set(w, true);
  await obmd.stop();
  const answer = await set(w, false);
  expect(answer).toMatchObject({ status: 502, body: { code: 'obmd_failed', msg: expect.stringContaining('ECONNREFUSED') } });
  expect(await stored(w)).toEqual({ enabled: true, token: 'token-1' });
});

test('B14: of a free node only administrators decide', async (context) => {
  const w = await makeWorld(context);
  const obmd = await startObmd(context);
  await w.arrange('PUT', '/node/n1', { obmd: { uri: obmd.uri, admin_token: '' } });
  expect((await set(w, true)).status).toBe(401);
  expect(obmd.requests).toEqual([]);
  expect((await set(w, true, 'root')).status).toBe(200);
});

test.for([
  ['it was given away', `update nodes set project_id = (select id from projects where label = 'red')`],
  ['obmd is elsewhere now', `update nodes set obmd_uri = 'http://other.test'`],
] as const)('a token for a node of which %s is given back', async ([, change], context) => {
  const { w, obmd } = await withObmd(context);
  obmd.before(() => w.sql.unsafe(change));
  expect(await set(w, true)).toMatchObject({ status: 409, body: { type: 'BlockedError', code: 'changed_meanwhile' } });
  expect(obmd.valid()).toBeNull();
  expect(await stored(w)).toEqual({ enabled: false, token: null });
});

test('whoever asks at once, the token that is stored is the one that is worth something', async (context) => {
  const { w, obmd } = await withObmd(context);
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all([set(w, true), set(w, true, 'root')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await stored(w)).toEqual({ enabled: true, token: obmd.valid() });
  }
});

test('a console that is logged is closed when users may not reach it any more', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const console = await loggedConsole(w, 'n1');
  expect((await set(w, false)).status).toBe(200);
  expect(await w.sql`select logging, released_at from consoles`).toEqual([{ logging: false, released_at: null }]);
  expect(await ordersOf(w)).toMatchObject([{ device: 'console/n1', kind: 'console.close', parameters: { console } }]);
  // There is nothing left to close.
  await set(w, false);
  expect(await ordersOf(w)).toHaveLength(1);
});

test('neither token is in any answer but the redirect, nor in the log', async (context) => {
  const { w, obmd } = await withObmd(context);
  const api = logged(w);
  const texts: string[] = [];
  const call = async (method: string, path: string, body?: unknown) => texts.push((await api.call(method, path, body)).text);
  await call('PUT', '/node/n1/obm', { enabled: true });
  await call('POST', '/node/n1/power_on');
  await call('GET', '/node/n1');
  obmd.answer({ status: 500, body: 'token-1' });
  await call('PUT', '/node/n1/obm', { enabled: true });
  await obmd.stop();
  await call('PUT', '/node/n1/obm', { enabled: false });
  expect(api.entries().length).toBeGreaterThanOrEqual(4);
  const everything = JSON.stringify([texts, api.entries(), await w.sql`select * from nodes`]);
  expect(everything).not.toContain('token-1');
  expect(everything).not.toContain(ADMIN_TOKEN);
  expect(everything).not.toContain(Buffer.from(`admin:${ADMIN_TOKEN}`).toString('base64'));
});
