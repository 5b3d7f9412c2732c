import { expect, test } from 'vitest';
import { listProjectNodes } from '../../../functions/project/list-nodes.ts';
import { describeOperation } from '../../support/describe-operation.ts';
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
});

test('the list of a project without nodes is empty', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'GET', '/project/blue/nodes')).body).toEqual([]);
});
