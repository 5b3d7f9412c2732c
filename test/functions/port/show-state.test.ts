import { expect, test } from 'vitest';
import { showPortState } from '../../../functions/port/show-state.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, connect, connected, projectNetwork, vlanOf } from '../../support/networks.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const SHUT = { native: null, tagged: [], enabled: false };
const params = { switch: 'sw1', port: 'gi1/0/1' };
const state = async (w: World) => (await w.call('root', 'GET', '/switch/sw1/port/gi1/0/1/state')).body;

async function reserved(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
}

describeOperation(showPortState, {
  arrange: reserved,
  request: { params },
  success(_, answer) {
    expect(answer.body).toEqual({ wanted: SHUT, pending: null, read: null, read_at: null, agrees: null, suspect: null });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { ...params, switch: 'nope' } },
    unknown_port: { params: { ...params, port: 'gi1/0/9' } },
  },
});

test('an unfinished action says what the port is on its way to', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  const [lan, wan] = [await vlanOf(w, 'lan'), 1500];
  await adminNetwork(w, 'wan', '', String(wan));
  const both = { native: lan, tagged: [wan], enabled: true };

  await connected(w, 'n1', 'lan');
  // The world's agent reads every port as shut.
  expect(await state(w)).toMatchObject({
    wanted: { ...both, tagged: [] },
    read: SHUT,
    read_at: expect.any(String),
    agrees: false,
  });
  const action = await connect(w, 'n1', 'wan', `vlan/${wan}`);
  expect(await state(w)).toMatchObject({ wanted: both, pending: statusId(action) });
  await w.finish(action);
  await w.sql`update ports set read_state = ${w.sql.json(both)}`;
  expect(await state(w)).toMatchObject({ wanted: both, pending: null, read: both, agrees: true });

  const detach = await w.arrange('POST', '/node/n1/nic/eth0/detach_network', { network: 'lan' });
  expect(await state(w)).toMatchObject({ wanted: { ...both, native: null }, pending: statusId(detach), agrees: false });
  await w.finish(detach);
  const revert = await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');
  expect(await state(w)).toMatchObject({ wanted: SHUT, pending: statusId(revert) });
});

test('an action that nobody carries out any more ends when somebody looks', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  await connect(w, 'n1', 'lan');
  await w.sql`update commands set not_after = now() - interval '1 minute'`;
  expect(await state(w)).toMatchObject({ wanted: SHUT, pending: null });
});

test('a port in doubt says since when, why, and on which VLANs it may be', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  await w.finish(await connect(w, 'n1', 'lan'), 'unknown');
  expect(await state(w)).toMatchObject({
    wanted: SHUT,
    suspect: { since: expect.any(String), reason: 'the switch said no', vlans: [await vlanOf(w, 'lan')] },
  });
});

test('W27: a port is found by any of its names, and by raw slashes or encoded ones', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/switch/nx', {
    type: 'nexus',
    hostname: 'n',
    username: 'u',
    password: 'p',
    dummy_vlan: 2222,
    idle: 'up',
  });
  await w.arrange('PUT', '/switch/nx/port/Ethernet1/7');
  for (const name of ['eth1/7', 'Ethernet1%2F7', 'e%201/7']) {
    const answer = await w.call('root', 'GET', `/switch/nx/port/${name}/state`);
    expect(answer, name).toMatchObject({ status: 200, body: { wanted: { ...SHUT, enabled: true } } });
  }
});

test('a port that is called state is shown as any other', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/switch/host', { type: 'ovs', hostname: 'localhost' });
  await w.arrange('PUT', '/switch/host/port/state');
  expect((await w.call('root', 'GET', '/switch/host/port/state')).body).toEqual({});
  expect((await w.call('root', 'GET', '/switch/host/port/state/state')).body).toMatchObject({ wanted: SHUT });
});
