import { expect, test } from 'vitest';
import { listUsers } from '../../../functions/user/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listUsers, {
  request: {},
  success(_, answer) {
    expect(answer.body).toEqual({
      root: { is_admin: true, projects: [] },
      ada: { is_admin: false, projects: ['blue'] },
      bob: { is_admin: false, projects: ['red'] },
    });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
  malformed: malformedPages,
});

test('the projects of a user are in order, capitals first', async (context) => {
  const w = await makeWorld(context);
  for (const project of ['amber', 'Zinc', 'azure']) {
    await w.arrange('PUT', `/project/${project}`);
    await w.arrange('POST', '/auth/basic/user/ada/add_project', { project });
  }
  expect((await w.call('root', 'GET', '/auth/basic/users')).body).toMatchObject({
    ada: { projects: ['Zinc', 'amber', 'azure', 'blue'] },
  });
});

test('in pages, while users come and go', async (context) => {
  const w = await makeWorld(context);
  const add = (label: string) => w.sql`insert into users (label, password_hash) values (${label}, '')`;
  for (const label of oddLabels) await add(label);
  await expectPages(w, 'root', '/auth/basic/users');
  const remove = (label: string) => w.arrange('DELETE', `/auth/basic/user/${encodeURIComponent(label)}`);
  await expectSteadyPages(w, 'root', '/auth/basic/users', { add, remove });
});
