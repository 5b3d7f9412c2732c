import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { unseal } from '../../../db/commands/seal.ts';
import { updateSwitch } from '../../../functions/switch/update.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, connect, projectNetwork, vlanOf } from '../../support/networks.ts';
import { cabledNode, mockSwitch, nativeFirstNode, reserve } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import { keys, makeWorld, statusId, type World, waitingForLocks } from '../../support/world.ts';

const login = { username: 'admin', password: 'a secret' };
const nexus = { type: 'nexus', hostname: '10.0.0.5', dummy_vlan: 2222, ...login };

const change = (w: World, fields: object, name = 'sw1') => w.call('root', 'PATCH', `/switch/${name}`, fields);
const shown = async (w: World) => (await w.call('root', 'GET', '/switch/sw1')).body;
const reserved = async (w: World) =>
  (await w.sql`select id from vlans where reserved and id between 2 and 3000`).map(({ id }) => Number(id));

async function opened(w: World, hostname: string, port: number): Promise<unknown> {
  const [row] = await w.sql`select sealed from switches where label = 'sw1'`;
  return unseal([keys.sealing], row?.['sealed'], { device: 'switch/sw1', hostname, port });
}

describeOperation(updateSwitch, {
  arrange: (w) => w.arrange('PUT', '/switch/sw1', nexus),
  request: { params: { switch: 'sw1' }, input: { hostname: '10.0.0.6', username: 'root', password: 'another', idle: 'up' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await shown(w)).toMatchObject({ hostname: '10.0.0.6', port: 23, transport: 'telnet', dummy_vlan: 2222, idle: 'up' });
    expect(await opened(w, '10.0.0.6', 23)).toEqual({ username: 'root', password: 'another' });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope' } },
    fixed_field: { input: { agent: 'rack-1' } },
    login_needed: { input: { hostname: '10.0.0.6' } },
    bad_fields: { input: { legacy_ssh: 'yes' } },
    address_taken: {
      arrange: (w) => w.arrange('PUT', '/switch/other', { ...nexus, hostname: '10.0.0.6' }),
      input: { hostname: '10.0.0.6', ...login },
    },
    vlan_in_use: { arrange: (w) => adminNetwork(w, 'lan', '', '2223'), input: { dummy_vlan: '2223' } },
    ports_named_otherwise: {
      async arrange(w) {
        await nativeFirstNode(w, 'n1');
        await w.arrange('PUT', '/switch/bc/port/FortyGigabitEthernet104/0/49');
      },
      params: { switch: 'bc' },
      input: { interface_type: 'FortyGigabitEthernet' },
    },
  },
  judgesFields: true,
  malformed: {
    'nothing to change': { input: {} },
    'an idle that is neither shut nor up': { input: { idle: 'down' } },
    'an idle that is null': { input: { idle: null } },
  },
});

test('settings change without the login, which stays as it was sealed', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/switch/sw1', nexus);
  const [before] = await w.sql`select sealed from switches`;
  await w.arrange('PATCH', '/switch/sw1', { dummy_vlan: 2224, legacy_ssh: true, save: false });
  expect(await shown(w)).toMatchObject({ dummy_vlan: 2224, legacy_ssh: true, save: false, hostname: '10.0.0.5', idle: 'shut' });
  expect(await w.sql`select sealed from switches`).toEqual([before]);
  // Its new VLAN is kept for it, and the old one is given back.
  expect(await reserved(w)).toEqual([2224]);
  await w.arrange('PATCH', '/switch/sw1', { idle: 'up' });
  expect(await shown(w)).toMatchObject({ dummy_vlan: 2224, save: false, idle: 'up' });
});

for (const [what, fields, names] of [
  ['another host', { hostname: '10.0.0.6' }, 'hostname'],
  ['another port', { port: 2023 }, 'port'],
  ['another transport', { transport: 'ssh' }, 'transport'],
  ['a name alone', { username: 'root' }, 'username'],
  ['a password alone', { password: 'another' }, 'password'],
  ['the password of more rights alone', { enable_password: 'another' }, 'enable_password'],
  ['another host with half of a login', { hostname: '10.0.0.6', username: 'root' }, 'username'],
] as const) {
  test(`${what} needs the whole login`, async (context) => {
    const w = await makeWorld(context);
    await w.arrange('PUT', '/switch/sw1', nexus);
    const answer = await change(w, fields);
    expect(answer).toMatchObject({ status: 400, body: { code: 'login_needed', msg: expect.stringContaining(names) } });
    expect(answer.body).toMatchObject({
      errors: [
        { path: expect.stringMatching(/^body\.(username|password)$/) },
        ...('username' in fields || 'password' in fields ? [] : [{}]),
      ],
    });
    expect(answer.text).not.toContain('another');
  });
}

