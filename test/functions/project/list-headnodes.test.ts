import { expect, test } from 'vitest';
import { listProjectHeadnodes } from '../../../functions/project/list-headnodes.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnode, offerHeadnodes } from '../../support/headnodes.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listProjectHeadnodes, {
  async arrange(w) {
    await offerHeadnodes(w);
    await headnode(w, 'h2');
    await headnode(w, 'H1');
    await headnode(w, 'foreign', { project: 'red' });
  },
  request: { params: { project: 'blue' } },
  success(_, answer) {
    expect(answer.body).toEqual(['H1', 'h2']);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' }, as: 'other' },
    not_your_project: { as: 'other' },
  },
});

test('the list of a project without headnodes is empty', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'GET', '/project/blue/headnodes')).body).toEqual([]);
});
