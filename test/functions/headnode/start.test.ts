import { expect, test } from 'vitest';
import { startHeadnode } from '../../../functions/headnode/start.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import {
  asked,
  deletionCases,
  ended,
  expire,
  headnodeAgent,
  headnodeEndingCases,
  headnodeOrders,
  headnodeRefusalCases,
  withHeadnode,
} from '../../support/headnodes.ts';
import { projectNetwork, vlanOf } from '../../support/networks.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const shown = async (w: World) => (await w.call('ada', 'GET', '/headnode/h1', undefined, { prefer: 'wait=0' })).body;

/** The headnode h1 with eth0 on the network `lan`, eth1 on none, and eth2 on `wan`. */
async function connected(w: World): Promise<void> {
  await withHeadnode(w);
  for (const network of ['lan', 'wan']) await projectNetwork(w, network);
  for (const hnic of ['eth1', 'a0']) await w.arrange('PUT', `/headnode/h1/hnic/${hnic}`);
  await w.arrange('POST', '/headnode/h1/hnic/eth0/connect_network', { network: 'lan' });
  await w.arrange('POST', '/headnode/h1/hnic/a0/connect_network', { network: 'wan' });
}

describeOperation(startHeadnode, {
  async arrange(w) {
    await connected(w);
    await headnodeAgent(w);
  },
  request: { params: { headnode: 'h1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    const [row] = await w.sql`select uuid, made from headnodes`;
    expect(row).toMatchObject({ made: true });
    const macs = await w.sql`select label, mac_address as mac from hnics`;
    const mac = (label: string) => macs.find((each) => each['label'] === label)?.['mac'];
    expect(await headnodeOrders(w)).toEqual([
      {
        device: 'headnode/h1',
        kind: 'headnode.start',
        parameters: {
          headnode: { label: 'h1', uuid: row?.['uuid'] },
          template: 'tiny',
          size: { memory: 1024, vcpus: 1, disk: 4 },
          full_copy: false,
          // In the order in which they were made; one without a network is no interface.
          nics: [
            { mac: mac('eth0'), vlan: await vlanOf(w, 'lan') },
            { mac: mac('a0'), vlan: await vlanOf(w, 'wan') },
          ],
          seed: null,
        },
      },
    ]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: { ...headnodeRefusalCases, ...deletionCases, ...headnodeEndingCases },
});

test('a headnode is frozen as soon as its start is asked for, and free again when nobody took that in time', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  const answer = await asked(w, 'POST', '/headnode/h1/start', 'ada');
  expect(await shown(w)).toMatchObject({ frozen: true, state: 'unknown' });
  await expire(w);
  expect((await w.call('ada', 'PUT', '/headnode/h1/hnic/eth1')).status).toBe(200);
  expect(await shown(w)).toMatchObject({ frozen: false, state: 'absent' });
  expect((await w.call('ada', 'GET', `/networking_action/${statusId(answer)}`)).body).toMatchObject({ status: 'ERROR' });
});

test.for([
  ['failed before anything was made', 'failed', { state: 'absent' }, false],
  ['failed, and what there is does not run', 'failed', { state: 'stopped' }, true],
  ['failed, and nothing was read', 'failed', null, false],
  ['ended in doubt', 'unknown', null, true],
] as const)('a first start that %s', async ([, ending, state, frozen], context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  await ended(w, await asked(w, 'POST', '/headnode/h1/start'), ending, state);
  expect(await shown(w)).toMatchObject({ frozen });
});

test('a headnode that was stopped is started again as it was', async (context) => {
  const w = await makeWorld(context);
  await connected(w);
  await headnodeAgent(w);
  for (const verb of ['start', 'stop', 'start']) {
    expect((await w.call('ada', 'POST', `/headnode/h1/${verb}`)).status).toBe(200);
  }
  const [first, , again] = await headnodeOrders(w);
  expect(again).toEqual(first);
});

test('of a start and a connection that are asked for at once, the virtual machine has what the rows say', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  await projectNetwork(w, 'lan');
  for (let round = 0; round < 8; round++) {
    const [connection, started] = await Promise.all([
      w.call('ada', 'POST', '/headnode/h1/hnic/eth0/connect_network', { network: 'lan' }),
      w.call('ada', 'POST', '/headnode/h1/start', undefined, { prefer: 'respond-async' }),
    ]);
    expect([started.status, [200, 409].includes(connection.status)], connection.text).toEqual([202, true]);
    const order = (await headnodeOrders(w)).at(-1);
    expect(order?.parameters['nics']).toHaveLength(connection.status === 200 ? 1 : 0);
    expect(await w.sql`select from hnics where network_id is not null`).toHaveLength(connection.status === 200 ? 1 : 0);
    await ended(w, started, 'failed', { state: 'absent' });
    await w.arrange('POST', '/headnode/h1/hnic/eth0/detach_network');
  }
});
