import { expect, test } from 'vitest';
import { revokeAccess } from '../../../functions/network/revoke-access.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnode, offerHeadnodes } from '../../support/headnodes.ts';
import { adminNetwork, connect, connected, projectNetwork } from '../../support/networks.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

async function sharedNetwork(w: World): Promise<void> {
  await projectNetwork(w, 'lan');
  await w.arrange('PUT', '/network/lan/access/red');
}
async function nodeOfRed(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'red');
}
async function headnodeOfRed(w: World): Promise<void> {
  await offerHeadnodes(w);
  await headnode(w, 'h1', { project: 'red' });
  await w.arrange('PUT', '/headnode/h1/hnic/eth0');
  await w.arrange('POST', '/headnode/h1/hnic/eth0/connect_network', { network: 'lan' });
}
const revoke = (w: World, user: string, network = 'lan', project = 'red') =>
  w.call(user, 'DELETE', `/network/${network}/access/${project}`);

describeOperation(revokeAccess, {
  async arrange(w) {
    await sharedNetwork(w);
    await w.arrange('PUT', '/project/green');
  },
  request: { params: { network: 'lan', project: 'red' } },
  async success(w) {
    expect((await w.call('ada', 'GET', '/network/lan')).body).toMatchObject({ access: ['blue'] });
    expect((await w.call('bob', 'GET', '/network/lan')).status).toBe(401);
  },
  // G06: also a member of the project that loses it.
  roles: { admin: 200, owner: 200, other: 200, anonymous: 401 },
  refusals: {
    unknown_network: { params: { network: 'nope', project: 'nope' }, as: 'other' },
    unknown_project: { params: { network: 'lan', project: 'nope' }, as: 'other' },
    not_yours: { params: { network: 'lan', project: 'green' }, as: 'other' },
    not_granted: { params: { network: 'lan', project: 'green' } },
    owner: { params: { network: 'lan', project: 'blue' } },
    busy: {
      async arrange(w) {
        await nodeOfRed(w);
        await connect(w, 'n1', 'lan');
      },
    },
    attached: {
      async arrange(w) {
        await nodeOfRed(w);
        await connected(w, 'n1', 'lan');
      },
    },
    headnode_attached: { arrange: headnodeOfRed },
    suspect_port: {
      async arrange(w) {
        await nodeOfRed(w);
        await w.finish(await connect(w, 'n1', 'lan'), 'unknown');
      },
    },
  },
});

test('G08: a project is never in the access list of a public network, whoever asks', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'wan');
  for (const user of ['root', 'ada']) {
    expect((await revoke(w, user, 'wan')).body).toMatchObject({ type: 'NotFoundError', code: 'not_granted' });
  }
});

test('G11: the last project of a network can go, and leaves it private', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'provider', 'red');
  expect((await revoke(w, 'root', 'provider')).status).toBe(200);
  expect((await w.call('root', 'GET', '/network/provider')).body).toMatchObject({ access: [], public: false });
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  expect((await w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'provider' })).body).toMatchObject({
    code: 'no_access',
  });
});

test('nodes of other projects on the network are no matter', async (context) => {
  const w = await makeWorld(context);
  await sharedNetwork(w);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await connected(w, 'n1', 'lan');
  expect((await revoke(w, 'ada')).status).toBe(200);
});

test('of a revocation and a connection that are asked for at once, one succeeds', async (context) => {
  const w = await makeWorld(context);
  await sharedNetwork(w);
  await nodeOfRed(w);
  for (let round = 0; round < 8; round++) {
    const [revoked, asked] = await Promise.all([
      revoke(w, 'ada'),
      w.call('bob', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' }),
    ]);
    expect(
      [
        [200, 409],
        [409, 202],
      ],
      revoked.text + asked.text,
    ).toContainEqual([revoked.status, asked.status]);
    if (asked.status === 202) await w.finish(asked, 'failed');
    else await w.arrange('PUT', '/network/lan/access/red');
  }
});

test('G10: headnodes of other projects on the network are no matter, and one that has left it is none', async (context) => {
  const w = await makeWorld(context);
  await sharedNetwork(w);
  await headnodeOfRed(w);
  await headnode(w, 'h2');
  await w.arrange('PUT', '/headnode/h2/hnic/eth0');
  await w.arrange('POST', '/headnode/h2/hnic/eth0/connect_network', { network: 'lan' });
  expect(await revoke(w, 'ada')).toMatchObject({ status: 409, body: { msg: expect.stringContaining('eth0 of headnode h1') } });
  await w.arrange('POST', '/headnode/h1/hnic/eth0/detach_network');
  expect((await revoke(w, 'ada')).status).toBe(200);
});
