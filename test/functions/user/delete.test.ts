import { expect, test } from 'vitest';
import { deleteUser } from '../../../functions/user/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(deleteUser, {
  request: { params: { user: 'ada' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/auth/basic/users')).body).not.toHaveProperty('ada');
    expect(await w.sql`select from project_members m join projects p on p.id = m.project_id where p.label = 'blue'`).toHaveLength(
      0,
    );
    expect((await w.call('ada', 'GET', '/nodes/all')).status).toBe(401);
    expect((await w.call('root', 'DELETE', '/auth/basic/user/ada')).status).toBe(404);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_user: { params: { user: 'ghost' } },
    last_admin: { params: { user: 'root' } },
  },
});

test('administrators may delete themselves while there is another', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PATCH', '/auth/basic/user/ada', { is_admin: true });
  expect((await w.call('ada', 'DELETE', '/auth/basic/user/ada')).status).toBe(200);
  expect((await w.call('root', 'GET', '/auth/basic/users')).body).not.toHaveProperty('ada');
});

test('administrators who delete each other, and themselves, at once leave one', async (context) => {
  const w = await makeWorld(context);
  const everybody = ['root', 'ada', 'bob'];
  for (let round = 0; round < 5; round++) {
    await w.sql`
      insert into users (label, password_hash, is_admin)
        select label, (select min(password_hash) from users), true from unnest(${everybody}::text[]) label
        on conflict (label) do update set is_admin = true`;
    await Promise.all(everybody.flatMap((user) => everybody.map((other) => w.call(user, 'DELETE', `/auth/basic/user/${other}`))));
    expect(await w.sql`select from users where is_admin`).toHaveLength(1);
  }
});
