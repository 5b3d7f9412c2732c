import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { deleteToken } from '../../../functions/token/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { makeToken } from '../../support/tokens.ts';
import { makeWorld, type World } from '../../support/world.ts';

const ID = '5d0f3c1e-7a42-4b8d-9c16-e3a9b0d42f75';
const arrange = (w: World) =>
  w.sql`insert into api_tokens (id, user_id, label, hash) select ${ID}, id, 'ci', 'x' from users where label = 'ada'`;

describeOperation(deleteToken, {
  arrange,
  request: { params: { token: ID } },
  async success(w) {
    expect(await w.sql`select from api_tokens`).toEqual([]);
  },
  roles: { admin: 200, owner: 200, other: 404, anonymous: 401 },
  refusals: { unknown_token: { params: { token: randomUUID() } } },
  malformed: { 'an id that is none': { params: { token: 'ci' } } },
});

test('nobody signs in with it from then on', async (context) => {
  const w = await makeWorld(context);
  w.services.callers.told(true);
  const token = await makeToken(w, 'ada');
  expect((await token.call('GET', '/nodes/all')).status).toBe(200);
  await w.arrange('DELETE', `/auth/token/${token.id}`);
  expect((await token.call('GET', '/nodes/all')).body).toMatchObject({ code: 'not_authenticated' });
});

test('whoever signed in with a token deletes that one, and no other of its user', async (context) => {
  const w = await makeWorld(context);
  const [one, other] = [await makeToken(w, 'ada', { name: 'one' }), await makeToken(w, 'ada', { name: 'other' })];
  expect((await one.call('DELETE', `/auth/token/${other.id}`)).body).toMatchObject({ code: 'unknown_token' });
  expect((await one.call('DELETE', `/auth/token/${one.id}`)).status).toBe(200);
  expect((await one.call('GET', '/nodes/all')).status).toBe(401);
  const limited = await makeToken(w, 'root', { project: 'blue' });
  expect((await limited.call('DELETE', `/auth/token/${other.id}`)).status).toBe(404);
  const admin = await makeToken(w, 'root', { name: 'all' });
  expect((await admin.call('DELETE', `/auth/token/${other.id}`)).status).toBe(200);
});
