import { expect, test } from 'vitest';
import { powerNodes } from '../../../functions/project/power-nodes.ts';
import { bmcAgent, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, drivenNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const power = (w: World, body: object, headers?: Record<string, string>) =>
  w.call('ada', 'POST', '/project/blue/power', body, headers);
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);

async function reserved(w: World, ...labels: string[]): Promise<void> {
  for (const label of labels) {
    await drivenNode(w, label);
    await reserve(w, label, 'blue');
  }
}

describeOperation(powerNodes, {
  async arrange(w) {
    await reserved(w, 'n1', 'n2');
    await bmcAgent(w);
  },
  request: { params: { project: 'blue' }, input: { nodes: ['n2', 'n1'], action: 'cycle', force: true, limit: 5, pxe: true } },
  async success(w, answer) {
    const done = { status: 'DONE', status_id: uuid, power_status: 'on' };
    expect(answer.body).toEqual({ results: { n1: done, n2: done } });
    const parameters = { action: 'cycle', force: true, limit: 5, pxe: true };
    expect(await ordersOf(w)).toMatchObject([
      { device: 'bmc/n1', kind: 'power.set', parameters },
      { device: 'bmc/n2', kind: 'power.set', parameters },
    ]);
    expect(await w.sql`select distinct action from node_actions`).toEqual([{ action: 'power_cycle' }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' } },
    not_your_project: { as: 'other' },
    not_in_project: { input: { nodes: ['n1', 'n9'], action: 'on' } },
    obm_unusable: { arrange: (w) => w.arrange('PUT', '/node/n2/obm', { enabled: false }) },
  },
  malformed: {
    'no nodes': { input: { action: 'on' } },
    'not one node': { input: { nodes: [], action: 'on' } },
    'a node twice': { input: { nodes: ['n1', 'n1'], action: 'on' } },
    'a node that is a number': { input: { nodes: [1], action: 'on' } },
    'more than a thousand nodes': { input: { nodes: Array.from({ length: 1001 }, (_, index) => `n${index}`), action: 'on' } },
    'no action': { input: { nodes: ['n1'] } },
    'an action that there is not': { input: { nodes: ['n1'], action: 'reset' } },
    'force where nothing is forced': { input: { nodes: ['n1'], action: 'off', force: true } },
    'a limit above ten minutes': { input: { nodes: ['n1'], action: 'cycle', limit: 601 } },
  },
});

test('each node has its own result, and a dead BMC is nobody else’s', async (context) => {
  const w = await makeWorld(context);
  await reserved(w, 'n1', 'n2', 'n3');
  await bmcAgent(w, ({ device }) =>
    device === 'bmc/n2'
      ? { status: 'failed', reason: 'unreachable', message: 'nothing answers' }
      : { status: 'done', result: { power: device === 'bmc/n1' ? 'on' : 'off' } },
  );
  expect(await power(w, { nodes: ['n1', 'n2', 'n3'], action: 'status' })).toMatchObject({
    status: 200,
    body: {
      results: {
        n1: { status: 'DONE', status_id: uuid, power_status: 'on' },
        n2: { status: 'ERROR', status_id: uuid, power_status: 'unknown', error: 'nothing answers' },
        n3: { status: 'DONE', status_id: uuid, power_status: 'off' },
      },
    },
  });
  expect((await power(w, { nodes: ['n2'], action: 'on' })).body).toEqual({
    results: { n2: { status: 'ERROR', status_id: uuid, error: 'nothing answers' } },
  });
});

test('what is not done within the wait is pending, beside what is done', async (context) => {
  const w = await makeWorld(context);
  await reserved(w, 'n1', 'n2');
  await bmcAgent(w, ({ device }) => (device === 'bmc/n1' ? { status: 'done', result: { power: 'on' } } : null));
  const answer = await power(w, { nodes: ['n1', 'n2'], action: 'on' }, { prefer: 'wait=1' });
  expect(answer).toMatchObject({
    status: 202,
    body: { results: { n1: { status: 'DONE', power_status: 'on' }, n2: { status: 'PENDING', status_id: uuid } } },
  });
  expect(answer.headers.get('preference-applied')).toBe('wait=1');
  expect(await power(w, { nodes: ['n2'], action: 'off' }, { prefer: 'respond-async' })).toMatchObject({
    status: 202,
    body: { results: { n2: { status: 'PENDING' } } },
  });
});

test('whichever node cannot be asked is named, and none is asked', async (context) => {
  const w = await makeWorld(context);
  await reserved(w, 'n1', 'n2');
  await w.arrange('PUT', '/node/n2/obm', { enabled: false });
  await bareNode(w, 'n3');
  await reserve(w, 'n3', 'blue');
  await drivenNode(w, 'n4');
  await drivenNode(w, 'n5');
  await reserve(w, 'n5', 'red');
  const answer = await power(w, { nodes: ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'], action: 'on' });
  const other = { msg: 'is not in the project' };
  expect(answer).toMatchObject({
    status: 404,
    body: {
      type: 'NotFoundError',
      code: 'not_in_project',
      msg: expect.stringMatching(/n2.*n3.*n4.*n5.*n6/),
      errors: [
        { path: 'body.nodes.1', msg: expect.stringContaining('disabled') },
        { path: 'body.nodes.2', msg: expect.stringContaining('obmd') },
        // What is another's looks as what does not exist.
        { path: 'body.nodes.3', ...other },
        { path: 'body.nodes.4', ...other },
        { path: 'body.nodes.5', ...other },
      ],
    },
  });
  expect(await ordersOf(w)).toEqual([]);
});

test('a node may be called as nothing else is', async (context) => {
  const w = await makeWorld(context);
  await reserved(w, '__proto__', '7');
  await bmcAgent(w);
  const answer = await power(w, { nodes: ['__proto__', '7'], action: 'status' });
  expect(answer.text).toContain('"__proto__":{"status_id"');
  expect(answer.text).toContain('"7":{"status_id"');
});

test('requests for the same nodes in another order never wait for each other for good', async (context) => {
  const w = await makeWorld(context);
  const labels = Array.from({ length: 12 }, (_, index) => `n${index}`);
  await reserved(w, ...labels);
  const prefer = { prefer: 'respond-async' };
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(
      [labels, labels.toReversed(), labels.toSorted(), labels].map((nodes) => power(w, { nodes, action: 'status' }, prefer)),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  }
  expect(await w.sql`select from commands`).toHaveLength(5 * 4 * labels.length);
});

test('a thousand nodes are asked at once', async (context) => {
  const w = await makeWorld(context);
  await w.sql`insert into nodes (label, project_id, agent_id, obm_type, obm_host, obm_port, obm_sealed, obm_enabled)
    select 'm' || i, p.id, a.id, 'mock', 'h', 623, 'sealed', true from generate_series(1, 1000) i, projects p, agents a where p.label = 'blue'`;
  const nodes = Array.from({ length: 1000 }, (_, index) => `m${index + 1}`);
  expect((await power(w, { nodes, action: 'status' }, { prefer: 'respond-async' })).status).toBe(202);
  expect(await w.sql`select from commands c join node_actions a on a.id = c.id`).toHaveLength(1000);
});

test('a node that is released at the same moment is switched before, or not at all', async (context) => {
  const w = await makeWorld(context);
  const prefer = { prefer: 'respond-async' };
  await reserved(w, 'n1', 'n2');
  for (let round = 0; round < 5; round++) {
    const [released, switched] = await Promise.all([
      w.call('ada', 'POST', '/project/blue/detach_node', { node: 'n1' }),
      power(w, { nodes: ['n2', 'n1'], action: 'off' }, prefer),
    ]);
    expect([
      [200, 404],
      [409, 202],
    ]).toContainEqual([released.status, switched.status]);
    await w.sql`select finish_command(id, 'done', null, null, '{"power": "off"}') from commands where status = 'queued'`;
    if (released.status === 200) await reserve(w, 'n1', 'blue');
  }
});
