import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { detachNetwork } from '../../../functions/node/detach-network.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, connected, projectNetwork, vlanOf } from '../../support/networks.ts';
import { bareNode, cabledNode, nativeFirstNode, reserve } from '../../support/rack.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const detach = (w: World, network = 'lan') => w.call('ada', 'POST', '/node/n1/nic/eth0/detach_network', { network });

async function onLan(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  await connected(w, 'n1', 'lan');
}

describeOperation(detachNetwork, {
  arrange: onLan,
  request: { params: { node: 'n1', nic: 'eth0' }, input: { network: 'lan' } },
  async success(w, answer) {
    const [command] = await w.sql`select signed from commands where id = ${statusId(answer)}`;
    expect(decodeJwt(command?.['signed'])).toMatchObject({
      device: 'switch/sw1',
      kind: 'port.set',
      parameters: {
        port: 'gi1/0/1',
        want: { native: null, tagged: [], enabled: false },
        before: { native: await vlanOf(w, 'lan'), tagged: [], enabled: true },
      },
    });
    expect((await w.call('ada', 'GET', `/networking_action/${statusId(answer)}`)).body).toMatchObject({
      status: 'PENDING',
      type: 'modify_port',
      channel: 'vlan/native',
      new_network: null,
    });
    expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: { 'vlan/native': 'lan' } }] });
    await w.finish(answer);
    expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: {} }] });
  },
  roles: { admin: 202, owner: 202, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope', nic: 'nope' }, input: { network: 'nope' } },
    unknown_nic: { params: { node: 'n1', nic: 'nope' }, input: { network: 'nope' } },
    unknown_network: { input: { network: 'nope' }, as: 'other' },
    node_in_no_project: {
      async arrange(w) {
        await bareNode(w, 'free');
        await w.arrange('PUT', '/node/free/nic/eth0', { macaddr: '' });
      },
      params: { node: 'free', nic: 'eth0' },
      as: 'other',
    },
    not_your_node: { as: 'other' },
    busy: { arrange: detach },
    not_connected: { arrange: (w) => projectNetwork(w, 'second'), input: { network: 'second' } },
    native_last: {
      async arrange(w) {
        await nativeFirstNode(w, 'n2');
        await reserve(w, 'n2', 'blue');
        await projectNetwork(w, 'wan');
        await connected(w, 'n2', 'lan');
        await connected(w, 'n2', 'wan', `vlan/${await vlanOf(w, 'wan')}`);
      },
      params: { node: 'n2', nic: 'eth0' },
    },
  },
  malformed: {
    'no network': { input: {} },
    'a channel': { input: { network: 'lan', channel: 'vlan/native' } },
    'a network that is null': { input: { network: null } },
  },
});

test('X19: what was detached cannot be detached again', async (context) => {
  const w = await makeWorld(context);
  await onLan(w);
  await w.finish(await detach(w));
  expect((await detach(w)).body).toMatchObject({ type: 'BadArgumentError', code: 'not_connected' });
});

test('a NIC that is cabled to nothing is on no network', async (context) => {
  const w = await makeWorld(context);
  await onLan(w);
  await w.arrange('PUT', '/node/n1/nic/eth1', { macaddr: '' });
  const answer = await w.call('ada', 'POST', '/node/n1/nic/eth1/detach_network', { network: 'lan' });
  expect(answer.body).toMatchObject({ code: 'not_connected' });
});

test('the other networks of the NIC stay as they are', async (context) => {
  const w = await makeWorld(context);
  await onLan(w);
  await adminNetwork(w, 'wan');
  const vlan = await vlanOf(w, 'wan');
  await connected(w, 'n1', 'wan', `vlan/${vlan}`);
  const answer = await detach(w);
  const [command] = await w.sql`select signed from commands where id = ${statusId(answer)}`;
  expect(decodeJwt(command?.['signed'])).toMatchObject({
    parameters: { want: { native: null, tagged: [vlan], enabled: true } },
  });
  await w.finish(answer);
  expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: { [`vlan/${vlan}`]: 'wan' } }] });
});

test('J10: a detachment that the switch refused leaves the NIC on the network', async (context) => {
  const w = await makeWorld(context);
  await onLan(w);
  await w.finish(await detach(w), 'failed');
  expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: { 'vlan/native': 'lan' } }] });
});

test('a network that the project may use no more can still be left', async (context) => {
  const w = await makeWorld(context);
  await onLan(w);
  await w.sql`delete from network_access`;
  expect((await detach(w)).status).toBe(202);
});

test('of eight changes of one NIC that are asked for at once, one is queued', async (context) => {
  const w = await makeWorld(context);
  await onLan(w);
  await projectNetwork(w, 'second');
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      index % 2 === 0
        ? detach(w)
        : w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', {
            network: 'second',
            channel: 'vlan/101',
          }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array(7).fill(409)]);
});

test('X20: the native network goes when it is the last, and a tagged one at any time', async (context) => {
  const w = await makeWorld(context);
  await nativeFirstNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  for (const label of ['lan', 'wan']) await projectNetwork(w, label);
  await connected(w, 'n1', 'lan');
  await connected(w, 'n1', 'wan', `vlan/${await vlanOf(w, 'wan')}`);
  for (const network of ['wan', 'lan']) {
    const answer = await detach(w, network);
    expect(answer.status, network).toBe(202);
    await w.finish(answer);
  }
});
