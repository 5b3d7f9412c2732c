import { createServer } from 'node:http';
import { expect, type TestContext, test } from 'vitest';
import { detachNode } from '../../../functions/project/detach-node.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { logged } from '../../support/logged.ts';
import { bareNode, cabledNode, drivenNode, loggedConsole, reserve, withToken } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const connect = (w: World) => w.arrange('POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' });
const disconnect = (w: World) => w.arrange('POST', '/node/n1/nic/eth0/detach_network', { network: 'lan' });
const release = (w: World, user = 'ada', project = 'blue') =>
  w.call(user, 'POST', `/project/${project}/detach_node`, { node: 'n1' });

async function reservedNode(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await w.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
}

describeOperation(detachNode, {
  arrange: reservedNode,
  request: { params: { project: 'blue' }, input: { node: 'n1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('ada', 'GET', '/nodes/free')).body).toEqual(['n1']);
    expect((await w.call('ada', 'GET', '/project/blue/nodes')).body).toEqual([]);
    // Its NICs stay cabled.
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({
      project: null,
      nics: [{ label: 'eth0', switch: 'sw1', port: 'gi1/0/1' }],
    });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' } },
    not_your_project: { as: 'other', input: { node: 'nope' } },
    unknown_node: { input: { node: 'nope' } },
    not_in_project: { arrange: (w) => bareNode(w, 'n2'), input: { node: 'n2' } },
    obm_enabled: { arrange: (w) => withToken(w, 'n1', 'token') },
    attached: { arrange: async (w) => w.finish(await connect(w)) },
    busy: { arrange: connect },
    suspect_port: { arrange: async (w) => w.finish(await connect(w), 'unknown') },
    unknown_maintenance_project: {
      settings: { maintenance: { project: 'nope', url: 'http://127.0.0.1:1/' } },
    },
  },
  malformed: {
    'no node': { input: {} },
    'a node that is a number': { input: { node: 5 } },
  },
});

test("another project's node is not in the project", async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'red');
  expect((await release(w)).body).toMatchObject({ type: 'NotFoundError', code: 'not_in_project' });
});

test('P31: a node that was on a network and left it can be released', async (context) => {
  const w = await makeWorld(context);
  await reservedNode(w);
  await w.finish(await connect(w));
  await w.finish(await disconnect(w));
  expect((await release(w)).status).toBe(200);
});

test('J12: an action that the switch refused blocks nothing', async (context) => {
  const w = await makeWorld(context);
  await reservedNode(w);
  await w.finish(await connect(w), 'failed');
  expect((await release(w)).status).toBe(200);
});

test('an action that nobody took in time blocks nothing', async (context) => {
  const w = await makeWorld(context);
  await reservedNode(w);
  await connect(w);
  await w.sql`update commands set not_after = now() - interval '1 hour'`;
  expect((await release(w)).status).toBe(200);
});

test('an action that was begun and not finished in time leaves the port suspect', async (context) => {
  const w = await makeWorld(context);
  await reservedNode(w);
  await connect(w);
  await w.sql`update commands set status = 'running', attempt = 1, not_after = now() - interval '1 hour'`;
  const answer = await release(w);
  expect(answer.body).toMatchObject({ code: 'suspect_port', msg: expect.stringContaining('sw1 gi1/0/1') });
  expect((await w.call('ada', 'GET', '/project/blue/nodes')).body).toEqual(['n1']);
});

test('an attachment is named before a pending action is', async (context) => {
  const w = await makeWorld(context);
  await reservedNode(w);
  await w.finish(await connect(w));
  await disconnect(w);
  expect((await release(w)).body).toMatchObject({ code: 'attached' });
});

test('a node that is released while it is connected to a network is free or on its way to the network, never both', async (context) => {
  const w = await makeWorld(context);
  await reservedNode(w);
  for (let round = 0; round < 5; round++) {
    const [released, connected] = await Promise.all([
      release(w),
      w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' }),
    ]);
    expect([
      [200, 409],
      [409, 202],
    ]).toContainEqual([released.status, connected.status]);
    if (connected.status === 202) await w.finish(connected, 'failed');
    else await reserve(w, 'n1', 'blue');
  }
});

test('P28, P32: an enabled obmd is named before an attachment is', async (context) => {
  const w = await makeWorld(context);
  await reservedNode(w);
  await w.finish(await connect(w));
  await withToken(w, 'n1', 'token');
  expect(await release(w)).toMatchObject({ status: 409, body: { type: 'BlockedError', code: 'obm_enabled' } });
});

test('a node whose BMC an agent drives is released with its console, and nobody may reach it then', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const console = await loggedConsole(w, 'n1');
  expect((await release(w)).status).toBe(200);
  expect(await ordersOf(w)).toMatchObject([{ device: 'console/n1', kind: 'console.close', parameters: { console } }]);
  expect(await w.sql`select logging, released_at is not null as released from consoles`).toEqual([
    { logging: false, released: true },
  ]);
  expect((await w.call('root', 'POST', '/node/n1/power_on')).body).toMatchObject({ code: 'obm_disabled' });
  await reserve(w, 'n1', 'red');
  expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ obm: { enabled: true } });
  // There was no console any more.
  expect((await release(w, 'bob', 'red')).status).toBe(200);
  expect(await ordersOf(w)).toHaveLength(1);
});

