import { expect, test } from 'vitest';
import { listTokens } from '../../../functions/token/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { makeToken } from '../../support/tokens.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listTokens, {
  async arrange(w) {
    await makeToken(w, 'ada', { name: 'nightly', project: 'blue', read_only: true, expires_in: 60 });
    await makeToken(w, 'ada', { name: 'CI' });
    await makeToken(w, 'root', { name: 'of root' });
  },
  request: { input: { user: 'ada' } },
  success(_, answer) {
    const more = { id: expect.any(String), user: 'ada', created_at: expect.any(String), last_used_at: null };
    expect(answer.body).toEqual([
      { ...more, name: 'CI', project: null, read_only: false, expires_at: null },
      { ...more, name: 'nightly', project: 'blue', read_only: true, expires_at: expect.any(String) },
    ]);
    expect(answer.text).not.toContain('haas_');
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    not_an_administrator: { input: { user: 'ghost' }, as: 'owner' },
    unknown_user: { input: { user: 'ghost' } },
  },
  malformed: { 'a user who cannot be': { input: { user: 'a:b' } } },
});

test("without a name: the caller's own, and those that have expired", async (context) => {
  const w = await makeWorld(context);
  await makeToken(w, 'root', { name: 'of root' });
  await makeToken(w, 'ada', { name: 'old', expires_in: 60 });
  await w.sql`update api_tokens set expires_at = now() where label = 'old'`;
  for (const [user, name] of [
    ['root', 'of root'],
    ['ada', 'old'],
  ] as const) {
    expect((await w.call(user, 'GET', '/auth/tokens')).body).toMatchObject([{ name, user }]);
  }
  expect((await w.call('bob', 'GET', '/auth/tokens')).body).toEqual([]);
});

test('whoever signed in with a token sees that one of their own; an administrator those of others', async (context) => {
  const w = await makeWorld(context);
  await makeToken(w, 'ada', { name: 'another' });
  const limited = await makeToken(w, 'ada', { name: 'limited', project: 'blue', read_only: true });
  expect((await limited.call('GET', '/auth/tokens')).body).toMatchObject([{ id: limited.id, name: 'limited' }]);
  expect((await limited.call('GET', '/auth/tokens?user=ada')).body).toMatchObject([{ id: limited.id }]);
  const admin = await makeToken(w, 'root', { name: 'all' });
  expect((await admin.call('GET', '/auth/tokens?user=ada')).body).toMatchObject([{ name: 'another' }, { name: 'limited' }]);
  const noAdmin = await makeToken(w, 'root', { name: 'of blue', project: 'blue' });
  expect((await noAdmin.call('GET', '/auth/tokens?user=ada')).body).toMatchObject({ code: 'not_an_administrator' });
});

test('who has no name has no tokens', async (context) => {
  const w = await makeWorld(context, { requireAuthentication: false });
  expect((await w.call(null, 'GET', '/auth/tokens')).body).toEqual([]);
});
