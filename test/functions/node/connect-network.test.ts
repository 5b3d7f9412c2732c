import { expect, test } from 'vitest';
import { connectNetwork } from '../../../functions/node/connect-network.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { cabledNode, nativeFirstNode, reserve } from '../../support/rack.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const network = (w: World, label: string, project = 'blue') =>
  w.arrange('PUT', `/network/${label}`, { owner: project, access: project, net_id: '' });
const connect = (w: World, label: string, channel = '') =>
  w.arrange('POST', '/node/n1/nic/eth0/connect_network', { network: label, channel });

describeOperation(connectNetwork, {
  async arrange(w) {
    await cabledNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await network(w, 'lan');
  },
  request: { params: { node: 'n1', nic: 'eth0' }, input: { network: 'lan' } },
  async success(w, answer) {
    const [command] =
      await w.sql`select c.status, c.kind, d.label from commands c join devices d on d.id = c.device_id where c.id = ${statusId(answer)}`;
    expect(command).toEqual({ status: 'queued', kind: 'port.set', label: 'switch/sw1' });
    expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: {} }] });
    await w.finish(answer);
    expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: { 'vlan/native': 'lan' } }] });
  },
  roles: { admin: 202, owner: 202, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope', nic: 'eth0' } },
    unknown_nic: { params: { node: 'n1', nic: 'nope' } },
    unknown_network: { input: { network: 'nope' } },
    node_in_no_project: { arrange: (w) => w.arrange('POST', '/project/blue/detach_node', { node: 'n1' }), as: 'other' },
    not_your_node: { as: 'other' },
    not_cabled: { params: { node: 'n1', nic: 'eth1' }, arrange: (w) => w.arrange('PUT', '/node/n1/nic/eth1', { macaddr: '' }) },
    busy: { arrange: (w) => connect(w, 'lan') },
    no_access: { arrange: (w) => network(w, 'foreign', 'red'), input: { network: 'foreign' } },
    already_connected: {
      arrange: async (w) => w.finish(await connect(w, 'lan')),
      input: { network: 'lan', channel: 'vlan/100' },
    },
    channel_in_use: {
      async arrange(w) {
        await network(w, 'second');
        await w.finish(await connect(w, 'lan'));
      },
      input: { network: 'second', channel: 'vlan/native' },
    },
    illegal_channel: { input: { network: 'lan', channel: 'vlan/101' } },
    native_first: {
      async arrange(w) {
        await nativeFirstNode(w, 'n2');
        await reserve(w, 'n2', 'blue');
      },
      params: { node: 'n2', nic: 'eth0' },
      input: { network: 'lan', channel: 'vlan/100' },
    },
  },
  malformed: {
    'no network': { input: {} },
    'a channel that is null': { input: { network: 'lan', channel: null } },
    'a network that is a number': { input: { network: 5 } },
    'a label that begins with a dash': { params: { node: '-n1', nic: 'eth0' } },
  },
});

test('X20: beside a native network a tagged one may be connected on any switch', async (context) => {
  const w = await makeWorld(context);
  await nativeFirstNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  for (const label of ['lan', 'wan']) await network(w, label);
  await w.finish(await connect(w, 'lan'));
  expect((await connect(w, 'wan', 'vlan/101')).status).toBe(202);
});
