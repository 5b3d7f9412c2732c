import { expect, test } from 'vitest';
import { showAgent } from '../../../functions/agent/show.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnode, offer, offerHeadnodes } from '../../support/headnodes.ts';
import { bareNode, cabledNode, mockSwitch } from '../../support/rack.ts';
import { keys, makeWorld } from '../../support/world.ts';

const { kty, crv, x, kid } = keys.sealing;

describeOperation(showAgent, {
  request: { params: { agent: 'rack-1' } },
  success(_, answer) {
    expect(answer.body).toEqual({
      name: 'rack-1',
      public_key: { kty, crv, x },
      thumbprint: kid,
      alive: false,
      last_seen_at: null,
      version: null,
      devices: [],
      sealed_to_other_keys: [],
      backlog: 0,
      vm_host: null,
    });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: { unknown_agent: { params: { agent: 'nope' } } },
});

test('an agent shows the switches and BMCs that it looks after, and the commands that it has yet to finish', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/agent/other', { public_key: { kty, crv, x } });
  await w.arrange('PUT', '/switch/sw1', { type: 'mock', hostname: 'm', username: 'u', password: 'p', agent: 'rack-1' });
  await w.arrange('PUT', '/switch/sw2', { type: 'mock', hostname: 'm', username: 'u', password: 'p', agent: 'other' });
  await w.arrange('PUT', '/node/b', { obm: { type: 'mock', host: 'h', user: 'u', password: 'p' }, agent: 'rack-1' });
  await bareNode(w, 'a');
  await cabledNode(w, 'n1');
  const action = await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');
  expect((await w.call('root', 'GET', '/agent/rack-1')).body).toMatchObject({ devices: ['bmc/b', 'switch/sw1'], backlog: 1 });
  expect((await w.call('root', 'GET', '/agent/other')).body).toMatchObject({ devices: ['switch/sw2'], backlog: 0 });
  await w.finish(action);
  expect((await w.call('root', 'GET', '/agent/rack-1')).body).toMatchObject({ backlog: 0 });
});

test('a switch that was deleted is nobody’s any more', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  await w.arrange('DELETE', '/switch/sw1');
  expect((await w.call('root', 'GET', '/agent/rack-1')).body).toMatchObject({ devices: [] });
});

test('an agent shows what its host offers for headnodes, what is wrong with it, and how much is used', async (context) => {
  const w = await makeWorld(context);
  const problems = ['there is no file for template arch'];
  await offerHeadnodes(w, { problems });
  const shown = async () => (await w.call('root', 'GET', '/agent/rack-1')).body;
  const host = { ...offer, problems };
  expect(await shown()).toMatchObject({ devices: [], vm_host: { ...host, used: { memory: 0, vcpus: 0, disk: 0 } } });
  await headnode(w, 'h2');
  await headnode(w, 'h1', { memory: 1500, vcpus: 2, disk: 6 });
  expect(await shown()).toMatchObject({
    devices: ['headnode/h1', 'headnode/h2'],
    vm_host: { ...host, used: { memory: 2524, vcpus: 3, disk: 10 } },
  });
  await w.sql`update agents set vm_host = '{"templates": "all"}'`;
  expect(await shown()).toMatchObject({ vm_host: { templates: [], problems: [expect.stringContaining('another version')] } });
});
