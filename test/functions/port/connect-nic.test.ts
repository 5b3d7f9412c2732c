import { expect, test } from 'vitest';
import { connectNic } from '../../../functions/port/connect-nic.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, cabledNode, mockSwitch, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(connectNic, {
  async arrange(w) {
    await mockSwitch(w, 'sw1');
    await w.arrange('PUT', '/switch/sw1/port/gi1/0/5');
    await bareNode(w, 'n1');
    await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '' });
  },
  request: { params: { switch: 'sw1', port: 'gi1/0/5' }, input: { node: 'n1', nic: 'eth0' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({
      nics: [{ label: 'eth0', port: 'gi1/0/5', switch: 'sw1', networks: {} }],
    });
    // S17: the switch is not touched.
    expect(await w.sql`select from commands`).toHaveLength(0);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope', port: 'nope' }, input: { node: 'nope', nic: 'nope' } },
    unknown_port: { params: { switch: 'sw1', port: 'gi1/0/9' }, input: { node: 'nope', nic: 'nope' } },
    unknown_node: { input: { node: 'nope', nic: 'nope' } },
    unknown_nic: { input: { node: 'n1', nic: 'nope' } },
    nic_cabled: { arrange: (w) => cabledNode(w, 'n2', 6), input: { node: 'n2', nic: 'eth0' } },
    port_cabled: { arrange: (w) => cabledNode(w, 'n2', 6), params: { switch: 'sw1', port: 'gi1/0/6' } },
  },
  malformed: {
    'no node': { input: { nic: 'eth0' } },
    'no NIC': { input: { node: 'n1' } },
    'a node that is a number': { input: { node: 5, nic: 'eth0' } },
  },
});

test('S19: connecting a NIC again to the port it is on is a duplicate', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  const answer = await w.call('root', 'POST', '/switch/sw1/port/gi1/0/1/connect_nic', { node: 'n1', nic: 'eth0' });
  expect(answer.body).toMatchObject({ type: 'DuplicateError' });
});

test('S20: a NIC of a node that a project has can be connected', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/1');
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '' });
  await w.arrange('POST', '/switch/sw1/port/gi1/0/1/connect_nic', { node: 'n1', nic: 'eth0' });
});

test('of eight NICs that are connected to one port at once, one is', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/1');
  await bareNode(w, 'n1');
  const labels = Array.from({ length: 8 }, (_, index) => `eth${index}`);
  for (const nic of labels) await w.arrange('PUT', `/node/n1/nic/${nic}`, { macaddr: '' });
  const answers = await Promise.all(
    labels.map((nic) => w.call('root', 'POST', '/switch/sw1/port/gi1/0/1/connect_nic', { node: 'n1', nic })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
});

test('of eight ports that one NIC is connected to at once, one has it', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  await bareNode(w, 'n1');
  await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '' });
  const labels = Array.from({ length: 8 }, (_, index) => `gi1/0/${index}`);
  for (const port of labels) await w.arrange('PUT', `/switch/sw1/port/${port}`);
  const answers = await Promise.all(
    labels.map((port) => w.call('root', 'POST', `/switch/sw1/port/${port}/connect_nic`, { node: 'n1', nic: 'eth0' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
});
