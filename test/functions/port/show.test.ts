import { expect, test } from 'vitest';
import { showPort } from '../../../functions/port/show.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, connect, connected, projectNetwork, vlanOf } from '../../support/networks.ts';
import { cabledNode, mockSwitch, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(showPort, {
  async arrange(w) {
    await cabledNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await projectNetwork(w, 'lan');
    await adminNetwork(w, 'wan');
    await connected(w, 'n1', 'lan');
    await connected(w, 'n1', 'wan', `vlan/${await vlanOf(w, 'wan')}`);
  },
  request: { params: { switch: 'sw1', port: 'gi1/0/1' } },
  async success(w, answer) {
    const networks = { 'vlan/native': 'lan', [`vlan/${await vlanOf(w, 'wan')}`]: 'wan' };
    expect(answer.body).toEqual({ node: 'n1', nic: 'eth0', networks });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope', port: 'gi1/0/1' } },
    unknown_port: { params: { switch: 'sw1', port: 'gi1/0/9' } },
  },
});

test('S15: a port that nothing is cabled to is an empty object', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/1');
  expect((await w.call('root', 'GET', '/switch/sw1/port/gi1/0/1')).text).toBe('{}');
});

test('a network shows when the switch has it, not before', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  expect((await w.call('root', 'GET', '/switch/sw1/port/gi1/0/1')).body).toEqual({ node: 'n1', nic: 'eth0', networks: {} });
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  const answer = await connect(w, 'n1', 'lan');
  expect((await w.call('root', 'GET', '/switch/sw1/port/gi1/0/1')).body).toMatchObject({ networks: {} });
  await w.finish(answer);
  expect((await w.call('root', 'GET', '/switch/sw1/port/gi1/0/1')).body).toMatchObject({ networks: { 'vlan/native': 'lan' } });
});
