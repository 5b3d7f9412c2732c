import { expect, test } from 'vitest';
import { listProjectHeadnodes } from '../../../functions/project/list-headnodes.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listProjectHeadnodes, {
  async arrange(w) {
    await w.sql`insert into headnodes (label, project_id)
      select h.label, p.id from (values ('h2', 'blue'), ('H1', 'blue'), ('foreign', 'red')) h (label, project)
      join projects p on p.label = h.project`;
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
