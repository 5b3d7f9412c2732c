import { expect, test } from 'vitest';
import { showNetworkingAction } from '../../../functions/networking-action/show.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { asked, ended, headnode, withHeadnode, withRunningHeadnode } from '../../support/headnodes.ts';
import { connect, connected, projectNetwork } from '../../support/networks.ts';
import { cabledNode, drivenNode, reserve } from '../../support/rack.ts';
import { type Answer, makeWorld, statusId, type World } from '../../support/world.ts';

const ID = '7b1ff3c2-6d6b-4f0e-9f44-6a4f2f6c0b11';
const CHECK = '8c2f0d11-3b5d-4f0e-9f44-6a4f2f6c0b11';
const START = '9d3f1e22-4c6e-4f0e-9f44-6a4f2f6c0b11';
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

async function nodeAndNetwork(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await projectNetwork(w, 'lan');
}

/** An action whose id is known beforehand. */
async function actionOf(w: World): Promise<void> {
  await w.sql`with c as (insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
      select ${ID}, a.id, d.id, 1, 'port.set', '', now() + interval '1 hour' from agents a, devices d)
    insert into networking_actions (id, nic_id, port_id, change, network_id, network, channel, vlans)
      select ${ID}, n.id, n.port_id, 'connect', w.id, w.label, 'vlan/native', '{100}' from nics n, networks w`;
}

const show = (w: World, id: string, user = 'ada') => w.call(user, 'GET', `/networking_action/${id}`);

describeOperation(showNetworkingAction, {
  async arrange(w) {
    await nodeAndNetwork(w);
    await actionOf(w);
  },
  request: { params: { status_id: ID } },
  success(_, answer) {
    expect(answer.body).toEqual({
      status: 'PENDING',
      node: 'n1',
      nic: 'eth0',
      type: 'modify_port',
      channel: 'vlan/native',
      new_network: 'lan',
      error: null,
      queued_at: expect.stringMatching(TIME),
      finished_at: null,
    });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_action: { params: { status_id: '00000000-0000-4000-8000-000000000000' } },
    not_your_node: { as: 'other' },
    not_your_headnode: {
      async arrange(w) {
        await withHeadnode(w);
        await asked(w, 'POST', '/headnode/h1/start');
        await w.sql`insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
          select ${START}, agent_id, device_id, seq + 1, kind, '', not_after from commands where kind = 'headnode.start'`;
        await w.sql`update headnode_actions set id = ${START}`;
      },
      params: { status_id: START },
      as: 'other',
    },
    not_for_users: {
      async arrange(w) {
        await w.sql`insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
          select ${CHECK}, a.id, d.id, 2, 'switch.check', '', now() + interval '1 hour' from agents a, devices d`;
      },
      params: { status_id: CHECK },
      as: 'owner',
    },
  },
});

for (const id of ['nope', '5', '\0', `${ID}x`, "' or true --", '-', 'a'.repeat(3000)]) {
  test(`J04: ${id.slice(0, 40)} is simply unknown`, async (context) => {
    const w = await makeWorld(context);
    expect(await show(w, encodeURIComponent(id))).toMatchObject({ status: 404, body: { code: 'unknown_action' } });
  });
}

test('J03: a running action is PENDING, one that is done is DONE and says when', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  const answer = await connect(w, 'n1', 'lan');
  await w.sql`update commands set status = 'running'`;
  expect((await show(w, statusId(answer))).body).toMatchObject({ status: 'PENDING', finished_at: null });
  await w.finish(answer);
  expect((await show(w, statusId(answer))).body).toMatchObject({
    status: 'DONE',
    error: null,
    finished_at: expect.stringMatching(TIME),
  });
});

for (const status of ['failed', 'unknown'] as const) {
  test(`J03: an action that ended ${status} is ERROR and says why`, async (context) => {
    const w = await makeWorld(context);
    await nodeAndNetwork(w);
    const answer = await connect(w, 'n1', 'lan');
    await w.finish(answer, status);
    expect((await show(w, statusId(answer))).body).toMatchObject({
      status: 'ERROR',
      error: 'the switch said no',
      new_network: 'lan',
      finished_at: expect.stringMatching(TIME),
    });
  });
}

test('a finished action stays readable when the next one is done, and when its network is gone', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  const first = await connect(w, 'n1', 'lan');
  await w.finish(first);
  await w.finish(await w.arrange('POST', '/node/n1/nic/eth0/detach_network', { network: 'lan' }));
  await w.arrange('DELETE', '/network/lan');
  expect((await show(w, statusId(first))).body).toMatchObject({ status: 'DONE', new_network: 'lan' });
});

