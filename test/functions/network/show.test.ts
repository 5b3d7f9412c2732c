import { expect, test } from 'vitest';
import { showNetwork } from '../../../functions/network/show.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnode, offerHeadnodes } from '../../support/headnodes.ts';
import { adminNetwork, connected, projectNetwork } from '../../support/networks.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

/** A node of each project, n1 of blue and n2 of red, on a network. */
async function nodesOn(w: World, network: string): Promise<void> {
  await cabledNode(w, 'n1', 1);
  await cabledNode(w, 'n2', 2);
  await reserve(w, 'n1', 'blue');
  await reserve(w, 'n2', 'red');
  for (const node of ['n1', 'n2']) await connected(w, node, network);
}
const nodesSeen = async (w: World, user: string | null, network: string) =>
  (await w.call(user, 'GET', `/network/${network}`)).body;

describeOperation(showNetwork, {
  async arrange(w) {
    await projectNetwork(w, 'lan');
  },
  request: { params: { network: 'lan' } },
  async success(w, answer) {
    const shown = {
      name: 'lan',
      owner: 'blue',
      access: ['blue'],
      public: false,
      channels: ['vlan/native', 'vlan/100'],
      'connected-nodes': {},
      'connected-headnodes': {},
    };
    expect(answer.body).toEqual(shown);
    await w.arrange('PUT', '/network/lan/access/red');
    expect((await w.call('bob', 'GET', '/network/lan')).body).toEqual({ ...shown, access: ['blue', 'red'] });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_network: { params: { network: 'nope' } },
    not_your_network: { as: 'other' },
  },
});

test('K25: the owner and administrators see every node on a network, others their own', async (context) => {
  const w = await makeWorld(context);
  await projectNetwork(w, 'lan');
  await w.arrange('PUT', '/network/lan/access/red');
  await nodesOn(w, 'lan');
  const all = { 'connected-nodes': { n1: ['eth0'], n2: ['eth0'] } };
  expect(await nodesSeen(w, 'root', 'lan')).toMatchObject(all);
  expect(await nodesSeen(w, 'ada', 'lan')).toMatchObject(all);
  expect(await nodesSeen(w, 'bob', 'lan')).toHaveProperty('connected-nodes', { n2: ['eth0'] });
});

test('K23, K24: a public network is shown to anybody, without the nodes of others', async (context) => {
  const w = await makeWorld(context, { requireAuthentication: false });
  await adminNetwork(w, 'wan', '', '4094');
  await nodesOn(w, 'wan');
  expect(await nodesSeen(w, 'ada', 'wan')).toEqual({
    name: 'wan',
    owner: 'admin',
    access: null,
    public: true,
    channels: ['vlan/native', 'vlan/4094'],
    'connected-nodes': { n1: ['eth0'] },
    'connected-headnodes': {},
  });
  expect(await nodesSeen(w, null, 'wan')).toHaveProperty('connected-nodes', {});
});

test('a node with two NICs on a network shows both', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await w.arrange('PUT', '/node/n1/nic/eth1', { macaddr: '' });
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/9');
  await w.arrange('POST', '/switch/sw1/port/gi1/0/9/connect_nic', { node: 'n1', nic: 'eth1' });
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  await connected(w, 'n1', 'lan');
  await w.finish(await w.arrange('POST', '/node/n1/nic/eth1/connect_network', { network: 'lan' }));
  expect(await nodesSeen(w, 'ada', 'lan')).toHaveProperty('connected-nodes', { n1: ['eth0', 'eth1'] });
});

test('a network that nobody may use is shown to nobody but administrators', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'provider', 'blue');
  await w.arrange('DELETE', '/network/provider/access/blue');
  expect((await w.call('ada', 'GET', '/network/provider')).status).toBe(401);
  expect((await w.call('root', 'GET', '/network/provider')).body).toMatchObject({ owner: 'admin', access: [], public: false });
});

test('headnodes are shown as nodes are: all to the owner and to administrators, to others their own', async (context) => {
  const w = await makeWorld(context);
  await projectNetwork(w, 'lan');
  await w.arrange('PUT', '/network/lan/access/red');
  await offerHeadnodes(w);
  for (const [label, project] of [
    ['h1', 'blue'],
    ['h2', 'red'],
  ] as const) {
    await headnode(w, label, { project });
    for (const hnic of ['eth1', 'eth0', 'idle']) await w.arrange('PUT', `/headnode/${label}/hnic/${hnic}`);
    for (const hnic of ['eth1', 'eth0']) {
      await w.arrange('POST', `/headnode/${label}/hnic/${hnic}/connect_network`, { network: 'lan' });
    }
  }
  const hnics = ['eth0', 'eth1'];
  for (const user of ['root', 'ada']) {
    expect(await nodesSeen(w, user, 'lan')).toMatchObject({
      'connected-nodes': {},
      'connected-headnodes': { h1: hnics, h2: hnics },
    });
  }
  expect(await nodesSeen(w, 'bob', 'lan')).toHaveProperty('connected-headnodes', { h2: hnics });
});