test('a machine that is still to be switched is not released: the next project would feel it', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const prefer = { prefer: 'respond-async' };
  await w.call('ada', 'GET', '/node/n1/power_status', undefined, prefer);
  const off = await w.call('ada', 'POST', '/node/n1/power_off', {}, prefer);
  expect((await release(w)).body).toMatchObject({ code: 'busy', msg: expect.stringContaining('switched') });
  await w.finish(off, 'done', { power: 'off' });
  const boot = await w.call('ada', 'PUT', '/node/n1/boot_device', { bootdev: 'pxe' }, prefer);
  expect((await release(w)).body).toMatchObject({ code: 'busy' });
  await w.finish(boot, 'unknown');
  // To ask whether it has power changes nothing for anybody.
  expect((await release(w)).status).toBe(200);
});

test('what no agent took in time keeps no machine', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await w.call('ada', 'POST', '/node/n1/power_off', {}, { prefer: 'respond-async' });
  await w.sql`update commands set not_after = now() - interval '1 hour'`;
  expect((await release(w)).status).toBe(200);
});

test('of simultaneous releases one succeeds, and closes the console once', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await loggedConsole(w, 'n1');
  const answers = await Promise.all([release(w), release(w), release(w, 'root')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
  expect(await ordersOf(w)).toHaveLength(1);
});

test('a machine is switched before its node is released, or not at all', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  for (let round = 0; round < 8; round++) {
    const [released, switched] = await Promise.all([
      release(w),
      w.call('ada', 'POST', '/node/n1/power_off', {}, { prefer: 'respond-async' }),
    ]);
    expect([
      [200, 401],
      [409, 202],
    ]).toContainEqual([released.status, switched.status]);
    if (switched.status === 202) await w.finish(switched, 'done', { power: 'off' });
    else await reserve(w, 'n1', 'blue');
  }
});

/** A maintenance service on a real socket: it keeps what it is told, and answers with `status`. */
async function maintenanceService(context: TestContext, status: number) {
  const told: unknown[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    told.push({ method: request.method, path: request.url, type: request.headers['content-type'], body: JSON.parse(body) });
    response.writeHead(status).end('thank you');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  context.onTestFinished(stop);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { told, stop, url: `http://127.0.0.1:${address.port}/maintain` };
}

/** Releases a node where released nodes go to project `care`; answers also what the log warns of. */
async function releaseToMaintenance(context: TestContext, url: string) {
  const w = await makeWorld(context, { maintenance: { project: 'care', url } });
  await w.arrange('PUT', '/project/care');
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const api = logged(w);
  const answer = await api.call('POST', '/project/blue/detach_node', { node: 'n1' });
  return { w, answer, warnings: api.entries(40) };
}

test('P33: a released node goes to the maintenance project, and the service is told once it is there', async (context) => {
  const { told, url } = await maintenanceService(context, 200);
  const { w, answer, warnings } = await releaseToMaintenance(context, url);
  expect(answer.status).toBe(200);
  expect((await w.call('root', 'GET', '/project/care/nodes')).body).toEqual(['n1']);
  expect((await w.call('ada', 'GET', '/nodes/free')).body).toEqual([]);
  expect(told).toEqual([{ method: 'POST', path: '/maintain', type: 'application/json', body: { node: 'n1' } }]);
  expect(warnings).toEqual([]);

  // P35: from there it becomes free, and nobody is told.
  expect((await release(w, 'root', 'care')).status).toBe(200);
  expect((await w.call('ada', 'GET', '/nodes/free')).body).toEqual(['n1']);
  expect(told).toHaveLength(1);
});

test('the maintenance service is not told of a node that is not released', async (context) => {
  const { told, url } = await maintenanceService(context, 200);
  const w = await makeWorld(context, { maintenance: { project: 'care', url } });
  await w.arrange('PUT', '/project/care');
  await reservedNode(w);
  await connect(w);
  expect((await release(w)).status).toBe(409);
  expect(told).toEqual([]);
});

test('P34: a maintenance service that cannot be reached is a warning, and the node is released all the same', async (context) => {
  const { url, stop } = await maintenanceService(context, 200);
  await stop();
  const { w, answer, warnings } = await releaseToMaintenance(context, url);
  expect(answer.status).toBe(200);
  expect((await w.call('root', 'GET', '/project/care/nodes')).body).toEqual(['n1']);
  expect(warnings).toEqual([
    expect.objectContaining({
      level: 40,
      node: 'n1',
      err: expect.objectContaining({ message: expect.stringContaining('ECONNREFUSED') }),
    }),
  ]);
});

test('in the maintenance project the BMC of an agent stays within reach', async (context) => {
  const { url } = await maintenanceService(context, 200);
  const w = await makeWorld(context, { maintenance: { project: 'care', url } });
  await w.arrange('PUT', '/project/care');
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  expect((await release(w)).status).toBe(200);
  expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ project: 'care', obm: { enabled: true } });
});

test('a node is released to the maintenance project whatever its quota; that limits what is reserved for it', async (context) => {
  const { url } = await maintenanceService(context, 200);
  const w = await makeWorld(context, { maintenance: { project: 'care', url } });
  await w.arrange('PUT', '/project/care');
  await w.arrange('PUT', '/project/care/quota', { nodes: 0 });
  await bareNode(w, 'n1');
  await bareNode(w, 'n2');
  await reserve(w, 'n1', 'blue');
  expect((await release(w)).status).toBe(200);
  expect((await w.call('root', 'GET', '/project/care/nodes')).body).toEqual(['n1']);
  expect((await w.call('root', 'POST', '/project/care/connect_node', { node: 'n2' })).body).toMatchObject({
    code: 'quota_exceeded',
  });
});

test('a maintenance service that refuses is a warning', async (context) => {
  const { url } = await maintenanceService(context, 500);
  const { answer, warnings } = await releaseToMaintenance(context, url);
  expect(answer.status).toBe(200);
  expect(warnings).toEqual([expect.objectContaining({ level: 40, node: 'n1', status: 500 })]);
});
