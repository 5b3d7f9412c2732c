import { expect, test } from 'vitest';
import { listProjectNetworks } from '../../../functions/project/list-networks.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
import { makeWorld, type World } from '../../support/world.ts';

const network = (w: World, label: string, owner: string, access: string) =>
  w.arrange('PUT', `/network/${label}`, { owner, access, net_id: '' });

describeOperation(listProjectNetworks, {
  async arrange(w) {
    await network(w, 'own', 'blue', 'blue');
    await network(w, 'Provider', 'admin', 'blue');
    await network(w, 'granted', 'red', 'red');
    await w.arrange('PUT', '/network/granted/access/blue');
    await network(w, 'foreign', 'red', 'red');
    await network(w, 'public', 'admin', '');
    // A list that a public network may still have says nothing.
    await w.sql`insert into network_access select n.id, p.id from networks n, projects p where n.label = 'public' and p.label = 'blue'`;
  },
  request: { params: { project: 'blue' } },
  success(_, answer) {
    expect(answer.body).toEqual(['Provider', 'granted', 'own']);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' }, as: 'other' },
    not_your_project: { as: 'other' },
  },
  malformed: malformedPages,
});

test('the list of a project without networks is empty', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'GET', '/project/blue/networks')).body).toEqual([]);
});

test('in pages, while networks come and go, of a project whose name is odd', async (context) => {
  const w = await makeWorld(context);
  const path = `/project/${encodeURIComponent('a%2F?b')}`;
  await w.arrange('PUT', path);
  const add = (label: string) => network(w, encodeURIComponent(label), 'a%2F?b', 'a%2F?b');
  for (const label of oddLabels) await add(label);
  await network(w, 'foreign', 'red', 'red');
  expect(await expectPages(w, 'root', `${path}/networks`)).toEqual(oddLabels);
  const remove = (label: string) => w.arrange('DELETE', `/network/${encodeURIComponent(label)}`);
  await expectSteadyPages(w, 'root', `${path}/networks`, { add, remove });
});
