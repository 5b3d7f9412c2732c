import { expect, test } from 'vitest';
import { createNetwork } from '../../../functions/network/create.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, projectNetwork, vlanOf } from '../../support/networks.ts';
import { mockSwitch } from '../../support/rack.ts';
import { makeWorld, type World, waitingForLocks } from '../../support/world.ts';

const create = (w: World, user: string | null, label: string, owner: string, access: string, id: string) =>
  w.call(user, 'PUT', `/network/${label}`, { owner, access, net_id: id });

/** Makes a port that may be on these VLANs. */
async function portInDoubt(w: World, vlans: readonly number[]): Promise<void> {
  await mockSwitch(w, 'sw1');
  await w.arrange('PUT', '/switch/sw1/port/gi1/0/1');
  await w.sql`update ports set suspect_since = now(), suspect_vlans = ${[...vlans]}::smallint[]`;
}

describeOperation(createNetwork, {
  request: { params: { network: 'lan' }, input: { owner: 'blue', access: 'blue', net_id: '' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('ada', 'GET', '/network/lan')).body).toEqual({
      name: 'lan',
      owner: 'blue',
      access: ['blue'],
      public: false,
      channels: ['vlan/native', 'vlan/100'],
      'connected-nodes': {},
      'connected-headnodes': {},
    });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    // K02: each is found before the next is looked at.
    duplicate_network: {
      arrange: (w) => projectNetwork(w, 'lan'),
      as: 'other',
      input: { owner: 'nope', access: 'nope', net_id: 'x' },
    },
    unknown_owner: { as: 'other', input: { owner: 'nope', access: 'blue', net_id: 'x' } },
    not_your_project: { as: 'other', input: { owner: 'blue', access: 'nope', net_id: 'x' } },
    owner_without_access: { as: 'owner', input: { owner: 'blue', access: 'nope', net_id: 'x' } },
    id_not_yours_to_choose: { as: 'owner', input: { owner: 'blue', access: 'blue', net_id: 'x' } },
    unknown_project: { input: { owner: 'admin', access: 'nope', net_id: 'x' } },
    bad_id: { input: { owner: 'admin', access: '', net_id: 'x' } },
    id_reserved: { arrange: (w) => mockSwitch(w, 'sw1'), input: { owner: 'admin', access: '', net_id: '1' } },
    id_in_use: {
      arrange: (w) => adminNetwork(w, 'other', '', '2000'),
      input: { owner: 'admin', access: 'blue', net_id: '2000' },
    },
    suspect_port: {
      arrange: (w) => portInDoubt(w, [2000]),
      input: { owner: 'admin', access: '', net_id: '2000' },
    },
    pool_exhausted: { settings: { vlans: [] } },
    quota_exceeded: { arrange: (w) => w.arrange('PUT', '/project/blue/quota', { networks: 0 }) },
  },
  malformed: {
    'no owner': { input: { access: 'blue', net_id: '' } },
    'no access': { input: { owner: 'blue', net_id: '' } },
    'no id': { input: { owner: 'blue', access: 'blue' } },
    'an owner that is null': { input: { owner: null, access: 'blue', net_id: '' } },
    'an access that is null': { input: { owner: 'admin', access: null, net_id: '' } },
    'an id that is a number': { input: { owner: 'admin', access: '', net_id: 5 } },
    'an empty owner': { input: { owner: '', access: '', net_id: '' } },
  },
});

for (const [fact, user, owner, access, id, status, type] of [
  ['K04', 'ada', 'blue', '', '', 400, 'BadArgumentError'],
  ['K04', 'ada', 'blue', 'red', '', 400, 'BadArgumentError'],
  ['K04', 'root', 'blue', 'red', '7', 400, 'BadArgumentError'],
  ['K05', 'ada', 'blue', 'blue', '7', 400, 'BadArgumentError'],
  ['K06', 'bob', 'blue', 'blue', '', 401, 'AuthorizationError'],
  ['K07', 'ada', 'admin', '', '', 401, 'AuthorizationError'],
  ['K07', 'ada', 'admin', 'blue', '7', 401, 'AuthorizationError'],
  ['K11', 'root', 'nope', 'nope', '', 404, 'NotFoundError'],
  ['K11', 'root', 'admin', 'nope', '', 404, 'NotFoundError'],
] as const) {
  test(`${fact}: ${user} asks for owner=${owner} access=${access} net_id=${id}: ${status}`, async (context) => {
    const w = await makeWorld(context);
    expect(await create(w, user, 'lan', owner, access, id)).toMatchObject({ status, body: { type } });
    expect(await w.sql`select from vlans where network_id is not null`).toHaveLength(0);
  });
}

test('K08, K09, K10: administrators open networks to all or to one project, with an id of their choice', async (context) => {
  const w = await makeWorld(context);
  await adminNetwork(w, 'public');
  await adminNetwork(w, 'provider', 'blue', '4094');
  expect((await w.call('root', 'GET', '/networks')).body).toEqual({
    public: { network_id: '100', projects: null, public: true },
    provider: { network_id: '4094', projects: ['blue'], public: false },
  });
  expect((await w.call('bob', 'GET', '/network/provider')).status).toBe(401);
});

