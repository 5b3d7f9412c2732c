import { expect, test } from 'vitest';
import { setAdmin } from '../../../functions/user/set-admin.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { haveToken, knownToken, makeToken } from '../../support/tokens.ts';
import { basic, makeWorld, type World } from '../../support/world.ts';

const signIn = async (w: World, user: string, password: string) =>
  (await w.call(null, 'GET', '/nodes/all', undefined, { authorization: basic(user, password) })).status;

describeOperation(setAdmin, {
  request: { params: { user: 'ada' }, input: { is_admin: true } },
  async success(w) {
    expect((await w.call('ada', 'GET', '/auth/basic/users')).body).toMatchObject({ ada: { is_admin: true } });
    await w.arrange('PATCH', '/auth/basic/user/ada', { 'is-admin': false });
    expect((await w.call('ada', 'GET', '/auth/basic/users')).status).toBe(401);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    not_an_administrator: { as: 'owner' },
    password_required: {
      arrange: (w) => haveToken(w, 'ada'),
      input: { password: 'new' },
      as: 'anonymous',
      headers: knownToken,
    },
    unknown_user: { params: { user: 'ghost' } },
    yourself: { params: { user: 'root' } },
    last_admin: {
      // Another process demotes root, and this one has not yet been told.
      async arrange(w) {
        await w.arrange('PATCH', '/auth/basic/user/ada', { is_admin: true });
        w.services.callers.told(true);
        await w.arrange('GET', '/projects');
        await w.sql`update users set is_admin = false where label = 'root'`;
      },
      input: { is_admin: false },
    },
  },
  malformed: {
    'neither is_admin nor password': { input: {} },
    'is_admin that is a number': { input: { is_admin: 1 } },
    'is-admin that is null': { input: { 'is-admin': null } },
    'is_admin and is-admin that differ': { input: { is_admin: true, 'is-admin': false } },
    'an empty password': { input: { password: '' } },
    'a password that is a number': { input: { is_admin: true, password: 5 } },
  },
});

test('users change their own password', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'PATCH', '/auth/basic/user/ada', { password: 'new' })).status).toBe(200);
  expect(await signIn(w, 'ada', 'new')).toBe(200);
  expect((await w.call('ada', 'GET', '/nodes/all')).status).toBe(401);
});

test('administrators change any password, their own too, and rights with it', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PATCH', '/auth/basic/user/ada', { password: 'new', is_admin: true });
  expect(await signIn(w, 'ada', 'new')).toBe(200);
  expect((await w.call('root', 'GET', '/auth/basic/users')).body).toMatchObject({ ada: { is_admin: true } });
  await w.arrange('PATCH', '/auth/basic/user/root', { password: 'new' });
  expect(await signIn(w, 'root', 'new')).toBe(200);
});

test('with a token administrators change the passwords of others, and not their own', async (context) => {
  const w = await makeWorld(context);
  const { call } = await makeToken(w, 'root');
  expect((await call('PATCH', '/auth/basic/user/ada', { password: 'new' })).status).toBe(200);
  expect(await signIn(w, 'ada', 'new')).toBe(200);
  expect((await call('PATCH', '/auth/basic/user/root', { password: 'new' })).body).toMatchObject({ code: 'password_required' });
  expect(await signIn(w, 'root', 'correct horse')).toBe(200);
  // One that is limited to a project is no administrator's.
  const limited = await makeToken(w, 'root', { name: 'limited', project: 'blue' });
  for (const body of [{ password: 'new' }, { is_admin: true }]) {
    expect((await limited.call('PATCH', '/auth/basic/user/bob', body)).body).toMatchObject({ code: 'not_an_administrator' });
  }
});

for (const [who, user, user2] of [
  ['of another user', 'ada', 'bob'],
  ['of nobody', 'ada', 'ghost'],
  ['without credentials', null, 'ada'],
] as const) {
  test(`only administrators change a password ${who}`, async (context) => {
    const w = await makeWorld(context, { requireAuthentication: false });
    const before = await w.fingerprint();
    const answer = await w.call(user, 'PATCH', `/auth/basic/user/${user2}`, { password: 'new' });
    expect(answer.body).toMatchObject({ type: 'AuthorizationError', code: 'not_an_administrator' });
    expect(await w.fingerprint()).toBe(before);
  });
}

test('a password in a request that also promotes its sender is not changed', async (context) => {
  const w = await makeWorld(context);
  const before = await w.fingerprint();
  const body = { password: 'new', is_admin: true };
  expect((await w.call('ada', 'PATCH', '/auth/basic/user/ada', body)).body).toMatchObject({ code: 'not_an_administrator' });
  expect((await w.call('root', 'PATCH', '/auth/basic/user/root', body)).body).toMatchObject({ code: 'yourself' });
  expect(await w.fingerprint()).toBe(before);
});

for (const value of [true, false]) {
  test(`U14: administrators do not set is_admin ${value} of themselves, even while there is another`, async (context) => {
    const w = await makeWorld(context);
    await w.arrange('PATCH', '/auth/basic/user/ada', { is_admin: true });
    const answer = await w.call('root', 'PATCH', '/auth/basic/user/root', { is_admin: value });
    expect(answer.body).toMatchObject({ type: 'IllegalStateError', code: 'yourself' });
  });
}

test('somebody who got the name of a deleted user is safe from that one', async (context) => {
  const w = await makeWorld(context);
  w.services.callers.told(true);
  await w.call('ada', 'GET', '/nodes/all');
  await w.sql`delete from users where label = 'ada'`;
  await w.sql`insert into users (label, password_hash) select 'ada', 'another hash' from users where label = 'bob'`;
  const before = await w.fingerprint();
  const answer = await w.call('ada', 'PATCH', '/auth/basic/user/ada', { password: 'new' });
  expect(answer.body).toMatchObject({ code: 'unknown_user' });
  expect(await w.fingerprint()).toBe(before);
});

test('administrators who demote each other at once leave one', async (context) => {
  const w = await makeWorld(context);
  const everybody = ['root', 'ada', 'bob'];
  for (const user of ['ada', 'bob']) await w.arrange('PATCH', `/auth/basic/user/${user}`, { is_admin: true });
  await Promise.all(
    everybody.flatMap((user) =>
      everybody.map((other) => w.call(user, 'PATCH', `/auth/basic/user/${other}`, { is_admin: false })),
    ),
  );
  expect(await w.sql`select from users where is_admin`).toHaveLength(1);
});
