import { expect, test } from 'vitest';
import { unseal } from '../../../db/commands/seal.ts';
import { updateNode } from '../../../functions/node/update.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { logged } from '../../support/logged.ts';
import { bareNode, bmcLogin, drivenNode, loggedConsole, reserve, withToken } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import { keys, makeWorld, type World, waitingForLocks } from '../../support/world.ts';

const login = { user: 'root', password: 'another secret' };
const change = (w: World, body: object) => w.call('root', 'PATCH', '/node/n1', body);
const anotherAgent = (w: World) =>
  w.sql`insert into agents (label, login, public_key) select 'rack-2', 'haas_agent_rack_2', public_key from agents`;

async function shown(w: World): Promise<unknown> {
  const { body } = await w.call('root', 'GET', '/node/n1');
  return body;
}

async function opened(w: World, hostname: string, port = 623): Promise<unknown> {
  const [row] = await w.sql`select obm_sealed as sealed from nodes where label = 'n1'`;
  return unseal([keys.sealing], row?.['sealed'], { device: 'bmc/n1', hostname, port });
}

const powerOn = (w: World) => w.call('root', 'POST', '/node/n1/power_on', {}, { prefer: 'respond-async' });

describeOperation(updateNode, {
  arrange: (w) => drivenNode(w, 'n1', { cipher_suite: 3, privilege_level: 'operator' }),
  request: {
    params: { node: 'n1' },
    input: { obm: { host: '10.0.0.8', port: 6230, ...login, cipher_suite: 17, privilege_level: null } },
  },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await shown(w)).toMatchObject({
      obm: { type: 'ipmi', enabled: false, host: '10.0.0.8', port: 6230, cipher_suite: 17, agent: 'rack-1' },
    });
    expect(await shown(w)).not.toHaveProperty('obm.privilege_level');
    expect(await opened(w, '10.0.0.8', 6230)).toEqual(login);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope' } },
    no_agent: { input: { agent: 'rack-9' } },
    bad_fields: { input: { obm: { cipher_suite: 1 } } },
    login_needed: { input: { obm: { host: '10.0.0.8' } } },
    obm_enabled: {
      async arrange(w) {
        await bareNode(w, 'n2');
        await withToken(w, 'n2', 'token');
      },
      params: { node: 'n2' },
      input: { obm: { type: 'ipmi', host: '10.0.0.8', ...login } },
    },
    address_taken: { arrange: (w) => drivenNode(w, 'n2', { host: '10.0.0.8', port: 6230 }) },
    busy: {
      async arrange(w) {
        await w.arrange('PUT', '/node/n1/obm', { enabled: true });
        await powerOn(w);
      },
    },
    other_agent_busy: {
      async arrange(w) {
        await anotherAgent(w);
        await loggedConsole(w, 'n1');
      },
      input: { agent: 'rack-2', obm: login },
    },
  },
  malformed: {
    'nothing to change': { input: {} },
    'nothing to change of obm': { input: { obm: {} } },
    'nothing to change of obmd': { input: { obmd: {} } },
    'obm and obmd': { input: { obm: login, obmd: { admin_token: '' } } },
    'obm that is null': { input: { obm: null } },
    'obm with an extra key': { input: { obm: { ...login, extra: 1 } } },
    'a host that is null': { input: { obm: { host: null } } },
    'a port that is text': { input: { obm: { port: '623' } } },
    'an obmd URI with a password in it': { input: { obmd: { uri: 'http://a:b@obmd.test' } } },
    'an agent of an impossible name': { input: { agent: 'Rack 1' } },
  },
});

test('settings change without the login, which stays as it was sealed', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  const sealed = await w.sql`select obm_sealed from nodes`;
  expect((await change(w, { obm: { cipher_suite: 3, privilege_level: 'operator' } })).status).toBe(200);
  expect(await shown(w)).toMatchObject({ obm: { cipher_suite: 3, privilege_level: 'operator' } });
  expect((await change(w, { obm: { cipher_suite: null, host: '10.0.0.7' } })).status).toBe(200);
  expect(await shown(w)).not.toHaveProperty('obm.cipher_suite');
  expect(await w.sql`select obm_sealed from nodes`).toEqual(sealed);
});

