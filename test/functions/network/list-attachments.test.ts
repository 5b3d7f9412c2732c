import { expect, test } from 'vitest';
import { listNetworkAttachments } from '../../../functions/network/list-attachments.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, connected, projectNetwork, vlanOf } from '../../support/networks.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
import { bareNode, cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

/** Nodes n1 of blue and n2 of red on a network. */
async function nodesOn(w: World, network: string): Promise<void> {
  await cabledNode(w, 'n1', 1);
  await cabledNode(w, 'n2', 2);
  await reserve(w, 'n1', 'blue');
  await reserve(w, 'n2', 'red');
  for (const node of ['n1', 'n2']) await connected(w, node, network);
}
async function sharedNetwork(w: World): Promise<void> {
  await projectNetwork(w, 'lan');
  await w.arrange('PUT', '/network/lan/access/red');
  await nodesOn(w, 'lan');
}
const one = { nic: 'eth0', channel: 'vlan/native' };
const n1 = { n1: { ...one, project: 'blue', attachments: [one] } };
const n2 = { n2: { ...one, project: 'red', attachments: [one] } };
const list = async (w: World, user: string, query = '', network = 'lan') =>
  w.call(user, 'GET', `/network/${network}/attachments${query}`);

describeOperation(listNetworkAttachments, {
  arrange: sharedNetwork,
  request: { params: { network: 'lan' } },
  success(_, answer) {
    expect(answer.body).toEqual({ ...n1, ...n2 });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_network: { params: { network: 'nope' }, input: { project: 'nope' } },
    unknown_project: { input: { project: 'nope' }, as: 'other' },
    not_your_network: { as: 'other' },
    not_your_project: { input: { project: 'blue' }, as: 'other' },
  },
  malformed: {
    ...malformedPages,
    'a project that is given twice': { input: 'project=blue&project=red' },
    'an empty project': { input: 'project=' },
  },
});

test('L02, L03: one project’s nodes, for the owner of the network and for that project', async (context) => {
  const w = await makeWorld(context);
  await sharedNetwork(w);
  expect((await list(w, 'ada', '?project=blue')).body).toEqual(n1);
  expect((await list(w, 'ada', '?project=red')).body).toEqual(n2);
  expect((await list(w, 'bob', '?project=red')).body).toEqual(n2);
});

test('L05: a project that the network is not open to learns nothing', async (context) => {
  const w = await makeWorld(context);
  await projectNetwork(w, 'lan');
  expect((await list(w, 'bob', '?project=red')).body).toMatchObject({ type: 'AuthorizationError' });
  expect((await list(w, 'ada')).body).toEqual({});
});

test('L06: on a public network users see their own project’s nodes, and no others', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'wan');
  await nodesOn(w, 'wan');
  expect((await list(w, 'ada', '?project=blue', 'wan')).body).toEqual(n1);
  for (const query of ['', '?project=red']) expect((await list(w, 'ada', query, 'wan')).status).toBe(401);
  expect((await list(w, 'root', '', 'wan')).body).toEqual({ ...n1, ...n2 });
});

test('L08: a node with two NICs on the network shows both', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await w.arrange('PUT', '/node/n1/nic/eth1', { macaddr: '' });
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/9');
  await w.arrange('POST', '/switch/sw1/port/gi1/0/9/connect_nic', { node: 'n1', nic: 'eth1' });
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  const channel = `vlan/${await vlanOf(w, 'lan')}`;
  await connected(w, 'n1', 'lan');
  await w.finish(await w.arrange('POST', '/node/n1/nic/eth1/connect_network', { network: 'lan', channel }));
  const both = [one, { nic: 'eth1', channel }];
  expect((await list(w, 'ada')).body).toEqual({ n1: { nic: 'eth1', channel, project: 'blue', attachments: both } });
});

test('in pages, which tear no node apart, while nodes come and go', async (context) => {
  const w = await makeWorld(context);
  await projectNetwork(w, 'lan');
  const add = async (label: string) => {
    await bareNode(w, encodeURIComponent(label));
    await reserve(w, label, 'blue');
    await w.sql`insert into nics (node_id, label, mac_address)
      select id, unnest(array['eth0', 'eth1', 'eth2']), '' from nodes where label = ${label}`;
    await w.sql`insert into attachments (nic_id, network_id, channel)
      select c.id, w.id, 'vlan/native' from nics c join nodes n on n.id = c.node_id, networks w where n.label = ${label} and c.label <> 'eth1'`;
  };
  for (const label of oddLabels) await add(label);
  await w.sql`update nodes set project_id = (select id from projects where label = 'red') where label = 'a+b'`;
  const path = '/network/lan/attachments';
  const both = [one, { ...one, nic: 'eth2' }];
  const entry = { ...one, nic: 'eth2', attachments: both };
  expect(await expectPages(w, 'ada', path)).toEqual(
    oddLabels.map((label) => [label, { ...entry, project: label === 'a+b' ? 'red' : 'blue' }]),
  );
  expect(await expectPages(w, 'ada', `${path}?project=blue`)).toHaveLength(oddLabels.length - 1);
  const remove = (label: string) =>
    w.sql`delete from attachments where nic_id in (select c.id from nics c join nodes n on n.id = c.node_id where n.label = ${label})`;
  await expectSteadyPages(w, 'ada', path, { add, remove });
});

test('what may not be seen whole may not be seen in pages', async (context) => {
  const w = await makeWorld(context);
  await projectNetwork(w, 'lan');
  for (const query of ['?limit=1', '?after=n1', '?project=red&limit=1']) expect((await list(w, 'bob', query)).status).toBe(401);
});
