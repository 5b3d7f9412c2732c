import { hash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, type TestContext, test, vi } from 'vitest';
import { connect } from '../../../db/client.ts';
import { pruneFailedLogins } from '../../../db/queries/failed-logins.ts';
import { findUserWithRights } from '../../../db/queries/users.ts';
import { openCallers } from '../../../functions/http/sign-in/open.ts';
import { hashPassword, verifyPassword } from '../../../functions/passwords.ts';
import { basic, makeWorld, type World } from '../../support/world.ts';

vi.mock('node:timers/promises', { spy: true });
vi.mock('../../../db/queries/users.ts', { spy: true });
vi.mock('../../../functions/passwords.ts', { spy: true });

const PASSWORD = 'correct horse';

beforeEach(() => {
  vi.mocked(delay).mockReset().mockResolvedValue(undefined);
  vi.mocked(verifyPassword).mockClear();
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Callers as one API process has them, on the database of a world. */
function processOf({ services: { database, log, settings } }: World) {
  const callers = openCallers(database.$client, log, settings.signIn);
  return {
    ...callers,
    identify: (user: string, password: string, address = '192.0.2.1') =>
      callers.identify({ authorization: basic(user, password), authToken: undefined, host: undefined, address }),
  };
}

/** A new world, and the callers of one process. */
async function oneProcess(context: TestContext) {
  const w = await makeWorld(context);
  return { w, callers: processOf(w) };
}

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
/** A name as it is kept of a failed login. */
const kept = (name: string) => hash('sha256', name, 'base64url');
const delays = () => vi.mocked(delay).mock.calls.map(([ms]) => ms);

test('a caller has a name, an id, rights and projects', async (context) => {
  const { w, callers } = await oneProcess(context);
  const [ids] = await w.sql`select u.id::int as user, p.id::int as project from users u, projects p
    where u.label = 'ada' and p.label = 'blue'`;
  expect(await callers.identify('ada', PASSWORD)).toEqual({
    label: 'ada',
    id: ids?.['user'],
    isAdmin: false,
    projects: new Set([ids?.['project']]),
    identity: `user/${ids?.['user']}`,
    isReadOnly: false,
    hasPassword: true,
    current: expect.any(Function),
  });
  expect(await callers.identify('root', PASSWORD)).toMatchObject({ isAdmin: true, projects: new Set() });
});

test('an unknown user costs a verification of a password, as a wrong password does', async (context) => {
  const { callers } = await oneProcess(context);
  expect(await callers.identify('ada', 'wrong')).toBeNull();
  expect(verifyPassword).toHaveBeenCalledTimes(1);
  expect(await callers.identify('ghost', 'wrong')).toBeNull();
  expect(verifyPassword).toHaveBeenCalledTimes(2);
});

test('a right password is verified once a minute, a wrong one every time', async (context) => {
  const { callers } = await oneProcess(context);
  for (let time = 0; time < 3; time++) expect(await callers.identify('ada', PASSWORD)).not.toBeNull();
  expect(verifyPassword).toHaveBeenCalledTimes(1);
  for (let time = 0; time < 3; time++) expect(await callers.identify('ada', 'wrong')).toBeNull();
  expect(verifyPassword).toHaveBeenCalledTimes(4);
  later(60_001);
  expect(await callers.identify('ada', PASSWORD)).not.toBeNull();
  expect(verifyPassword).toHaveBeenCalledTimes(5);
});

test('a password that one user proved is no proof of another', async (context) => {
  const { w, callers } = await oneProcess(context);
  await w.sql`update users set password_hash = ${await hashPassword('another')} where label = 'bob'`;
  expect(await callers.identify('ada', PASSWORD)).not.toBeNull();
  expect(await callers.identify('bob', PASSWORD)).toBeNull();
});

test('while the database does not tell of changes, every request sees them', async (context) => {
  const { w, callers } = await oneProcess(context);
  expect(await callers.identify('ada', PASSWORD)).toMatchObject({ isAdmin: false });
  await w.sql`update users set is_admin = true where label = 'ada'`;
  expect(await callers.identify('ada', PASSWORD)).toMatchObject({ isAdmin: true });
  await w.sql`delete from project_members`;
  expect(await callers.identify('ada', PASSWORD)).toMatchObject({ projects: new Set() });
  await w.sql`update users set password_hash = ${await hashPassword('new')} where label = 'ada'`;
  expect(await callers.identify('ada', PASSWORD)).toBeNull();
  expect(await callers.identify('ada', 'new')).not.toBeNull();
  await w.sql`delete from users where label = 'ada'`;
  expect(await callers.identify('ada', 'new')).toBeNull();
});

test('while it does, rights are believed for two seconds, until something is forgotten or the telling ends', async (context) => {
  const { w, callers } = await oneProcess(context);
  callers.told(true);
  const isAdmin = async () => (await callers.identify('ada', PASSWORD))?.isAdmin;
  const change = (to: boolean) => w.sql`update users set is_admin = ${to} where label = 'ada'`;
  expect(await isAdmin()).toBe(false);
  await change(true);
  expect(await isAdmin()).toBe(false);
  callers.forget();
  expect(await isAdmin()).toBe(true);
  await change(false);
  expect(await isAdmin()).toBe(true);
  later(2_001);
  expect(await isAdmin()).toBe(false);
  await change(true);
  callers.told(false);
  expect(await isAdmin()).toBe(true);
  await change(false);
  expect(await isAdmin()).toBe(false);
});

test('what was asked before a change was told is not believed after it', async (context) => {
  const { w, callers } = await oneProcess(context);
  callers.told(true);
  const asked = callers.identify('ada', PASSWORD);
  callers.forget();
  expect(await asked).toMatchObject({ isAdmin: false });
  await w.sql`update users set is_admin = true where label = 'ada'`;
  expect(await callers.identify('ada', PASSWORD)).toMatchObject({ isAdmin: true });
});

for (const [change, [method, path, body], expected] of [
  ['a new password', ['PATCH', '/auth/basic/user/ada', { password: 'new' }], null],
  ['a promotion', ['PATCH', '/auth/basic/user/ada', { is_admin: true }], { isAdmin: true }],
  ['the end of a membership', ['POST', '/auth/basic/user/ada/remove_project', { project: 'blue' }], { projects: new Set() }],
  ['the end of a project', ['DELETE', '/project/blue', undefined], { projects: new Set() }],
  ['the end of a user', ['DELETE', '/auth/basic/user/ada', undefined], null],
] as const) {
  test(`${change} by another process counts as soon as the database tells of it`, async (context) => {
    const { w, callers } = await oneProcess(context);
    const listener = connect(w.database.apiUrl, 'test listener', 1);
    context.onTestFinished(() => listener.end());
    const told = new Promise<void>((resolve, reject) => {
      listener
        .listen(
          'users',
          () => {
            callers.forget();
            resolve();
          },
          () => callers.told(true),
        )
        .then(() => callers.identify('ada', PASSWORD))
        .then((before) => expect(before).toMatchObject({ isAdmin: false, projects: new Set([expect.any(Number)]) }))
        .then(() => w.arrange(method, path, body))
        .catch(reject);
    });
    await told;
    const caller = await callers.identify('ada', PASSWORD);
    if (expected === null) expect(caller).toBeNull();
    else expect(caller).toMatchObject(expected);
  });
}

test('after three failures the next are answered slower and slower, for users who exist and who do not', async (context) => {
  for (const user of ['ada', 'ghost']) {
    const { callers } = await oneProcess(context);
    vi.mocked(delay).mockClear();
    for (let time = 0; time < 10; time++) expect(await callers.identify(user, 'wrong')).toBeNull();
    expect(delays()).toEqual([200, 400, 800, 1600, 2000, 2000, 2000]);
  }
});

test('right credentials are answered at once while failures wait, and end the slowness', async (context) => {
  const { w, callers } = await oneProcess(context);
  let release = () => {};
  vi.mocked(delay).mockImplementation(() => new Promise((resolve) => (release = () => resolve(undefined))));
  for (let time = 0; time < 3; time++) await callers.identify('ada', 'wrong');
  const slowed = callers.identify('ada', 'wrong');
  await vi.waitUntil(() => delays().length === 1);
  expect(await callers.identify('ada', PASSWORD)).not.toBeNull();
  release();
  expect(await slowed).toBeNull();
  await vi.waitUntil(async () => (await w.sql`select from failed_logins`).length === 0);
  await callers.identify('ada', 'wrong');
  expect(delays()).toHaveLength(1);
});

test('failures slow the same name from elsewhere and other names from there, in every process, and nobody else', async (context) => {
  const { w, callers } = await oneProcess(context);
  const other = processOf(w);
  for (let time = 0; time < 6; time++) await callers.identify('ada', 'wrong', '192.0.2.1');
  for (const [user, address, isSlow] of [
    ['ada', '192.0.2.2', true],
    ['bob', '192.0.2.1', true],
    ['root', '192.0.2.3', false],
    ['ghost', '192.0.2.4', false],
  ] as const) {
    for (const each of [callers, other]) {
      vi.mocked(delay).mockClear();
      await each.identify(user, 'wrong', address);
      expect(delays().length > 0, `${user} from ${address}`).toBe(isSlow);
    }
  }
  vi.mocked(delay).mockClear();
  expect(await other.identify('ada', PASSWORD, '192.0.2.1')).not.toBeNull();
  expect(await other.identify('bob', PASSWORD, '192.0.2.1')).not.toBeNull();
  expect(delays()).toEqual([]);
});

test('one who signs in is forgiven what failed under the own name alone', async (context) => {
  const { w, callers } = await oneProcess(context);
  for (let time = 0; time < 4; time++) await callers.identify('ada', 'wrong');
  await callers.identify('bob', 'wrong');
  expect(await callers.identify('bob', PASSWORD)).not.toBeNull();
  await vi.waitUntil(async () => (await w.sql`select from failed_logins where login = ${kept('bob')}`).length === 0);
  expect(await w.sql`select login, failures from failed_logins`).toEqual([{ login: kept('ada'), failures: 4 }]);
});

test('what failed a quarter of an hour ago does not count, and is forgotten', async (context) => {
  const { w, callers } = await oneProcess(context);
  for (const user of ['ada', 'ada', 'ada', 'ada', 'bob']) await callers.identify(user, 'wrong');
  await w.sql`update failed_logins set last_at = now() - interval '16 minutes' where login = ${kept('ada')}`;
  vi.mocked(delay).mockClear();
  await callers.identify('bob', 'wrong');
  await callers.identify('ada', 'wrong');
  expect(delays()).toEqual([]);
  expect(await w.sql`select failures from failed_logins where login = ${kept('ada')}`).toEqual([{ failures: 1 }]);
  await w.sql`update failed_logins set last_at = now() - interval '16 minutes' where login = ${kept('ada')}`;
  await pruneFailedLogins(w.services.database);
  expect(await w.sql`select login from failed_logins`).toEqual([{ login: kept('bob') }]);
});

test('a name that no database holds is counted all the same', async (context) => {
  const { w, callers } = await oneProcess(context);
  for (const user of ['a\0da', '\ud800', 'x'.repeat(100_000)]) expect(await callers.identify(user, 'wrong')).toBeNull();
  expect(await w.sql`select from failed_logins`).toHaveLength(3);
});

test('failures that cannot be counted are slowed down as much as any', async (context) => {
  const { w, callers } = await oneProcess(context);
  await w.sql`alter table failed_logins rename to elsewhere`;
  expect(await callers.identify('ada', 'wrong')).toBeNull();
  expect(delays()).toEqual([2000]);
  expect(await callers.identify('ada', PASSWORD)).not.toBeNull();
});

test('somebody who signed in with a password is signed in no more when it is changed', async (context) => {
  const { w, callers } = await oneProcess(context);
  const [before, admin] = [await callers.identify('ada', PASSWORD), await callers.identify('root', PASSWORD)];
  await w.arrange('PATCH', '/auth/basic/user/ada', { password: 'new' });
  expect(await before?.current()).toBeNull();
  expect(await admin?.current()).toMatchObject({ label: 'root' });
  expect(await (await callers.identify('ada', 'new'))?.current()).toMatchObject({ label: 'ada' });
});

test('what is given as a name is kept as a hash: it may be a password or token', async (context) => {
  const { w, callers } = await oneProcess(context);
  const token = 'haas_Zr8Jk0vB1uTn6yQ3sXw5pLd2mEc9gHf4aKoRiVbNtUs';
  for (let time = 0; time < 2; time++) await callers.identify(token, '');
  const rows = await w.sql`select f::text as all, failures from failed_logins f`;
  expect(rows).toMatchObject([{ failures: 2 }]);
  expect(JSON.stringify(rows)).not.toContain(token);
});

test('the database is asked for whoever is guessed at, known or not: neither is quicker', async (context) => {
  const { callers } = await oneProcess(context);
  callers.told(true);
  for (let time = 0; time < 2; time++) expect(await callers.identify('ada', PASSWORD)).not.toBeNull();
  for (const [user, password, times] of [
    ['ada', PASSWORD, 0],
    ['ada', 'wrong', 2],
    ['ghost', 'wrong', 2],
  ] as const) {
    vi.mocked(findUserWithRights).mockClear();
    for (let time = 0; time < 2; time++) await callers.identify(user, password);
    expect(findUserWithRights, `${user}, ${password}`).toHaveBeenCalledTimes(times);
  }
});
