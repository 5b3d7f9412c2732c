import { expect, test } from 'vitest';
import { z } from 'zod';
import { showNode } from '../../../functions/node/show.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, cabledNode, drivenNode, reserve } from '../../support/rack.ts';
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
    const obm = { type: 'obmd', enabled: false };
    expect(answer.body).toEqual({
      name: 'n1',
      project: 'blue',
      nics: [{ ...nic, port: null, switch: null }],
      metadata,
      obm: { ...obm, uri: 'http://obmd.test' },
    });
    // Where a machine is cabled is no business of its users: the keys are absent, not null.
    expect((await w.call('ada', 'GET', '/node/n1')).body).toEqual({ name: 'n1', project: 'blue', nics: [nic], metadata, obm });
    await bareNode(w, 'free');
    expect((await w.call('bob', 'GET', '/node/free')).body).toEqual({
      name: 'free',
      project: null,
      nics: [],
      metadata: {},
      obm,
    });
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
      obm: { type: 'obmd', enabled: false },
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

test('administrators see how the BMC is reached, users whether they may, and nobody what opens it', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1', { cipher_suite: 17, privilege_level: 'operator' });
  await reserve(w, 'n1', 'blue');
  const show = async (user: string) => {
    const { body } = await w.call(user, 'GET', '/node/n1');
    return z.looseObject({ obm: z.unknown() }).parse(body).obm;
  };
  const obm = { type: 'ipmi', enabled: true };
  expect(await show('ada')).toEqual(obm);
  const all = {
    ...obm,
    host: '10.0.0.7',
    port: 623,
    cipher_suite: 17,
    privilege_level: 'operator',
    agent: 'rack-1',
    last_contact_at: null,
  };
  expect(await show('root')).toEqual(all);
  await w.call('ada', 'GET', '/node/n1/power_status', undefined, { prefer: 'respond-async' });
  await w.sql`update devices set last_contact_at = '2026-05-04T03:02:01Z'`;
  expect(await show('root')).toEqual({ ...all, last_contact_at: '2026-05-04T03:02:01.000Z' });
});
