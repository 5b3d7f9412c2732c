import { afterEach, beforeEach, describe, expect, type TestContext, test, vi } from 'vitest';
import { connect } from '../../../../db/client.ts';
import { openCallers } from '../../../../functions/http/sign-in/open.ts';
import { logged } from '../../../support/logged.ts';
import { bareNode, reserve, withToken } from '../../../support/rack.ts';
import { makeToken, type Token } from '../../../support/tokens.ts';
import { until } from '../../../support/until.ts';
import { makeWorld, type World } from '../../../support/world.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** Callers as another API process has them. */
const processOf = ({ services: { database, log, settings } }: World) => openCallers(database.$client, log, settings.signIn);
const shown = ({ headers }: Token) => ({ ...headers, authToken: undefined, host: undefined, address: '192.0.2.1' });

test('who signed in with a token is its user, without a password', async (context) => {
  const w = await makeWorld(context);
  const token = await makeToken(w, 'ada');
  const asAda = await w.services.callers.identify({ ...shown(token), authorization: `Basic ${btoa('ada:correct horse')}` });
  const caller = await w.services.callers.identify(shown(token));
  expect(caller).toEqual({ ...asAda, identity: `token/${token.id}`, hasPassword: false, current: expect.any(Function) });
  expect(await caller?.current()).toEqual({ ...caller, current: expect.any(Function) });
  const admin = await makeToken(w, 'root');
  expect((await admin.call('GET', '/projects')).status).toBe(200);
  for (const scheme of ['bearer', 'BEARER ']) {
    const authorization = `${scheme} ${token.token}`;
    expect((await w.call(null, 'GET', '/nodes/all', undefined, { authorization })).status).toBe(200);
  }
});

describe('a token of a project', () => {
  test('acts for that project only, and administers nothing', async (context) => {
    const w = await makeWorld(context);
    await w.arrange('POST', '/auth/basic/user/ada/add_project', { project: 'red' });
    for (const user of ['ada', 'root']) {
      const { call } = await makeToken(w, user, { project: 'blue' });
      const statuses = [];
      for (const path of ['/project/blue/nodes', '/project/red/nodes', '/projects'])
        statuses.push((await call('GET', path)).status);
      expect(statuses).toEqual([200, 401, 401]);
    }
  });

  test('is good while its user acts for the project, as a member or as an administrator', async (context) => {
    const w = await makeWorld(context);
    const { call } = await makeToken(w, 'ada', { project: 'blue' });
    const status = async () => (await call('GET', '/nodes/all')).status;
    expect(await status()).toBe(200);
    await w.arrange('POST', '/auth/basic/user/ada/remove_project', { project: 'blue' });
    expect(await status()).toBe(401);
    await w.arrange('PATCH', '/auth/basic/user/ada', { is_admin: true });
    expect(await status()).toBe(200);
    await w.arrange('PATCH', '/auth/basic/user/ada', { is_admin: false });
    expect(await status()).toBe(401);
    await w.arrange('POST', '/auth/basic/user/ada/add_project', { project: 'blue' });
    expect(await status()).toBe(200);
  });
});

test('a read-only token changes nothing, and gets no address at which it could', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await withToken(w, 'n1', 'token');
  const { call } = await makeToken(w, 'root', { read_only: true });
  const before = await w.fingerprint();
  expect((await call('GET', '/node/n1')).status).toBe(200);
  for (const [method, path, body] of [
    ['PUT', '/project/green', undefined],
    ['POST', '/auth/token', { name: 'heir' }],
    ['PATCH', '/auth/basic/user/root', { password: 'new' }],
    ['DELETE', '/project/red', undefined],
  ] as const) {
    expect((await call(method, path, body)).body).toMatchObject({ type: 'AuthorizationError', code: 'read_only_token' });
  }
  for (const path of ['/node/n1/power_status', '/node/n1/console']) {
    const answer = await call('GET', path);
    expect([answer.status, answer.headers.get('location')]).toEqual([401, null]);
    expect((await w.call('ada', 'GET', path)).status).toBe(307);
  }
  await until(async () => (await w.sql`select from api_tokens where last_used_at is not null`).length === 1, 'its use was noted');
  await w.sql`update api_tokens set last_used_at = null`;
  expect(await w.fingerprint()).toBe(before);
});

