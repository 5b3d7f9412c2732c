import { expect, test } from 'vitest';
import { deletePort } from '../../../functions/port/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, cabledNode, mockSwitch } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(deletePort, {
  async arrange(w) {
    await mockSwitch(w, 'sw1');
    await w.arrange('PUT', '/switch/sw1/port/gi1/0/5');
  },
  request: { params: { switch: 'sw1', port: 'gi1/0/5' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/switch/sw1/port/gi1/0/5')).status).toBe(404);
    expect((await w.call('root', 'DELETE', '/switch/sw1')).status).toBe(200);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope', port: 'gi1/0/5' } },
    unknown_port: { params: { switch: 'sw1', port: 'gi1/0/6' } },
    suspect_port: { arrange: (w) => w.sql`update ports set suspect_since = now()` },
    port_cabled: { arrange: (w) => cabledNode(w, 'n1', 6), params: { switch: 'sw1', port: 'gi1/0/6' } },
  },
});

test('a name that no port of the switch can have is simply unknown', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  for (const [method, path] of [
    ['DELETE', 'blah'],
    ['GET', 'blah'],
    ['POST', 'blah/detach_nic'],
    ['POST', 'blah/revert'],
  ] as const) {
    expect((await w.call('root', method, `/switch/sw1/port/${path}`)).body).toMatchObject({ code: 'unknown_port' });
  }
});

test('of a deletion and a NIC that is connected at once, one succeeds', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  await bareNode(w, 'n1');
  for (let round = 0; round < 6; round++) {
    await w.arrange('PUT', `/node/n1/nic/eth${round}`, { macaddr: '' });
    await w.arrange('PUT', `/switch/sw1/port/gi1/0/${round}`);
    const [deleted, connected] = await Promise.all([
      w.call('root', 'DELETE', `/switch/sw1/port/gi1/0/${round}`),
      w.call('root', 'POST', `/switch/sw1/port/gi1/0/${round}/connect_nic`, { node: 'n1', nic: `eth${round}` }),
    ]);
    expect([
      [200, 404],
      [409, 200],
    ]).toContainEqual([deleted.status, connected.status]);
  }
});
