import { expect, test } from 'vitest';
import { showSwitch } from '../../../functions/switch/show.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { connect, projectNetwork } from '../../support/networks.ts';
import { cabledNode, mockSwitch, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(showSwitch, {
  async arrange(w) {
    await mockSwitch(w, 'sw1', 'mock-address');
    await w.arrange('PUT', '/switch/sw1/port/gi1/0/2');
    await w.arrange('PUT', '/switch/sw1/port/gi1/0/1');
  },
  request: { params: { switch: 'sw1' } },
  success(_, answer) {
    expect(answer.body).toEqual({
      name: 'sw1',
      type: 'mock',
      hostname: 'mock-address',
      port: 1,
      agent: 'rack-1',
      idle: 'shut',
      unsaved_since: null,
      version: null,
      last_contact_at: null,
      capabilities: ['nativeless-trunk-mode'],
      ports: [{ label: 'gi1/0/2' }, { label: 'gi1/0/1' }],
    });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: { unknown_switch: { params: { switch: 'nope' } } },
});

test('a port whose state could not be proven says since when and why; unsaved changes say since when', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  await w.finish(await connect(w, 'n1', 'lan'), 'unknown');
  await w.sql`update ports set suspect_since = '2030-01-02T03:04:05+02'`;
  await w.sql`update devices set unsaved_since = '2030-01-02T03:04:05.6Z'`;
  expect((await w.call('root', 'GET', '/switch/sw1')).body).toMatchObject({
    ports: [{ label: 'gi1/0/1', suspect_since: '2030-01-02T01:04:05.000Z', suspect_reason: 'the switch said no' }],
    unsaved_since: '2030-01-02T03:04:05.600Z',
  });
});

test('the settings of a registration are shown as they were given, its login never', async (context) => {
  const w = await makeWorld(context);
  const settings = { transport: 'ssh', legacy_ssh: true, dummy_vlan: 2222, save: false };
  await w.arrange('PUT', '/switch/sw1', {
    type: 'nexus',
    hostname: 'nx',
    username: 'someone',
    password: 'a secret',
    ...settings,
  });
  await w.sql`update devices set version = '7.3', last_contact_at = '2030-01-02T03:04:05.6Z'`;
  const answer = await w.call('root', 'GET', '/switch/sw1');
  expect(answer.body).toMatchObject({ ...settings, port: 22, version: '7.3', last_contact_at: '2030-01-02T03:04:05.600Z' });
  expect(answer.text).not.toMatch(/someone|a secret|sealed/);
});
