import { expect, test } from 'vitest';
import { listProjectNodes } from '../../../functions/project/list-nodes.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
import { bareNode, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listProjectNodes, {
  async arrange(w) {
    for (const node of ['n2', 'n1', 'free', 'foreign']) await bareNode(w, node);
    for (const node of ['n2', 'n1']) await reserve(w, node, 'blue');
    await reserve(w, 'foreign', 'red');
  },
  request: { params: { project: 'blue' } },
  success(_, answer) {
    expect(answer.body).toEqual(['n1', 'n2']);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' }, as: 'other' },
    not_your_project: { as: 'other' },
  },
  malformed: malformedPages,
});

test('the list of a project without nodes is empty', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'GET', '/project/blue/nodes')).body).toEqual([]);
});

test('in pages, while nodes come and go', async (context) => {
  const w = await makeWorld(context);
  const add = async (label: string, project = 'blue') => {
    await bareNode(w, encodeURIComponent(label));
    await reserve(w, label, project);
  };
  for (const label of oddLabels) await add(label);
  await add('foreign', 'red');
  expect(await expectPages(w, 'ada', '/project/blue/nodes')).toEqual(oddLabels);
  const remove = (node: string) => w.arrange('POST', '/project/blue/detach_node', { node });
  await expectSteadyPages(w, 'ada', '/project/blue/nodes', { add, remove });
});
