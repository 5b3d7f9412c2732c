import { expect, test } from 'vitest';
import { showNode } from '../../../functions/node/show.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

describeOperation(showNode, {
  async arrange(w) {
    await w.arrange('PUT', '/node/n1', {
      obmd: { uri: 'http://obmd.test', admin_token: 'token' },
      metadata: { pk: 'x', rack: { row: 3 } },
    });
    await reserve(w, 'n1', 'blue');
    await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '52-54-00-AB-CD-EF' });
  },
  request: { params: { node: 'n1' } },
  async success(w, answer) {
    const nic = { label: 'eth0', macaddr: '52:54:00:ab:cd:ef', networks: {} };
    const metadata = { pk: '"x"', rack: '{"row":3}' };
    expect(answer.body).toEqual({ name: 'n1', project: 'blue', nics: [{ ...nic, port: null, switch: null }], metadata });
    // Where a machine is cabled is no business of its users: the keys are absent, not null.
    expect((await w.call('ada', 'GET', '/node/n1')).body).toEqual({ name: 'n1', project: 'blue', nics: [nic], metadata });
    await bareNode(w, 'free');
    expect((await w.call('bob', 'GET', '/node/free')).body).toEqual({ name: 'free', project: null, nics: [], metadata: {} });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope' } },
    not_your_node: { as: 'other' },
  },
});

const connect = (w: World, nic: string, network: string, channel: string) =>
  w.arrange('POST', `/node/n1/nic/${nic}/connect_network`, { network, channel });

test('N14, N19: networks show by their channels, once the switch has them', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  for (const label of ['lan1', 'lan2'])
    await w.arrange('PUT', `/network/${label}`, { owner: 'blue', access: 'blue', net_id: '' });
  await w.arrange('PUT', '/node/n1/nic/eth1', { macaddr: '' });
  const [second] = await w.sql`select v.id from vlans v join networks n on n.id = v.network_id where n.label = 'lan2'`;
  const tagged = `vlan/${second?.['id']}`;

  await w.finish(await connect(w, 'eth0', 'lan1', 'vlan/native'));
  const pending = await connect(w, 'eth0', 'lan2', tagged);
  const eth1 = { label: 'eth1', networks: {} };
  expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({
    nics: [{ label: 'eth0', networks: { 'vlan/native': 'lan1' } }, eth1],
  });
  await w.finish(pending);
  const networks = { 'vlan/native': 'lan1', [tagged]: 'lan2' };
  expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ label: 'eth0', networks }, eth1] });
  expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({
    nics: [
      { label: 'eth0', port: 'gi1/0/1', switch: 'sw1', networks },
      { ...eth1, port: null, switch: null },
    ],
  });
});

test('N15: where NICs are cabled is absent for users, on free nodes too', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  for (const user of ['ada', 'bob']) {
    expect((await w.call(user, 'GET', '/node/n1')).body).toEqual({
      name: 'n1',
      project: null,
      nics: [{ label: 'eth0', macaddr: '52:54:00:00:00:01', networks: {} }],
      metadata: {},
    });
  }
});

test('A06: a free node is shown to everybody where authentication is not required, a reserved one is not', async (context) => {
  const w = await makeWorld(context, { requireAuthentication: false });
  await bareNode(w, 'n1');
  expect((await w.call(null, 'GET', '/node/n1')).status).toBe(200);
  await reserve(w, 'n1', 'blue');
  expect((await w.call(null, 'GET', '/node/n1')).body).toMatchObject({ code: 'not_your_node' });
});

test('what reaches the BMC is shown to nobody', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/node/n1', { obm: { type: 'mock', host: 'bmc-7', user: 'operator', password: 'secret' } });
  expect((await w.call('root', 'GET', '/node/n1')).body).toEqual({ name: 'n1', project: null, nics: [], metadata: {} });
});
