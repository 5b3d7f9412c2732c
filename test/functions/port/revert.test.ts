import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { revertPort } from '../../../functions/port/revert.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, connect, connected, projectNetwork, vlanOf } from '../../support/networks.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const revert = (w: World) => w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');

async function onTwoNetworks(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  await adminNetwork(w, 'wan');
  await connected(w, 'n1', 'lan');
  await connected(w, 'n1', 'wan', `vlan/${await vlanOf(w, 'wan')}`);
}

describeOperation(revertPort, {
  arrange: onTwoNetworks,
  request: { params: { switch: 'sw1', port: 'gi1/0/1' } },
  async success(w, answer) {
    const [command] = await w.sql`select signed, kind from commands where id = ${statusId(answer)}`;
    expect(command).toMatchObject({ kind: 'port.set' });
    expect(decodeJwt(command?.['signed'])).toMatchObject({
      device: 'switch/sw1',
      parameters: {
        port: 'gi1/0/1',
        want: { native: null, tagged: [], enabled: false },
        before: { native: await vlanOf(w, 'lan'), tagged: [await vlanOf(w, 'wan')], enabled: true },
      },
    });
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: { 'vlan/native': 'lan' } }] });
    await w.finish(answer);
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: {} }] });
    expect((await w.call('root', 'GET', `/networking_action/${statusId(answer)}`)).body).toMatchObject({
      status: 'DONE',
      type: 'revert_port',
      channel: '',
      new_network: null,
    });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope', port: 'gi1/0/1' } },
    unknown_port: { params: { switch: 'sw1', port: 'gi1/0/9' } },
    no_nic: { arrange: (w) => w.arrange('PUT', '/switch/sw1/port/gi1/0/2'), params: { switch: 'sw1', port: 'gi1/0/2' } },
    busy: { arrange: revert },
  },
});

test('S27: a port of a free node that is on no network can be reverted', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await w.finish(await revert(w));
  expect((await w.call('ada', 'POST', '/project/blue/connect_node', { node: 'n1' })).status).toBe(200);
});

test('a port that is kept up while idle is reverted to up, in no VLAN', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await w.sql`update ports set idle = 'up'`;
  const answer = await revert(w);
  const [command] = await w.sql`select signed from commands where id = ${statusId(answer)}`;
  expect(decodeJwt(command?.['signed'])).toMatchObject({
    parameters: { want: { native: null, tagged: [], enabled: true } },
  });
});

test('a suspect port is suspect no more once a revert was read back', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  await w.finish(await connect(w, 'n1', 'lan'), 'unknown');
  const release = () => w.call('ada', 'POST', '/project/blue/detach_node', { node: 'n1' });
  expect((await release()).body).toMatchObject({ code: 'suspect_port' });
  await w.finish(await revert(w));
  expect((await release()).status).toBe(200);
});

test('of a revert and a connection that are asked for at once, one is queued', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  for (let round = 0; round < 6; round++) {
    const answers = await Promise.all([
      w.call('root', 'POST', '/switch/sw1/port/gi1/0/1/revert'),
      w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' }),
    ]);
    const accepted = answers.filter(({ status }) => status < 300);
    expect(accepted).toHaveLength(1);
    for (const answer of accepted) await w.finish(answer, 'failed');
  }
});