for (const [end, change] of [
  ['is revoked', ['DELETE', '/auth/token/{id}', undefined]],
  ['loses its user', ['DELETE', '/auth/basic/user/ada', undefined]],
  ['loses its project', ['DELETE', '/project/blue', undefined]],
  ['loses the membership of its user', ['POST', '/auth/basic/user/ada/remove_project', { project: 'blue' }]],
] as const) {
  test(`a token that ${end} by another process is good for nothing as soon as the database tells of it`, async (context) => {
    const w = await makeWorld(context);
    const callers = processOf(w);
    const token = await makeToken(w, 'ada', { project: 'blue' });
    const listener = connect(w.database.apiUrl, 'test listener', 1);
    context.onTestFinished(() => listener.end());
    let told = 0;
    await listener.listen('users', () => {
      told += 1;
      callers.forget();
    });
    callers.told(true);
    const caller = await callers.identify(shown(token));
    expect(caller).toMatchObject({ label: 'ada' });
    const [method, path, body] = change;
    await w.arrange(method, path.replace('{id}', token.id), body);
    await until(() => told > 0, 'it was told');
    expect(await callers.identify(shown(token))).toBeNull();
    expect(await caller?.current()).toBeNull();
  });
}

test('a token is believed two seconds without asking, and not at all while the database does not tell of changes', async (context) => {
  const w = await makeWorld(context);
  const [callers, deaf] = [processOf(w), processOf(w)];
  callers.told(true);
  const token = await makeToken(w, 'ada', { expires_in: 3600 });
  const isKnown = async (to: typeof callers) => (await to.identify(shown(token))) !== null;
  expect([await isKnown(callers), await isKnown(deaf)]).toEqual([true, true]);
  await w.sql`update api_tokens set expires_at = now()`;
  expect([await isKnown(callers), await isKnown(deaf)]).toEqual([true, false]);
  later(2_001);
  expect(await isKnown(callers)).toBe(false);
});

test('the last use is written down once a minute by all processes, and nobody waits for it', async (context) => {
  const w = await makeWorld(context);
  const token = await makeToken(w, 'ada');
  const used = async () => (await w.sql`select last_used_at as at from api_tokens`)[0]?.['at'];
  const processes = [processOf(w), processOf(w)];
  // A row that is held by somebody else does not keep anybody from signing in.
  const holder = await w.sql.reserve();
  await holder`begin`;
  await holder`select from api_tokens for update`;
  for (const { identify } of processes) expect(await identify(shown(token))).not.toBeNull();
  await holder`rollback`;
  holder.release();
  const first = await until(used, 'it was written down');
  const counted = async () => (await w.sql`select xmin::text as version from api_tokens`)[0]?.['version'];
  const version = await counted();
  for (const { identify } of [...processes, processOf(w)]) expect(await identify(shown(token))).not.toBeNull();
  await w.services.database.$client`select 1`;
  expect([await used(), await counted()]).toEqual([first, version]);
  await w.sql`update api_tokens set last_used_at = now() - interval '61 s'`;
  later(60_001);
  expect(await processes[0]?.identify(shown(token))).not.toBeNull();
  await until(
    async () =>
      (await used()) !== first && (await w.sql`select from api_tokens where last_used_at > now() - interval '30 s'`).length === 1,
    'it was written down again',
  );
});

test('a use that cannot be written down is a line in the log', async (context) => {
  const w = await makeWorld(context);
  const token = await makeToken(w, 'ada');
  await w.sql`create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$`;
  await w.sql`create trigger refuse before update on api_tokens for each row execute function refuse()`;
  const { entries, services } = logged(w);
  const { identify } = openCallers(services.database.$client, services.log, services.settings.signIn);
  expect(await identify(shown(token))).not.toBeNull();
  await until(() => entries(40).length > 0, 'it was logged');
  expect(entries(40)).toMatchObject([{ msg: 'the use of a token was not written down', token: token.id }]);
  expect(JSON.stringify(entries())).not.toContain(token.token);
});

test('no part of a token is in the database or the log', async (context: TestContext) => {
  const w = await makeWorld(context);
  const { token } = await makeToken(w, 'ada');
  const { entries, services } = logged(w);
  const { identify } = openCallers(services.database.$client, services.log, services.settings.signIn);
  const use = (authorization: string) => identify({ authorization, authToken: undefined, host: undefined, address: 'x' });
  await use(`Bearer ${token}`);
  await use(`Bearer ${token}x`);
  const secret = token.slice(5, 25);
  const tables = await w.sql`select table_name as name from information_schema.tables where table_schema = 'public'`;
  for (const { name } of tables) {
    expect(await w.sql`select from ${w.sql(name)} t where t::text like ${`%${secret}%`}`, name).toHaveLength(0);
  }
  expect(JSON.stringify(entries())).not.toContain(secret);
});
