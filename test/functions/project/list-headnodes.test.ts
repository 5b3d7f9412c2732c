import { expect, test } from 'vitest';
import { listProjectHeadnodes } from '../../../functions/project/list-headnodes.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnode, offerHeadnodes } from '../../support/headnodes.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
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
  malformed: malformedPages,
});

test('the list of a project without headnodes is empty', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'GET', '/project/blue/headnodes')).body).toEqual([]);
});

test('in pages, while headnodes come and go', async (context) => {
  const w = await makeWorld(context);
  await offerHeadnodes(w, { limits: { memory: 1_000_000, vcpus: 1000, disk: 1000 } });
  const add = (label: string) => headnode(w, encodeURIComponent(label));
  for (const label of oddLabels) await add(label);
  await headnode(w, 'foreign', { project: 'red' });
  expect(await expectPages(w, 'ada', '/project/blue/headnodes')).toEqual(oddLabels);
  const remove = (label: string) => w.arrange('DELETE', `/headnode/${encodeURIComponent(label)}`);
  await expectSteadyPages(w, 'ada', '/project/blue/headnodes', { add, remove });
});