test.for([
  [{ host: '10.0.0.8' }, ['user', 'password']],
  [{ port: 6230 }, ['user', 'password']],
  [{ type: 'mock' }, ['user', 'password']],
  [{ user: 'root' }, ['password']],
  [{ password: 'another secret' }, ['user']],
  [{ host: '10.0.0.8', password: 'another secret' }, ['user']],
] as const)('what the login is sealed with needs it again: %j', async ([obm, lacking], context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  const answer = await change(w, { obm });
  expect(answer).toMatchObject({
    status: 400,
    body: { type: 'BadArgumentError', code: 'login_needed', errors: lacking.map((field) => ({ path: `body.obm.${field}` })) },
  });
  expect(answer.text).not.toContain('another secret');
});

test.for([
  [{ cipher_suite: 0 }, 'body.obm.cipher_suite'],
  [{ privilege_level: 'callback' }, 'body.obm.privilege_level'],
  [{ host: '-x', ...login }, 'body.obm.host'],
  [{ user: '-x', password: 'p' }, 'body.obm.user'],
  [{ user: 'x', password: 'p'.repeat(21) }, 'body.obm.password'],
  [{ type: 'redfish', ...login }, 'body.obm.type'],
] as const)('what is no way to a BMC is named: %j', async ([obm, path], context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  expect(await change(w, { obm })).toMatchObject({ status: 400, body: { code: 'bad_fields', errors: [{ path }] } });
});

test('what was known of the device is forgotten with its address, once nothing is to be done there any more', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const on = await powerOn(w);
  await w.sql`update devices set last_contact_at = now()`;
  await change(w, { obm: { cipher_suite: 3 } });
  expect(await shown(w)).toMatchObject({ obm: { last_contact_at: expect.any(String) } });
  // The next machine at that address may be somebody else's.
  expect(await change(w, { obm: { host: '10.0.0.8', ...login } })).toMatchObject({ status: 409, body: { code: 'busy' } });
  await w.finish(on, 'done', { power: 'on' });
  expect(await change(w, { obm: { host: '10.0.0.8', ...login } })).toMatchObject({ status: 200 });
  expect(await shown(w)).toMatchObject({ obm: { last_contact_at: null } });
  await powerOn(w);
  expect(await ordersOf(w)).toMatchObject([
    { parameters: { bmc: { host: '10.0.0.7' } } },
    { parameters: { bmc: { host: '10.0.0.8' } } },
  ]);
});

test('a console that is held is opened anew by the new way, and only then', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const console = await loggedConsole(w, 'n1');
  await change(w, { obm: { host: '10.0.0.7', port: 623, type: 'ipmi' } });
  expect(await ordersOf(w)).toEqual([]);
  await change(w, { obm: login });
  await change(w, { obm: { cipher_suite: 17 } });
  const [{ sealed }] = await w.sql<[{ sealed: string }]>`select obm_sealed as sealed from nodes`;
  expect(await ordersOf(w)).toMatchObject([
    { device: 'console/n1', kind: 'console.open', parameters: { console, bmc: { settings: {}, sealed } } },
    { device: 'console/n1', kind: 'console.open', parameters: { console, bmc: { settings: { cipher_suite: 17 }, sealed } } },
  ]);
});

test('another agent gets the login sealed to itself, once the first has nothing left to do', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await anotherAgent(w);
  const on = await powerOn(w);
  expect((await change(w, { agent: 'rack-2' })).body).toMatchObject({
    code: 'login_needed',
    msg: expect.stringContaining('agent'),
  });
  expect((await change(w, { agent: 'rack-2', obm: login })).body).toMatchObject({ code: 'other_agent_busy' });
  await w.finish(on, 'done', { power: 'on' });
  expect((await change(w, { agent: 'rack-2', obm: login })).status).toBe(200);
  expect(await shown(w)).toMatchObject({ obm: { agent: 'rack-2' } });
  await powerOn(w);
  expect(await w.sql`select a.label from commands c join agents a on a.id = c.agent_id order by c.seq`).toEqual([
    { label: 'rack-1' },
    { label: 'rack-2' },
  ]);
  // The same agent once more is no change.
  expect((await change(w, { agent: 'rack-2' })).status).toBe(200);
});

