import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, type TestContext, test, vi } from 'vitest';
import { connect } from '../../../db/client.ts';
import { createCallers } from '../../../functions/http/callers.ts';
import { hashPassword, verifyPassword } from '../../../functions/passwords.ts';
import { makeWorld } from '../../support/world.ts';

vi.mock('node:timers/promises', { spy: true });
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

/** Callers as one API process has them, on the database of a new world. */
async function oneProcess(context: TestContext) {
  const w = await makeWorld(context);
  return { w, callers: createCallers(w.services.database.$client) };
}

const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
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
  const { callers } = await oneProcess(context);
  let release = () => {};
  vi.mocked(delay).mockImplementation(() => new Promise((resolve) => (release = () => resolve(undefined))));
  for (let time = 0; time < 3; time++) await callers.identify('ada', 'wrong');
  const slowed = callers.identify('ada', 'wrong');
  await vi.waitUntil(() => delays().length === 1);
  expect(await callers.identify('ada', PASSWORD)).not.toBeNull();
  release();
  expect(await slowed).toBeNull();
  await callers.identify('ada', 'wrong');
  expect(delays()).toHaveLength(1);
});

test('failures of one user slow no other', async (context) => {
  const { callers } = await oneProcess(context);
  for (let time = 0; time < 6; time++) await callers.identify('ada', 'wrong');
  const before = delays().length;
  await callers.identify('bob', 'wrong');
  expect(delays()).toHaveLength(before);
});