test("an administrator who sets a site up again gives a project's network the VLAN that it had; its owner cannot", async (context) => {
  const w = await makeWorld(context);
  const body = { owner: 'blue', access: 'blue', net_id: '', vlan: 1207 };
  expect(await w.call('ada', 'PUT', '/network/lan', body)).toMatchObject({
    status: 400,
    body: { code: 'id_not_yours_to_choose' },
  });
  expect((await w.call('root', 'PUT', '/network/lan', { ...body, net_id: '7' })).status).toBe(400);
  await w.arrange('PUT', '/network/lan', body);
  expect(await vlanOf(w, 'lan')).toBe(1207);
  expect(await w.call('root', 'PUT', '/network/other', body)).toMatchObject({ status: 409, body: { code: 'id_in_use' } });
});

for (const id of ['yes', '5023', '-2', '0', '4095', '4096', ' 50 ', '0100', '1e2', '+5', '٣', '0x10']) {
  test(`K13, K16: ${JSON.stringify(id)} is no VLAN id`, async (context) => {
    const w = await makeWorld(context);
    expect((await create(w, 'root', 'lan', 'admin', '', id)).body).toMatchObject({ type: 'BadArgumentError', code: 'bad_id' });
  });
}

test('K14, K15: an id is one network’s, in the pool or not, until that is deleted', async (context) => {
  const w = await makeWorld(context);
  for (const id of ['100', '2000']) {
    await adminNetwork(w, 'a', '', id);
    expect((await create(w, 'root', 'b', 'admin', '', id)).body).toMatchObject({
      type: 'BlockedError',
      msg: expect.stringMatching(`network a .*${id}`),
    });
    await w.arrange('DELETE', '/network/a');
    await adminNetwork(w, 'b', '', id);
    await w.arrange('DELETE', '/network/b');
  }
});

test('the pool passes over ids that are in use or reserved, and takes back what is deleted', async (context) => {
  const w = await makeWorld(context, { vlans: [1, 300, 301, 302] });
  await mockSwitch(w, 'sw1');
  await adminNetwork(w, 'chosen', '', '300');
  await projectNetwork(w, 'a');
  await projectNetwork(w, 'b');
  expect([await vlanOf(w, 'a'), await vlanOf(w, 'b')]).toEqual([301, 302]);
  const exhausted = await create(w, 'ada', 'c', 'blue', 'blue', '');
  expect(exhausted).toMatchObject({ status: 503, body: { type: 'AllocationError' } });
  await w.arrange('DELETE', '/network/a');
  await projectNetwork(w, 'c');
  expect(await vlanOf(w, 'c')).toBe(301);
});

test('the pool passes over ids that a port may be on whose state could not be proven, until it is', async (context) => {
  const w = await makeWorld(context, { vlans: [300, 301] });
  await portInDoubt(w, [300]);
  await projectNetwork(w, 'a');
  expect(await vlanOf(w, 'a')).toBe(301);
  expect((await create(w, 'ada', 'b', 'blue', 'blue', '')).body).toMatchObject({ type: 'AllocationError' });
  await w.sql`update ports set suspect_since = null`;
  await projectNetwork(w, 'b');
  expect(await vlanOf(w, 'b')).toBe(300);
});

test('Y01: of 16 networks that are created at once, no two have one VLAN', async (context) => {
  const w = await makeWorld(context, { vlans: Array.from({ length: 16 }, (_, index) => 100 + index) });
  const labels = Array.from({ length: 16 }, (_, index) => `n${index}`);
  // As many VLANs as networks: each must be found, also by those that others' locks make look elsewhere.
  const answers = await Promise.all(labels.map((label) => create(w, 'ada', label, 'blue', 'blue', '')));
  expect(answers.map(({ status }) => status)).toEqual(Array(16).fill(200));
  const vlans = await Promise.all(labels.map((label) => vlanOf(w, label)));
  expect(new Set(vlans).size).toBe(16);
  expect((await create(w, 'ada', 'more', 'blue', 'blue', '')).status).toBe(503);
});

test('of 16 networks that are created at once from a pool of 5, five get a VLAN and the others are told', async (context) => {
  const w = await makeWorld(context, { vlans: [100, 101, 102, 103, 104] });
  const answers = await Promise.all(Array.from({ length: 16 }, (_, index) => create(w, 'ada', `n${index}`, 'blue', 'blue', '')));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(5).fill(200), ...Array(11).fill(503)]);
});

test('a VLAN that another transaction gives back after all is waited for', async (context) => {
  const w = await makeWorld(context, { vlans: [100] });
  const other = await w.sql.reserve();
  await other`begin`;
  await other`update vlans set reserved = true where id = 100`;
  const answer = create(w, 'ada', 'lan', 'blue', 'blue', '');
  await expect.poll(() => waitingForLocks(w)).toBe(1);
  await other`rollback`;
  other.release();
  expect((await answer).status).toBe(200);
});

test('of eight simultaneous creations of one name one succeeds, the others are duplicates and keep no VLAN', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all(Array.from({ length: 8 }, () => create(w, 'ada', 'lan', 'blue', 'blue', '')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
  expect(await w.sql`select from vlans where network_id is not null`).toHaveLength(1);
});

test('of eight networks that ask for one id at once, one gets it', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all(Array.from({ length: 8 }, (_, index) => create(w, 'root', `n${index}`, 'admin', '', '2000')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
});
