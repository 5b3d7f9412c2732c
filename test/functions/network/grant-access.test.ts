import { expect, test } from 'vitest';
import { grantAccess } from '../../../functions/network/grant-access.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, projectNetwork } from '../../support/networks.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(grantAccess, {
  async arrange(w) {
    await projectNetwork(w, 'lan');
  },
  request: { params: { network: 'lan', project: 'red' } },
  async success(w) {
    expect((await w.call('bob', 'GET', '/network/lan')).body).toMatchObject({ owner: 'blue', access: ['blue', 'red'] });
    expect((await w.call('bob', 'GET', '/project/red/networks')).body).toEqual(['lan']);
    await cabledNode(w, 'n1');
    await reserve(w, 'n1', 'red');
    expect((await w.call('bob', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' })).status).toBe(202);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_network: { params: { network: 'nope', project: 'nope' }, as: 'other' },
    unknown_project: { params: { network: 'lan', project: 'nope' }, as: 'other' },
    not_your_network: { as: 'other' },
    public_network: { arrange: (w) => adminNetwork(w, 'wan'), params: { network: 'wan', project: 'red' } },
    duplicate_access: { arrange: (w) => w.arrange('PUT', '/network/lan/access/red') },
  },
});

test('G02: on a network of the administrator only administrators grant, also to its own users', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'provider', 'blue');
  expect((await w.call('ada', 'PUT', '/network/provider/access/red')).status).toBe(401);
  expect((await w.call('root', 'PUT', '/network/provider/access/red')).status).toBe(200);
});

test('G05: a public network stays open to all when somebody tries to grant it', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'wan');
  await w.call('root', 'PUT', '/network/wan/access/red');
  expect((await w.call('ada', 'GET', '/network/wan')).body).toMatchObject({ access: null, public: true });
});

test('of eight simultaneous grants one succeeds, the others are duplicates', async (context) => {
  const w = await makeWorld(context);
  await projectNetwork(w, 'lan');
  const answers = await Promise.all(Array.from({ length: 8 }, () => w.call('ada', 'PUT', '/network/lan/access/red')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
});

test('of a grant and the deletion of its project at once, one succeeds', async (context) => {
  const w = await makeWorld(context);
  await projectNetwork(w, 'lan');
  for (let round = 0; round < 6; round++) {
    await w.arrange('PUT', `/project/p${round}`);
    const [granted, deleted] = await Promise.all([
      w.call('ada', 'PUT', `/network/lan/access/p${round}`),
      w.call('root', 'DELETE', `/project/p${round}`),
    ]);
    expect(
      [
        [200, 409],
        [404, 200],
      ],
      granted.text + deleted.text,
    ).toContainEqual([granted.status, deleted.status]);
  }
});