test('from an agent to obmd and back, with everything that it takes', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1', { cipher_suite: 3 });
  await reserve(w, 'n1', 'blue');
  const console = await loggedConsole(w, 'n1');
  expect((await change(w, { obmd: { uri: 'http://obmd.test' } })).body).toMatchObject({
    code: 'login_needed',
    errors: [{ path: 'body.obmd.admin_token' }],
  });
  expect((await change(w, { obmd: { uri: 'http://obmd.test', admin_token: 't' } })).status).toBe(200);
  expect(await shown(w)).toMatchObject({ obm: { type: 'obmd', enabled: false, uri: 'http://obmd.test' } });
  expect(await ordersOf(w)).toMatchObject([{ device: 'console/n1', kind: 'console.close', parameters: { console } }]);
  expect((await change(w, { obm: { host: '10.0.0.9' } })).body).toMatchObject({ code: 'bad_fields' });
  expect((await change(w, { obm: { type: 'ipmi', host: '10.0.0.9', ...login } })).status).toBe(200);
  // As if it had been registered so: it is reserved, and so its users may reach it.
  expect(await shown(w)).toMatchObject({ obm: { type: 'ipmi', enabled: true, host: '10.0.0.9', port: 623, agent: 'rack-1' } });
  expect(await shown(w)).not.toHaveProperty('obm.cipher_suite');
  expect(await opened(w, '10.0.0.9')).toEqual(login);
});

test('obmd: another address needs the token again, and has none of users; another token alone does not', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  expect((await change(w, { obmd: { uri: 'http://new.test' } })).body).toMatchObject({ code: 'login_needed' });
  await withToken(w, 'n1', 'token');
  expect((await change(w, { obmd: { uri: 'http://new.test', admin_token: 't' } })).body).toMatchObject({ code: 'obm_enabled' });
  expect((await change(w, { obmd: { admin_token: 'rotated' } })).status).toBe(200);
  expect(await shown(w)).toMatchObject({ obm: { enabled: true, uri: 'http://obmd.test' } });
  const [row] = await w.sql`select obmd_token as token from nodes`;
  expect(w.services.secrets.decrypt(String(row?.['token']))).toBe('rotated');
});

test('a node with obmd may be given an agent, and that is all that changes', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  expect((await change(w, { agent: 'rack-1' })).status).toBe(200);
  expect(await w.sql`select a.label, n.obmd_uri from nodes n join agents a on a.id = n.agent_id`).toEqual([
    { label: 'rack-1', obmd_uri: 'http://obmd.test' },
  ]);
});

test('a command is for the way before or the way after, never for a mixture', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const { patched, switched } = await w.sql.begin(async (tx) => {
    await tx`select from nodes for update`;
    const patched = change(w, { obm: { host: '10.0.0.8', ...login } });
    await until(async () => (await waitingForLocks(w)) === 1, 'the change waits for the node');
    const switched = powerOn(w);
    await until(async () => (await waitingForLocks(w)) === 2, 'the order waits for the node');
    return { patched, switched };
  });
  expect([(await patched).status, (await switched).status]).toEqual([200, 202]);
  const [row] = await w.sql`select obm_host as host from nodes`;
  expect(row).toEqual({ host: '10.0.0.8' });
  const [order] = await ordersOf(w);
  const bmc = order?.parameters['bmc'];
  if (typeof bmc !== 'object' || bmc === null || Array.isArray(bmc)) throw new Error('the order is for no BMC');
  const opening = unseal([keys.sealing], String(bmc['sealed']), {
    device: 'bmc/n1',
    hostname: String(bmc['host']),
    port: Number(bmc['port']),
  });
  expect(await opening).toEqual(bmc['host'] === '10.0.0.8' ? login : bmcLogin);
});

test('no secret is logged or answered', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  const api = logged(w);
  const answers = [
    await api.call('PATCH', '/node/n1', { obm: { host: '10.0.0.8', ...login } }),
    await api.call('PATCH', '/node/n1', { obm: { password: 'another secret' } }),
    await api.call('PATCH', '/node/n1', { obm: { user: '-', password: 'another secret' } }),
    await api.call('PATCH', '/node/n1', { obm: { user: 5, password: ['another secret'] } }),
    await api.call('PATCH', '/node/n1', { obmd: { admin_token: 'another secret' } }),
    await api.call('GET', '/node/n1'),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 400, 400, 200]);
  expect(JSON.stringify([answers, api.entries(), await w.sql`select * from nodes`])).not.toContain('another secret');
});
