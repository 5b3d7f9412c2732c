import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { unseal } from '../../../db/commands/seal.ts';
import { updateSwitch } from '../../../functions/switch/update.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork } from '../../support/networks.ts';
import { cabledNode, mockSwitch, nativeFirstNode } from '../../support/rack.ts';
import { keys, makeWorld, statusId, type World } from '../../support/world.ts';

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