test('a new transport means its usual port, and a port of its own is kept otherwise', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/switch/sw1', { ...nexus, port: 2023 });
  await w.arrange('PATCH', '/switch/sw1', { hostname: '10.0.0.6', ...login });
  expect(await shown(w)).toMatchObject({ hostname: '10.0.0.6', port: 2023, transport: 'telnet' });
  await w.arrange('PATCH', '/switch/sw1', { transport: 'ssh', ...login });
  expect(await shown(w)).toMatchObject({ port: 22, transport: 'ssh' });
  await w.arrange('PATCH', '/switch/sw1', { transport: 'telnet', port: 9023, ...login });
  expect(await shown(w)).toMatchObject({ port: 9023, transport: 'telnet' });
  expect(await opened(w, '10.0.0.6', 9023)).toEqual(login);
});

for (const fields of [{ type: 'mock' }, { type: 'nexus' }, { agent: 'rack-1', ...login }]) {
  test(`what cannot be changed is named: ${Object.keys(fields)[0]}`, async (context) => {
    const w = await makeWorld(context);
    await w.arrange('PUT', '/switch/sw1', nexus);
    const [field = ''] = Object.keys(fields);
    expect((await change(w, fields)).body).toMatchObject({
      code: 'fixed_field',
      msg: expect.stringContaining(field),
      errors: [{ path: `body.${field}` }],
    });
  });
}

test('X20: ports that need a native network are never up without one', async (context) => {
  const w = await makeWorld(context);
  await nativeFirstNode(w, 'n1');
  expect((await change(w, { idle: 'up' }, 'bc')).body).toMatchObject({ code: 'bad_fields', errors: [{ path: 'body.idle' }] });
});

test('a port whose name would mean another port keeps the settings that its name depends on', async (context) => {
  const w = await makeWorld(context);
  await nativeFirstNode(w, 'n1');
  const answer = await change(w, { interface_type: 'FortyGigabitEthernet' }, 'bc');
  expect(answer).toMatchObject({
    status: 409,
    body: { code: 'ports_named_otherwise', msg: expect.stringMatching(/interface_type.*104\/0\/10/) },
  });
  // The same type in another spelling is no change.
  await w.arrange('PATCH', '/switch/bc', { interface_type: 'tengigabitethernet' });
});

test('the database of an Open vSwitch stays the same while it has ports', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/switch/host', { type: 'ovs', hostname: 'localhost' });
  await w.arrange('PATCH', '/switch/host', { database: 'unix:/run/a.sock' });
  await w.arrange('PUT', '/switch/host/port/eth1');
  expect(await change(w, { database: 'unix:/run/b.sock' }, 'host')).toMatchObject({
    status: 409,
    body: { code: 'ports_named_otherwise', errors: [{ path: 'body.database' }] },
  });
});

test('what was known of the switch at its old address is forgotten', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/switch/sw1', nexus);
  const known = { version: '7.3', last_contact_at: expect.any(String) };
  await w.sql`update devices set version = '7.3', last_contact_at = now()`;
  await w.arrange('PATCH', '/switch/sw1', { dummy_vlan: 2223, ...login });
  expect(await shown(w)).toMatchObject(known);
  await w.arrange('PATCH', '/switch/sw1', { hostname: '10.0.0.6', ...login });
  expect(await shown(w)).toMatchObject({ version: null, last_contact_at: null });
});

test('what its ports were read as at its old address is forgotten, what is in doubt is not', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await w.finish(await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert'));
  await w.sql`update ports set suspect_since = now(), suspect_vlans = '{100}'`;
  const port = async () => (await w.call('root', 'GET', '/switch/sw1/port/gi1/0/1/state')).body;
  await w.arrange('PATCH', '/switch/sw1', login);
  expect(await port()).toMatchObject({ read: { enabled: false }, agrees: true });
  await w.arrange('PATCH', '/switch/sw1', { hostname: 'elsewhere', ...login });
  expect(await port()).toMatchObject({ read: null, read_at: null, agrees: null, suspect: { vlans: [100] } });
});

