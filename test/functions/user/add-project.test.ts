import { expect, test } from 'vitest';
import { addProject } from '../../../functions/user/add-project.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(addProject, {
  request: { params: { user: 'ada' }, input: { project: 'red' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/auth/basic/users')).body).toMatchObject({ ada: { projects: ['blue', 'red'] } });
    for (const project of ['blue', 'red']) expect((await w.call('ada', 'GET', `/project/${project}/nodes`)).status).toBe(200);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_user: { params: { user: 'ghost' }, input: { project: 'nope' } },
    unknown_project: { input: { project: 'nope' } },
    already_member: { input: { project: 'blue' } },
  },
  malformed: {
    'no project': { input: {} },
    'a project that is null': { input: { project: null } },
  },
});

test('a user gains access with the very next request, though rights are remembered', async (context) => {
  const w = await makeWorld(context);
  w.services.callers.told(true);
  expect((await w.call('ada', 'GET', '/project/red/nodes')).status).toBe(401);
  await w.arrange('POST', '/auth/basic/user/ada/add_project', { project: 'red' });
  expect((await w.call('ada', 'GET', '/project/red/nodes')).status).toBe(200);
});

test('of simultaneous requests one succeeds, the others are duplicates', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => w.call('root', 'POST', '/auth/basic/user/ada/add_project', { project: 'red' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
});
