import { expect, test } from 'vitest';
import { deleteNetwork } from '../../../functions/network/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { withHeadnode } from '../../support/headnodes.ts';
import { adminNetwork, connect, connected, projectNetwork, vlanOf } from '../../support/networks.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

async function nodeAndNetwork(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
}
const remove = (w: World, user = 'ada') => w.call(user, 'DELETE', '/network/lan');

describeOperation(deleteNetwork, {
  arrange: nodeAndNetwork,
  request: { params: { network: 'lan' } },
  async success(w) {
    expect((await w.call('ada', 'GET', '/network/lan')).status).toBe(404);
    await projectNetwork(w, 'next');
    expect(await vlanOf(w, 'next')).toBe(100);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_network: { params: { network: 'nope' }, as: 'other' },
    not_your_network: { as: 'other', arrange: (w) => w.arrange('PUT', '/network/lan/access/red') },
    busy: { arrange: (w) => connect(w, 'n1', 'lan') },
    attached: { arrange: (w) => connected(w, 'n1', 'lan') },
    headnode_attached: {
      async arrange(w) {
        await withHeadnode(w);
        await w.arrange('POST', '/headnode/h1/hnic/eth0/connect_network', { network: 'lan' });
      },
    },
    suspect_port: { arrange: async (w) => w.finish(await connect(w, 'n1', 'lan'), 'unknown') },
  },
});

test('K28: a network of the administrator is not deleted by the project that it was made for', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'lan', 'blue');
  expect(await remove(w)).toMatchObject({ status: 401, body: { code: 'not_your_network' } });
  expect((await remove(w, 'root')).status).toBe(200);
});

test('K32: a network that a node was on and left can be deleted', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  await connected(w, 'n1', 'lan');
  await w.finish(await w.arrange('POST', '/node/n1/nic/eth0/detach_network', { network: 'lan' }));
  expect((await remove(w)).status).toBe(200);
});

test('K33: an action that failed blocks nothing, and stays readable', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  const answer = await connect(w, 'n1', 'lan');
  await w.finish(answer, 'failed');
  expect((await remove(w)).status).toBe(200);
  const [action] = await w.sql`select network, network_id from networking_actions`;
  expect(action).toEqual({ network: 'lan', network_id: null });
});

test('an action that nobody took in time blocks nothing', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  await connect(w, 'n1', 'lan');
  await w.sql`update commands set not_after = now() - interval '1 minute'`;
  expect((await remove(w)).status).toBe(200);
});

test('an action that an agent took and never finished leaves a doubt about the port, which blocks', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  await connect(w, 'n1', 'lan');
  await w.sql`update commands set not_after = now() - interval '1 minute', status = 'running', attempt = 1`;
  const answer = await remove(w);
  expect(answer.body).toMatchObject({ code: 'suspect_port', msg: expect.stringContaining('sw1 gi1/0/1') });
});

test('a suspect port that cannot be on the network is no matter', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  await projectNetwork(w, 'other');
  await w.finish(await connect(w, 'n1', 'other'), 'unknown');
  expect((await remove(w)).status).toBe(200);
});

test('of a deletion and a connection that are asked for at once, one succeeds', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  for (let round = 0; round < 8; round++) {
    const [deleted, asked] = await Promise.all([
      remove(w),
      w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' }),
    ]);
    expect(
      [
        [200, 404],
        [409, 202],
      ],
      deleted.text + asked.text,
    ).toContainEqual([deleted.status, asked.status]);
    if (asked.status === 202) await w.finish(asked, 'failed');
    else await projectNetwork(w, 'lan');
  }
});
