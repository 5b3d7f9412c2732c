import { expect, test } from 'vitest';
import { createProject } from '../../../functions/project/create.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(createProject, {
  request: { params: { project: 'green' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('root', 'GET', '/projects')).body).toEqual(['blue', 'green', 'red']);
    expect((await w.call('root', 'GET', '/project/green/nodes')).body).toEqual([]);
    expect((await w.call('ada', 'GET', '/project/green/nodes')).status).toBe(401);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    duplicate_project: { params: { project: 'blue' } },
  },
  malformed: {
    'the name in the body as well': { input: { project: 'green' } },
    'a label that begins with a dash': { params: { project: '-green' } },
    'the name that stands for the administrators': { params: { project: 'admin' } },
  },
});

test('that a project exists is told to administrators only', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'PUT', '/project/blue')).status).toBe(401);
});

test('of simultaneous requests for one name one succeeds, the others are duplicates', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all(Array.from({ length: 4 }, () => w.call('root', 'PUT', '/project/green')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
});