test('J05, J11: rights follow the node’s project of today; of a free node only administrators are told', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  await connected(w, 'n1', 'lan');
  const answer = await w.arrange('POST', '/node/n1/nic/eth0/detach_network', { network: 'lan' });
  await w.finish(answer);
  const statuses = async () => {
    const answers = await Promise.all(['root', 'ada', 'bob'].map((user) => show(w, statusId(answer), user)));
    return answers.map(({ status }) => status);
  };
  expect(await statuses()).toEqual([200, 200, 401]);
  await w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
  expect(await statuses()).toEqual([200, 401, 401]);
  await reserve(w, 'n1', 'red');
  expect(await statuses()).toEqual([200, 401, 200]);
});

test('an action that no agent took in time ends when somebody looks, and says when the agent was last seen', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  const answer = await connect(w, 'n1', 'lan');
  await w.sql`update commands set not_after = now() - interval '1 minute'`;
  expect((await show(w, statusId(answer))).body).toMatchObject({
    status: 'ERROR',
    error: expect.stringMatching(/rack-1.*last seen never.*nothing was changed/),
    finished_at: expect.stringMatching(TIME),
  });
  expect((await w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' })).status).toBe(202);
});

test('an action that its agent may still finish does not end because its time is up', async (context) => {
  const w = await makeWorld(context);
  await nodeAndNetwork(w);
  const answer = await connect(w, 'n1', 'lan');
  await w.sql`update commands set not_after = now() - interval '1 minute', status = 'running', attempt = 1`;
  await w.sql`update devices set lease_holder = 'someone', lease_until = now() + interval '1 minute'`;
  expect((await show(w, statusId(answer))).body).toMatchObject({ status: 'PENDING' });
});

/** Has something asked of node n1, and not waited for. */
async function askedOfNode(w: World, method: string, path: string, body?: object, user = 'ada'): Promise<Answer> {
  return w.call(user, method, `/node/n1/${path}`, body, { prefer: 'respond-async' });
}

async function driven(w: World): Promise<void> {
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
}

test.for([
  ['POST', 'power_on', undefined, { power: 'on' }, { power_status: 'on' }],
  ['POST', 'power_off', undefined, { power: 'off' }, { power_status: 'off' }],
  ['POST', 'power_cycle', {}, { power: 'on' }, { power_status: 'on' }],
  ['GET', 'power_status', undefined, { power: 'off' }, { power_status: 'off' }],
  [
    'PUT',
    'boot_device',
    { bootdev: 'pxe', uefi: true },
    { boot: { device: 'pxe', persistent: false, uefi: true } },
    { bootdev: 'pxe', persistent: false, uefi: true },
  ],
] as const)('%s %s is an action like any other', async ([method, type, body, result, told], context) => {
  const w = await makeWorld(context);
  await driven(w);
  const answer = await askedOfNode(w, method, type, body);
  const pending = { type, node: 'n1', status: 'PENDING', error: null, queued_at: expect.stringMatching(TIME), finished_at: null };
  expect((await show(w, statusId(answer))).body).toEqual(pending);
  expect(await show(w, statusId(answer), 'bob')).toMatchObject({ status: 401, body: { code: 'not_your_node' } });
  await w.finish(answer, 'done', result);
  expect((await show(w, statusId(answer))).body).toEqual({
    ...pending,
    status: 'DONE',
    finished_at: expect.stringMatching(TIME),
    ...told,
  });
});

test('a power status that nobody can tell is unknown, and a power cycle without a reaction says what it read', async (context) => {
  const w = await makeWorld(context);
  await driven(w);
  const status = await askedOfNode(w, 'GET', 'power_status');
  await w.finish(status, 'unknown');
  expect((await show(w, statusId(status))).body).toMatchObject({
    status: 'ERROR',
    power_status: 'unknown',
    error: 'the switch said no',
  });
  const cycle = await askedOfNode(w, 'POST', 'power_cycle');
  await w.finish(cycle, 'failed', { power: 'on' });
  expect((await show(w, statusId(cycle))).body).toMatchObject({ type: 'power_cycle', status: 'ERROR', power_status: 'on' });
});

test('what became of a check of a BMC is for administrators only', async (context) => {
  const w = await makeWorld(context);
  await driven(w);
  const answer = await askedOfNode(w, 'POST', 'obm/check', {}, 'root');
  expect((await show(w, statusId(answer), 'root')).body).toMatchObject({ type: 'obm_check', node: 'n1', status: 'PENDING' });
  expect((await show(w, statusId(answer), 'root')).body).not.toHaveProperty('result');
  await w.finish(answer, 'failed', { diagnosis: 'wrong-user' });
  expect((await show(w, statusId(answer), 'root')).body).toMatchObject({
    status: 'ERROR',
    result: { ok: false, diagnosis: 'wrong-user' },
  });
  expect(await show(w, statusId(answer))).toMatchObject({ status: 401, body: { code: 'not_for_users' } });
});

test('J11: what was asked of a BMC is told to whom the node is today', async (context) => {
  const w = await makeWorld(context);
  await driven(w);
  const answer = await askedOfNode(w, 'POST', 'power_on');
  await w.finish(answer, 'done', { power: 'on' });
  await w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
  expect((await show(w, statusId(answer))).status).toBe(401);
  await reserve(w, 'n1', 'red');
  expect((await show(w, statusId(answer), 'bob')).status).toBe(200);
});

test('what no agent took of a BMC in time ends when somebody looks', async (context) => {
  const w = await makeWorld(context);
  await driven(w);
  const answer = await askedOfNode(w, 'POST', 'power_on');
  await w.sql`update commands set not_after = now() - interval '1 minute'`;
  expect((await show(w, statusId(answer))).body).toMatchObject({ status: 'ERROR', error: expect.stringContaining('rack-1') });
});

test.for([
  ['start', 'done', { state: 'running', vncport: 5900 }],
  ['start', 'failed', { state: 'absent' }],
  ['stop', 'done', { state: 'stopped' }],
  ['stop', 'unknown', null],
] as const)('what became of a %s of a headnode that ended %s', async ([verb, ending, read], context) => {
  const w = await makeWorld(context);
  await (verb === 'start' ? withHeadnode(w) : withRunningHeadnode(w));
  const answer = await asked(w, 'POST', `/headnode/h1/${verb}`, 'ada');
  const pending = {
    type: `headnode_${verb}`,
    headnode: 'h1',
    status: 'PENDING',
    error: null,
    queued_at: expect.stringMatching(TIME),
    finished_at: null,
  };
  expect((await show(w, statusId(answer))).body).toEqual(pending);
  expect(await show(w, statusId(answer), 'bob')).toMatchObject({ status: 401, body: { code: 'not_your_headnode' } });
  await ended(w, answer, ending, read);
  expect((await show(w, statusId(answer))).body).toEqual({
    ...pending,
    status: ending === 'done' ? 'DONE' : 'ERROR',
    error: ending === 'done' ? null : 'the host said no',
    finished_at: expect.stringMatching(TIME),
    ...read,
  });
});

test('what became of a headnode is told to its project when it is gone, and when its name is another’s', async (context) => {
  const w = await makeWorld(context);
  await withRunningHeadnode(w);
  const answer = await asked(w, 'DELETE', '/headnode/h1', 'ada');
  await ended(w, answer, 'done', { state: 'absent' });
  await headnode(w, 'h1', { project: 'red' });
  const told = { type: 'headnode_delete', headnode: 'h1', status: 'DONE', state: 'absent' };
  expect((await show(w, statusId(answer))).body).toMatchObject(told);
  expect((await show(w, statusId(answer), 'bob')).status).toBe(401);
  await w.arrange('DELETE', '/project/blue');
  expect((await show(w, statusId(answer))).status).toBe(401);
  expect((await show(w, statusId(answer), 'root')).body).toMatchObject(told);
});

test('what was typed into the console of a headnode is told as such', async (context) => {
  const w = await makeWorld(context);
  await withRunningHeadnode(w);
  await w.sql`update headnode_actions set action = 'console_break'`;
  const [row] = await w.sql`select id from headnode_actions`;
  const answer = await show(w, row?.['id']);
  expect(answer.body).toMatchObject({ type: 'console_break', headnode: 'h1', status: 'DONE' });
  expect(answer.body).not.toHaveProperty('node');
  expect(answer.body).not.toHaveProperty('state');
});

test('what no agent took of a headnode in time ends when somebody looks', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  const answer = await asked(w, 'POST', '/headnode/h1/start');
  await w.sql`update commands set not_after = now() - interval '1 minute'`;
  expect((await show(w, statusId(answer))).body).toMatchObject({ status: 'ERROR', error: expect.stringContaining('rack-1') });
});
