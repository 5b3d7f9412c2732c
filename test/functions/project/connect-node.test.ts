import { expect, test } from 'vitest';
import { connectNode } from '../../../functions/project/connect-node.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, cabledNode, drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(connectNode, {
  arrange: (w) => cabledNode(w, 'n1'),
  request: { params: { project: 'blue' }, input: { node: 'n1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('ada', 'GET', '/project/blue/nodes')).body).toEqual(['n1']);
    expect((await w.call('ada', 'GET', '/node/n1')).body).toMatchObject({ project: 'blue' });
    expect((await w.call('ada', 'GET', '/nodes/free')).body).toEqual([]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' } },
    not_your_project: { as: 'other' },
    unknown_node: { input: { node: 'nope' } },
    node_taken: { arrange: (w) => reserve(w, 'n1', 'blue') },
    busy: {
      async arrange(w) {
        await drivenNode(w, 'n2');
        await w.arrange('PUT', '/node/n2/obm', { enabled: true });
        await w.call('root', 'POST', '/node/n2/power_off', {}, { prefer: 'respond-async' });
      },
      input: { node: 'n2' },
    },
    suspect_port: { arrange: (w) => w.sql`update ports set suspect_since = now(), suspect_reason = 'the switch hung up'` },
    quota_exceeded: { arrange: (w) => w.arrange('PUT', '/project/blue/quota', { nodes: 0 }) },
  },
  malformed: {
    'no node': { input: {} },
    'a node that is null': { input: { node: null } },
  },
});

test('P23: rights are looked at before the node is', async (context) => {
  const w = await makeWorld(context);
  const answer = await w.call('bob', 'POST', '/project/blue/connect_node', { node: 'nope' });
  expect(answer.body).toMatchObject({ code: 'not_your_project' });
});

test("P24: another project's node is not free", async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'red');
  const answer = await w.call('ada', 'POST', '/project/blue/connect_node', { node: 'n1' });
  expect(answer.body).toMatchObject({ code: 'node_taken' });
  expect((await w.call('bob', 'GET', '/project/red/nodes')).body).toEqual(['n1']);
});

test('of simultaneous requests for one node one succeeds', async (context) => {
  const w = await makeWorld(context);
  for (const node of ['n1', 'n2', 'n3', 'n4', 'n5']) {
    await bareNode(w, node);
    const answers = await Promise.all(
      ['blue', 'red', 'blue', 'red'].map((project) => w.call('root', 'POST', `/project/${project}/connect_node`, { node })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  }
});

test('whoever reserves a node may use its BMC, where an agent drives that', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await bareNode(w, 'n2');
  for (const node of ['n1', 'n2']) await reserve(w, node, 'blue');
  const enabled = async (node: string) => (await w.call('ada', 'GET', `/node/${node}`)).body;
  expect(await enabled('n1')).toMatchObject({ obm: { enabled: true } });
  expect(await enabled('n2')).toMatchObject({ obm: { enabled: false } });
});

test('a free machine that is still to be switched is not reserved: its project would feel it', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await w.arrange('PUT', '/node/n1/obm', { enabled: true });
  const prefer = { prefer: 'respond-async' };
  await w.call('root', 'GET', '/node/n1/power_status', undefined, prefer);
  const off = await w.call('root', 'POST', '/node/n1/power_off', {}, prefer);
  const connect = () => w.call('ada', 'POST', '/project/blue/connect_node', { node: 'n1' });
  expect(await connect()).toMatchObject({ status: 409, body: { code: 'busy', msg: expect.stringContaining('switched') } });
  await w.finish(off, 'done', { power: 'off' });
  // To ask whether it has power changes nothing for anybody.
  expect((await connect()).status).toBe(200);
});

test('the console of a free node is closed when a project gets the node', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  const console = await loggedConsole(w, 'n1');
  await reserve(w, 'n1', 'blue');
  expect(await ordersOf(w)).toMatchObject([{ device: 'console/n1', kind: 'console.close', parameters: { console } }]);
  expect(await w.sql`select logging, released_at is not null as released from consoles`).toEqual([
    { logging: false, released: true },
  ]);
});
