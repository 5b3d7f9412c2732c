import { expect, test } from 'vitest';
import { removeProject } from '../../../functions/user/remove-project.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(removeProject, {
  request: { params: { user: 'ada' }, input: { project: 'blue' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/auth/basic/users')).body).toMatchObject({
      ada: { projects: [] },
      bob: { projects: ['red'] },
    });
    expect((await w.call('ada', 'GET', '/project/blue/nodes')).status).toBe(401);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_user: { params: { user: 'ghost' }, input: { project: 'nope' } },
    unknown_project: { input: { project: 'nope' } },
    not_a_member: { input: { project: 'red' } },
  },
  malformed: {
    'no project': { input: {} },
    'a project that is a number': { input: { project: 5 } },
  },
});

test('a user loses access with the very next request, though rights are remembered', async (context) => {
  const w = await makeWorld(context);
  w.services.callers.told(true);
  expect((await w.call('ada', 'GET', '/project/blue/nodes')).status).toBe(200);
  await w.arrange('POST', '/auth/basic/user/ada/remove_project', { project: 'blue' });
  expect((await w.call('ada', 'GET', '/project/blue/nodes')).status).toBe(401);
});
