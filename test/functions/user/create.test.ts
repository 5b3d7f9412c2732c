import { expect, test } from 'vitest';
import { createUser } from '../../../functions/user/create.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { logged } from '../../support/logged.ts';
import { basic, makeWorld, type World } from '../../support/world.ts';

const mayListUsers = (w: World, user: string, password: string) =>
  w.call(null, 'GET', '/auth/basic/users', undefined, { authorization: basic(user, password) });

/** Of `x`, as crypt(3) makes it. */
const HASH =
  '$6$rounds=1000$abcdefgh./XYZ012$9h9TiI9iGpkiiuDMN21ghpLstbl2MFvaZPon8eJTndNULrSUag3BcLZ6VcITOP6LI66bCAI8q3O/5gbOAJI0O/';

describeOperation(createUser, {
  request: { params: { user: 'eve' }, input: { password: 'pa:ss wörd' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('root', 'GET', '/auth/basic/users')).body).toMatchObject({ eve: { is_admin: false, projects: [] } });
    // The new user signs in, and is no administrator.
    const refused = await mayListUsers(w, 'eve', 'pa:ss wörd');
    expect(refused.body).toMatchObject({ code: 'not_an_administrator' });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    duplicate_user: { params: { user: 'ada' } },
  },
  malformed: {
    'no password': { input: {} },
    'an empty password': { input: { password: '' } },
    'a password that is a number': { input: { password: 5 } },
    'a password and a hash': { input: { password: 'x', password_hash: HASH } },
    'a hash that takes too long': { input: { password_hash: HASH.replace('=1000$', '=1000001$') } },
    'is_admin that is text': { input: { password: 'x', is_admin: 'true' } },
    'is_admin that is null': { input: { password: 'x', is_admin: null } },
    'is-admin that is a number': { input: { password: 'x', 'is-admin': 1 } },
    'is_admin and is-admin that differ': { input: { password: 'x', is_admin: true, 'is-admin': false } },
    'a name with a colon': { params: { user: 'e:ve' } },
    'the name in the body as well': { input: { password: 'x', user: 'eve' } },
  },
});

for (const flag of [{ is_admin: true }, { 'is-admin': true }, { is_admin: true, 'is-admin': true }]) {
  test(`a user created with ${JSON.stringify(flag)} is an administrator at once`, async (context) => {
    const w = await makeWorld(context);
    await w.arrange('PUT', '/auth/basic/user/eve', { password: 'secret', ...flag });
    expect((await mayListUsers(w, 'eve', 'secret')).status).toBe(200);
  });
}

test('the password of a user who exists stays as it was', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('root', 'PUT', '/auth/basic/user/ada', { password: 'new' })).status).toBe(409);
  expect((await w.call(null, 'GET', '/nodes/all', undefined, { authorization: basic('ada', 'new') })).status).toBe(401);
  expect((await w.call('ada', 'GET', '/nodes/all')).status).toBe(200);
});

test('a user can be created with the hash of a password, which is neither logged nor told', async (context) => {
  const w = await makeWorld(context);
  const api = logged(w);
  const answer = await api.call('PUT', '/auth/basic/user/eve', { password_hash: HASH, is_admin: true });
  expect(answer.status).toBe(200);
  expect((await mayListUsers(w, 'eve', 'y')).status).toBe(401);
  const listed = await mayListUsers(w, 'eve', 'x');
  expect(listed.status).toBe(200);
  expect(JSON.stringify([listed.body, api.entries()])).not.toContain('abcdefgh./XYZ012');
});

test('that a user exists is told to administrators only', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'PUT', '/auth/basic/user/bob', { password: 'x' })).status).toBe(401);
});

test('passwords are stored as argon2id, and logged nowhere', async (context) => {
  const w = await makeWorld(context);
  const api = logged(w);
  const password = 'a-password-that-is-rare';
  expect(await api.call('PUT', '/auth/basic/user/eve', { password })).toMatchObject({ status: 200 });
  expect(await api.call('PUT', '/auth/basic/user/eve', { password, is_admin: 'no' })).toMatchObject({ status: 400 });
  const [row] = await w.sql`select password_hash from users where label = 'eve'`;
  expect(String(row?.['password_hash'])).toMatch(/^\$argon2id\$/);
  expect(api.entries()).toHaveLength(2);
  expect(JSON.stringify(api.entries())).not.toContain(password);
});

test('of simultaneous requests for one name one succeeds, the others are duplicates', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => w.call('root', 'PUT', '/auth/basic/user/eve', { password: 'secret' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
});
