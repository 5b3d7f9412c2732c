import { expect, test } from 'vitest';
import { registerPort } from '../../../functions/port/register.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { mockSwitch, nativeFirstNode } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const nexus = (w: World) =>
  w.arrange('PUT', '/switch/nx', { type: 'nexus', hostname: 'n', username: 'u', password: 'p', dummy_vlan: 2222 });

describeOperation(registerPort, {
  arrange: (w) => mockSwitch(w, 'sw1'),
  request: { params: { switch: 'sw1', port: 'gi1/0/5' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('root', 'GET', '/switch/sw1')).body).toMatchObject({ ports: [{ label: 'gi1/0/5' }] });
    expect((await w.call('root', 'GET', '/switch/sw1/port/gi1/0/5')).body).toEqual({});
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope', port: 'blah' } },
    duplicate_port: { arrange: (w) => w.arrange('PUT', '/switch/sw1/port/gi1/0/5') },
    bad_port_name: { params: { switch: 'sw1', port: 'gi1/0/1q' } },
    idle_up: {
      arrange: (w) => nativeFirstNode(w, 'n1'),
      params: { switch: 'bc', port: '104/0/11' },
      input: { idle: 'up' },
    },
  },
  malformed: {
    'an idle that is neither shut nor up': { input: { idle: 'down' } },
    'an idle that is null': { input: { idle: null } },
    'the name of the port in the body': { input: { port: 'gi1/0/5' } },
    'a control character in the name': { params: { switch: 'sw1', port: 'gi1/0/5\t' } },
  },
});

for (const name of ['blah', 'gi1', 'gi1/0/1q', 'gi/0/1']) {
  test(`S12: ${name} is no port, and the answer says what is`, async (context) => {
    const w = await makeWorld(context);
    await mockSwitch(w, 'sw1');
    const answer = await w.call('root', 'PUT', `/switch/sw1/port/${name}`);
    expect(answer).toMatchObject({
      status: 400,
      body: { type: 'BadArgumentError', msg: expect.stringContaining('gi1/0/5') },
    });
  });
}

test('a port is stored under the one name that the switch has for it', async (context) => {
  const w = await makeWorld(context);
  await nexus(w);
  await w.arrange('PUT', '/switch/nx/port/eth1/7');
  expect((await w.call('root', 'GET', '/switch/nx')).body).toMatchObject({ ports: [{ label: 'Ethernet1/7' }] });
  for (const same of ['Ethernet1/7', 'ethernet1/7', 'e1/7', 'Eth%201/7', 'ethernet1%2F7']) {
    expect((await w.call('root', 'PUT', `/switch/nx/port/${same}`)).body, same).toMatchObject({ code: 'duplicate_port' });
    expect((await w.call('root', 'GET', `/switch/nx/port/${same}`)).status, same).toBe(200);
  }
  await w.arrange('DELETE', '/switch/nx/port/e1/7');
  expect((await w.call('root', 'GET', '/switch/nx')).body).toMatchObject({ ports: [] });
});

test('a port may be kept up while it carries nothing', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/1', { idle: 'up' });
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/2');
  expect(await w.sql`select label, idle from ports order by label`).toEqual([
    { label: 'gi1/0/1', idle: 'up' },
    { label: 'gi1/0/2', idle: null },
  ]);
});

test('of eight simultaneous registrations of one port one succeeds, the others are duplicates', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'sw1');
  const answers = await Promise.all(Array.from({ length: 8 }, () => w.call('root', 'PUT', '/switch/sw1/port/gi1/0/1')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
});
