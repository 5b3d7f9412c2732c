import { expect, test } from 'vitest';
import { startConsole } from '../../../functions/console/start.ts';
import { obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { consoleWorld, release } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { drivenNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const consoles = (w: World) => w.sql`
  select c.id::int, n.label as node, p.label as project, c.logging, c.state from consoles c
    join nodes n on n.id = c.node_id left join projects p on p.id = c.project_id order by c.id`;

describeOperation(startConsole, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
  },
  request: { params: { node: 'n1' } },
  async success(w) {
    expect(await consoles(w)).toEqual([{ id: 1, node: 'n1', project: 'blue', logging: true, state: 'opening' }]);
    const bmc = { label: 'n1', type: 'ipmi', host: '10.0.0.7', port: 623, settings: {}, sealed: expect.any(String) };
    expect(await ordersOf(w)).toEqual([{ device: 'console/n1', kind: 'console.open', parameters: { console: 1, bmc } }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: obmRefusalCases,
});

const orders = async (w: World) => (await ordersOf(w)).map(({ kind, parameters }) => [kind, parameters['console']]);

test('again, is ordered again only where the console is not connected, and for the same console', async (t) => {
  const w = await consoleWorld(t);
  await w.arrange('PUT', '/node/n1/console');
  await w.arrange('PUT', '/node/n1/console');
  expect(await orders(w)).toEqual([['console.open', 1]]);
  await w.sql`update commands set status = 'done', finished_at = now()`;
  await w.sql`update consoles set state = 'open'`;
  await w.arrange('PUT', '/node/n1/console');
  expect(await orders(w)).toEqual([['console.open', 1]]);
  await w.sql`update consoles set state = 'down', problem = 'it fell silent'`;
  await w.arrange('PUT', '/node/n1/console');
  expect(await orders(w)).toEqual([
    ['console.open', 1],
    ['console.open', 1],
  ]);
  expect(await consoles(w)).toMatchObject([{ id: 1, state: 'down' }]);
});

test('after it was stopped goes on with the same log', async (t) => {
  const w = await consoleWorld(t);
  await w.arrange('PUT', '/node/n1/console');
  await w.sql`update consoles set state = 'open'`;
  await w.arrange('DELETE', '/node/n1/console');
  await w.sql`update commands set status = 'done', finished_at = now()`;
  await w.arrange('PUT', '/node/n1/console');
  expect(await consoles(w)).toMatchObject([{ id: 1, logging: true, state: 'opening' }]);
  expect(await orders(w)).toEqual([
    ['console.open', 1],
    ['console.close', 1],
    ['console.open', 1],
  ]);
});

test('is ordered whatever its agent was told before and has not done yet', async (t) => {
  const w = await consoleWorld(t);
  await w.arrange('PUT', '/node/n1/console');
  await w.arrange('DELETE', '/node/n1/console');
  await w.arrange('PUT', '/node/n1/console');
  await release(w, 'blue');
  await reserve(w, 'n1', 'red');
  await w.arrange('PUT', '/node/n1/console');
  const [before, now] = await consoles(w);
  expect([before?.['project'], now?.['project']]).toEqual(['blue', 'red']);
  expect(await orders(w)).toEqual([
    ['console.open', before?.['id']],
    ['console.close', before?.['id']],
    ['console.open', before?.['id']],
    ['console.close', before?.['id']],
    ['console.open', now?.['id']],
  ]);
});

test('by many at once is one console, and one order', async (t) => {
  const w = await consoleWorld(t);
  const answers = await Promise.all(Array.from({ length: 4 }, () => w.call('ada', 'PUT', '/node/n1/console')));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await consoles(w)).toHaveLength(1);
  expect(await orders(w)).toEqual([['console.open', 1]]);
});

test("of a node whose BMC is obmd's is redirected there", async (t) => {
  const w = await makeWorld(t);
  await w.arrange('PUT', '/node/n1', { obmd: { uri: 'http://obmd.test/n1', admin_token: 'x' } });
  await w.sql`update nodes set obm_enabled = true, obmd_session = ${w.services.secrets.encrypt('t0ken')}`;
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const answer = await w.call('root', method, '/node/n1/console');
    expect(answer.status).toBe(307);
    expect(answer.headers.get('location')).toBe('http://obmd.test/n1/console?token=t0ken');
  }
});
