import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createToken } from '../../../functions/token/create.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { haveToken, knownToken, makeToken } from '../../support/tokens.ts';
import { basic, makeWorld, type World } from '../../support/world.ts';

/** Has somebody have so many tokens, of which some have expired. */
const have = (w: World, user: string, count: number, expired = 0) =>
  w.sql`insert into api_tokens (id, user_id, label, hash, expires_at)
    select gen_random_uuid(), u.id, 'token ' || n, gen_random_uuid()::text, case when n <= ${expired} then now() end
      from users u, generate_series(1, ${count}::int) n where u.label = ${user}`;

describeOperation(createToken, {
  request: { input: { name: 'ci', project: 'blue', expires_in: 3600, read_only: true } },
  async success(w, answer) {
    expect(answer.body).toEqual({
      id: expect.any(String),
      token: expect.stringMatching(/^haas_[A-Za-z0-9_-]{43}$/),
      name: 'ci',
      project: 'blue',
      read_only: true,
      created_at: expect.any(String),
      expires_at: expect.any(String),
    });
    const { token, created_at, expires_at } = createToken.result.parse(answer.body) as Record<string, string>;
    expect(Date.parse(String(expires_at)) - Date.parse(String(created_at))).toBe(3_600_000);
    const hash = createHash('sha256').update(String(token)).digest('base64url');
    expect(await w.sql`select hash from api_tokens`).toEqual([{ hash }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    password_required: { arrange: (w) => haveToken(w, 'root'), as: 'anonymous', headers: knownToken },
    unknown_user: {
      // Another process deletes root, and this one has not yet been told.
      async arrange(w) {
        w.services.callers.told(true);
        await w.arrange('GET', '/projects');
        await w.sql`delete from users where label = 'root'`;
      },
    },
    unknown_project: { input: { name: 'ci', project: 'nope' } },
    not_your_project: { input: { name: 'ci', project: 'red' }, as: 'owner' },
    duplicate_token: { arrange: (w) => w.arrange('POST', '/auth/token', { name: 'ci' }) },
    too_many_tokens: { arrange: (w) => have(w, 'root', 100) },
  },
  malformed: {
    'no name': { input: {} },
    'a name with a slash': { input: { name: 'a/b' } },
    'a time of nothing': { input: { name: 'ci', expires_in: 0 } },
    'a time in the past': { input: { name: 'ci', expires_in: -60 } },
    'a broken time': { input: { name: 'ci', expires_in: 1.5 } },
    'a time as text': { input: { name: 'ci', expires_in: '60' } },
    'a time of centuries': { input: { name: 'ci', expires_in: 315_360_001 } },
    'read_only as text': { input: { name: 'ci', read_only: 'yes' } },
    'a project of none': { input: { name: 'ci', project: null } },
  },
});

test('without more than a name it does whatever its user may, for ever, and no two are the same', async (context) => {
  const w = await makeWorld(context);
  const answer = await w.call('ada', 'POST', '/auth/token', { name: 'all' });
  expect(answer.body).toMatchObject({ name: 'all', project: null, read_only: false, expires_at: null });
  const [one, two] = [await makeToken(w, 'ada', { name: 'one' }), await makeToken(w, 'ada', { name: 'two' })];
  expect(one.token).not.toBe(two.token);
  await makeToken(w, 'bob', { name: 'one' });
});

test('somebody who makes many at once gets no more than there may be', async (context) => {
  const w = await makeWorld(context);
  await have(w, 'ada', 95);
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, n) => w.call('ada', 'POST', '/auth/token', { name: `at once ${n}` })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(5).fill(200), ...Array(7).fill(409)]);
  expect(await w.sql`select from api_tokens`).toHaveLength(100);
  await makeToken(w, 'bob');
});

test('somebody who makes one twice at once gets one', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all([1, 2, 3].map(() => w.call('ada', 'POST', '/auth/token', { name: 'ci' })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
});

test('expired ones make room, and leave their names, to their user alone', async (context) => {
  const w = await makeWorld(context);
  await have(w, 'ada', 100, 1);
  await have(w, 'bob', 1, 1);
  await makeToken(w, 'ada', { name: 'token 1' });
  expect(await w.sql`select from api_tokens`).toHaveLength(101);
  expect((await w.call('ada', 'POST', '/auth/token', { name: 'more' })).status).toBe(409);
});

test('nobody who signed in otherwise makes one, whatever they may do', async (context) => {
  const w = await makeWorld(context, { requireAuthentication: false });
  for (const fields of [{}, { project: 'blue' }]) {
    const { call } = await makeToken(w, 'root', { name: JSON.stringify(fields), ...fields });
    expect((await call('POST', '/auth/token', { name: 'heir' })).body).toMatchObject({ code: 'password_required' });
  }
  const wrong = { authorization: basic('ada', 'wrong') };
  expect((await w.call(null, 'POST', '/auth/token', { name: 'heir' }, wrong)).body).toMatchObject({ code: 'password_required' });
});