test('what was done at the old address proves nothing about the new one', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  await w.sql`update ports set suspect_since = now(), suspect_vlans = '{4000}'`;
  const action = await connect(w, 'n1', 'lan');
  await w.arrange('PATCH', '/switch/sw1', { hostname: 'elsewhere', ...login });
  await w.finish(action);
  const { body } = await w.call('root', 'GET', `/networking_action/${statusId(action)}`);
  expect(body).toMatchObject({ status: 'ERROR', error: expect.stringContaining('another address') });
  expect(await w.sql`select from attachments`).toHaveLength(0);
  const vlan = await vlanOf(w, 'lan');
  const doubt = async () => (await w.sql`select suspect_vlans as vlans, read_state as read from ports`)[0];
  expect(await doubt()).toEqual({ vlans: [vlan, 4000], read: null });
  // Not even that nothing was changed there.
  const failing = await connect(w, 'n1', 'lan');
  await w.arrange('PATCH', '/switch/sw1', { hostname: 'anywhere', ...login });
  await w.finish(failing, 'failed');
  expect(await doubt()).toMatchObject({ read: null, vlans: expect.arrayContaining([4000]) });
  // At the address that it has now it counts.
  await w.finish(await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert'));
  expect(await doubt()).toMatchObject({ vlans: [], read: { native: null } });
});

for (const [what, elsewhere] of [
  ['was given another address', (w: World) => w.arrange('PATCH', '/switch/sw1', { hostname: 'elsewhere', ...login })],
  [
    'was registered anew',
    async (w: World) => {
      await w.arrange('DELETE', '/switch/sw1/port/gi1/0/1');
      await w.arrange('DELETE', '/switch/sw1');
      await mockSwitch(w, 'sw1');
      await w.arrange('PUT', '/switch/sw1/port/gi1/0/1');
    },
  ],
] as const) {
  test(`a check of the switch as it was before it ${what} tells nothing of it`, async (context) => {
    const w = await makeWorld(context);
    await mockSwitch(w, 'sw1');
    await w.arrange('PUT', '/switch/sw1/port/gi1/0/1');
    const check = await w.call('root', 'POST', '/switch/sw1/check', undefined, { prefer: 'respond-async' });
    await elsewhere(w);
    const ports = [{ port: 'gi1/0/1', state: { native: 100, tagged: [], enabled: true } }];
    await w.sql`select finish_command(${statusId(check)}, 'done', null, null, ${w.sql.json({ check: { version: '7.3', ports } })})`;
    expect(await shown(w)).toMatchObject({ version: null });
    expect(await w.sql`select read_state from ports`).toEqual([{ read_state: null }]);
  });
}

test('what is asked for while the address changes goes to the new one', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
  const action = await w.sql.begin(async (tx) => {
    // As an update does it, up to its commit.
    await tx`select from switches for update`;
    await tx`update switches set hostname = 'elsewhere'`;
    await tx`update devices set moved_seq = last_seq`;
    const answer = connect(w, 'n1', 'lan');
    await until(async () => (await waitingForLocks(w)) === 1, 'the connection to wait');
    return { answer };
  });
  const [command] = await w.sql`select signed from commands where id = ${statusId(await action.answer)}`;
  expect(decodeJwt(command?.['signed'])).toMatchObject({ parameters: { switch: { hostname: 'elsewhere' } } });
});

test('what is queued keeps its address, and what is asked for later has the new one', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  const revert = async () => {
    const answer = await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');
    const [command] = await w.sql`select signed from commands where id = ${statusId(answer)}`;
    return { answer, order: decodeJwt(command?.['signed']) };
  };
  const queued = await revert();
  await w.arrange('PATCH', '/switch/sw1', { hostname: 'elsewhere', ...login });
  expect(queued.order).toMatchObject({ parameters: { switch: { hostname: 'mock' } } });
  await w.finish(queued.answer);
  expect((await revert()).order).toMatchObject({ parameters: { switch: { hostname: 'elsewhere' } } });
  expect(await opened(w, 'elsewhere', 1)).toEqual(login);
});

test('of eight switches that move to one address at once, one gets it', async (context) => {
  const w = await makeWorld(context);
  const names = Array.from({ length: 8 }, (_, index) => `s${index}`);
  for (const [index, name] of names.entries())
    await w.arrange('PUT', `/switch/${name}`, { ...nexus, hostname: `10.0.1.${index}` });
  const answers = await Promise.all(names.map((name) => change(w, { hostname: '10.0.0.6', ...login }, name)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(409)]);
  for (const { status, body } of answers) if (status === 409) expect(body).toMatchObject({ code: 'address_taken' });
});

test('of a change and a deletion at once, each is whole', async (context) => {
  const w = await makeWorld(context);
  for (let round = 0; round < 6; round++) {
    await mockSwitch(w, 'sw1');
    const [changed, deleted] = await Promise.all([
      change(w, { hostname: 'elsewhere', ...login }),
      w.call('root', 'DELETE', '/switch/sw1'),
    ]);
    expect(deleted.status).toBe(200);
    expect([200, 404]).toContain(changed.status);
  }
});
