import { expect, test } from 'vitest';
import { listProjects } from '../../../functions/project/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listProjects, {
  async arrange(w) {
    for (const project of ['ärmel', 'Zinc', 'amber']) await w.arrange('PUT', `/project/${encodeURIComponent(project)}`);
  },
  request: {},
  success(_, answer) {
    // In order of the characters' numbers, as the predecessor sorted.
    expect(answer.body).toEqual(['Zinc', 'amber', 'blue', 'red', 'ärmel']);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
  malformed: malformedPages,
});

test('without projects the list is empty', async (context) => {
  const w = await makeWorld(context);
  for (const project of ['blue', 'red']) await w.arrange('DELETE', `/project/${project}`);
  expect((await w.call('root', 'GET', '/projects')).body).toEqual([]);
});

test('in pages, while projects come and go', async (context) => {
  const w = await makeWorld(context);
  const add = (label: string) => w.arrange('PUT', `/project/${encodeURIComponent(label)}`);
  for (const label of oddLabels) await add(label);
  expect(await expectPages(w, 'root', '/projects')).toEqual(expect.arrayContaining(oddLabels));
  const remove = (label: string) => w.arrange('DELETE', `/project/${encodeURIComponent(label)}`);
  await expectSteadyPages(w, 'root', '/projects', { add, remove });
});
