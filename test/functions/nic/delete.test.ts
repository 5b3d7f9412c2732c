import { expect, test } from 'vitest';
import { deleteNic } from '../../../functions/nic/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const revert = (w: World) => w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');

describeOperation(deleteNic, {
  arrange: (w) => cabledNode(w, 'n1'),
  request: { params: { node: 'n1', nic: 'eth0' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ name: 'n1', nics: [] });
    expect((await w.call('root', 'DELETE', '/node/n1/nic/eth0')).status).toBe(404);
    // The port that it was on takes another.
    await w.arrange('PUT', '/node/n1/nic/eth1', { macaddr: '' });
    await w.arrange('POST', '/switch/sw1/port/gi1/0/1/connect_nic', { node: 'n1', nic: 'eth1' });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope', nic: 'eth0' } },
    unknown_nic: { params: { node: 'n1', nic: 'nope' } },
    node_taken: { arrange: (w) => reserve(w, 'n1', 'blue') },
    busy: { arrange: revert },
    suspect_port: { arrange: async (w) => w.finish(await revert(w), 'unknown') },
  },
});

test('a NIC that only another node has is unknown', async (context) => {
  const w = await makeWorld(context);
  for (const node of ['n1', 'n2']) await bareNode(w, node);
  await w.arrange('PUT', '/node/n2/nic/eth0', { macaddr: '' });
  expect((await w.call('root', 'DELETE', '/node/n1/nic/eth0')).body).toMatchObject({ code: 'unknown_nic' });
  expect((await w.call('root', 'GET', '/node/n2')).body).toMatchObject({ nics: [{ label: 'eth0' }] });
});

test('a NIC that is cabled nowhere is deleted', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '' });
  expect((await w.call('root', 'DELETE', '/node/n1/nic/eth0')).status).toBe(200);
});

test('I09: once the node is released, its NICs can be deleted', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
  expect((await w.call('root', 'DELETE', '/node/n1/nic/eth0')).status).toBe(200);
});

for (const status of ['done', 'failed'] as const) {
  test(`I10: a NIC whose action is ${status} can be deleted`, async (context) => {
    const w = await makeWorld(context);
    await cabledNode(w, 'n1');
    await w.finish(await revert(w), status);
    expect((await w.call('root', 'DELETE', '/node/n1/nic/eth0')).status).toBe(200);
  });
}

test('an action that nobody took in time blocks nothing', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await revert(w);
  await w.sql`update commands set not_after = now() - interval '1 hour'`;
  expect((await w.call('root', 'DELETE', '/node/n1/nic/eth0')).status).toBe(200);
});

test('an action that was begun and not finished in time leaves the port suspect', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await revert(w);
  await w.sql`update commands set status = 'running', attempt = 1, not_after = now() - interval '1 hour'`;
  const answer = await w.call('root', 'DELETE', '/node/n1/nic/eth0');
  expect(answer.body).toMatchObject({ code: 'suspect_port', msg: expect.stringContaining('sw1 gi1/0/1') });
});
