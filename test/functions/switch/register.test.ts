import { decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { thumbprint, unseal } from '../../../db/commands/seal.ts';
import { registerSwitch } from '../../../functions/switch/register.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork } from '../../support/networks.ts';
import { mockSwitch } from '../../support/rack.ts';
import { keys, makeWorld, type World } from '../../support/world.ts';

const MOCK_URL = 'http://schema.massopencloud.org/haas/v0/switches/mock';
const mock = { type: 'mock', hostname: 'mock', username: 'u', password: 'a secret' };
const nexus = { type: 'nexus', hostname: '10.0.0.5', username: 'admin', password: 'a secret', dummy_vlan: '2222' };

const reserved = async (w: World) => (await w.sql`select id from vlans where reserved order by id`).map(({ id }) => Number(id));

describeOperation(registerSwitch, {
  request: { params: { switch: 'sw1' }, input: nexus },
  async success(w) {
    expect((await w.call('root', 'GET', '/switch/sw1')).body).toMatchObject({
      name: 'sw1',
      type: 'nexus',
      hostname: '10.0.0.5',
      agent: 'rack-1',
      idle: 'shut',
      ports: [],
    });
    const [row] = await w.sql`select s.*, d.label as device from switches s join devices d on d.id = s.device_id`;
    expect(row).toMatchObject({
      device: 'switch/sw1',
      port: 23,
      settings: { transport: 'telnet', dummy_vlan: 2222, legacy_ssh: false },
    });
    const target = { device: 'switch/sw1', hostname: '10.0.0.5', port: 23 };
    expect(await unseal([keys.sealing], row?.['sealed'], target)).toEqual({ username: 'admin', password: 'a secret' });
    expect(decodeProtectedHeader(row?.['sealed'])).toMatchObject({ kid: keys.sealing.kid });
    expect(JSON.stringify(row)).not.toContain('a secret');
    // A Nexus keeps VLAN 1, the ranges that NX-OS takes, and its dummy VLAN for itself.
    expect(await reserved(w)).toEqual([1, 2222, ...Array.from({ length: 4094 - 3968 + 1 }, (_, index) => 3968 + index)]);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    // The name is looked at before the type.
    duplicate_switch: { arrange: (w) => mockSwitch(w, 'sw1'), input: { type: 'nope' } },
    unknown_type: { input: { ...mock, type: 'http://schema.massopencloud.org/haas/v0/switches/nope' } },
    bad_fields: { input: { ...mock, password: undefined } },
    no_agent: { input: { ...mock, agent: 'rack-9' } },
    address_taken: { arrange: (w) => w.arrange('PUT', '/switch/other', nexus) },
    vlan_in_use: { arrange: (w) => adminNetwork(w, 'lan', '', '2222') },
  },
  judgesFields: true,
  malformed: {
    'no type': { input: { hostname: 'mock', username: 'u', password: 'p' } },
    'a type that is a number': { input: { ...mock, type: 5 } },
    'an agent that is null': { input: { ...mock, agent: null } },
    'an idle that is neither shut nor up': { input: { ...mock, idle: 'down' } },
    'a label that begins with a dash': { params: { switch: '-sw1' } },
  },
});

test("a switch is known by its type's short name or by the predecessor's URL", async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/switch/a', mock);
  await w.arrange('PUT', '/switch/b', { ...mock, type: MOCK_URL, idle: 'up' });
  expect((await w.call('root', 'GET', '/switch/a')).body).toMatchObject({ type: 'mock', idle: 'shut' });
  expect((await w.call('root', 'GET', '/switch/b')).body).toMatchObject({ type: 'mock', idle: 'up' });
});

for (const [name, fields, path] of [
  ['a missing password', { password: undefined }, 'body.password'],
  ['a username that is a number', { username: 5 }, 'body.username'],
  ['a hostname with a control character', { hostname: 'a\nb' }, 'body.hostname'],
  ['a field of another type', { dummy_vlan: 5 }, 'body'],
  ['X20: an idle port that is up without a native network', { idle: 'up', type: 'brocade' }, 'body.idle'],
] as const) {
  test(`${name} is a bad argument that is named`, async (context) => {
    const w = await makeWorld(context);
    const answer = await w.call('root', 'PUT', '/switch/sw1', { ...mock, ...fields });
    expect(answer).toMatchObject({
      status: 400,
      body: { type: 'BadArgumentError', errors: [{ path }], msg: expect.stringContaining(Object.keys(fields)[0] ?? '') },
    });
    expect(answer.text).not.toContain('a secret');
  });
}

test('an unknown type is told which types there are', async (context) => {
  const w = await makeWorld(context);
  const answer = await w.call('root', 'PUT', '/switch/sw1', { ...mock, type: 'nope' });
  expect(answer.body).toMatchObject({ msg: expect.stringMatching(/nope.*mock, nexus/) });
});

test('among several agents one must be named, and gets the credentials', async (context) => {
  const w = await makeWorld(context);
  const x = 'h9lCMPlmvIRYCTcXTMoAmTrDtZ0tEW-ZjQMZHYOSqB8';
  await w.arrange('PUT', '/agent/rack-2', { public_key: { kty: 'OKP', crv: 'X25519', x } });
  expect(await w.call('root', 'PUT', '/switch/sw1', mock)).toMatchObject({ status: 400, body: { code: 'no_agent' } });
  await w.arrange('PUT', '/switch/sw1', { ...mock, agent: 'rack-2' });
  const [row] = await w.sql`select sealed from switches`;
  expect(decodeProtectedHeader(row?.['sealed'])).toMatchObject({ kid: await thumbprint({ kty: 'OKP', crv: 'X25519', x }) });
  expect((await w.call('root', 'GET', '/switch/sw1')).body).toMatchObject({ agent: 'rack-2' });
});

test('a refusal for a VLAN names it and its network', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'lan', '', '2222');
  const answer = await w.call('root', 'PUT', '/switch/sw1', nexus);
  expect(answer.body).toMatchObject({ type: 'BlockedError', msg: expect.stringMatching(/2222.*lan/) });
});

test('of eight simultaneous registrations of one switch one succeeds, the others are duplicates', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all(Array.from({ length: 8 }, () => w.call('root', 'PUT', '/switch/sw1', nexus)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
  for (const { status, body } of answers) if (status === 409) expect(body).toMatchObject({ type: 'DuplicateError' });
});

test('of a switch and a network that want one VLAN at once, one gets it', async (context) => {
  const w = await makeWorld(context);
  for (let round = 0; round < 8; round++) {
    const vlan = 2000 + round;
    const [registered, created] = await Promise.all([
      w.call('root', 'PUT', `/switch/sw${round}`, { ...nexus, dummy_vlan: vlan }),
      w.call('root', 'PUT', `/network/n${round}`, { owner: 'admin', access: '', net_id: String(vlan) }),
    ]);
    expect([registered.status, created.status].sort(), `${registered.text} ${created.text}`).toEqual([200, 409]);
    const refused = registered.status === 409 ? registered : created;
    expect(refused.body).toMatchObject({ type: 'BlockedError' });
  }
});
