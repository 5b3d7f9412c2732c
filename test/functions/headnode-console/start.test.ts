import { expect, test } from 'vitest';
import { startHeadnodeConsole } from '../../../functions/headnode-console/start.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnode, headnodeRefusalCases, offerHeadnodes, withHeadnode } from '../../support/headnodes.ts';
import { drivenNode } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const consoles = (w: World) => w.sql`
  select c.id::int, n.label as node, h.label as headnode, p.label as project, c.logging, c.state from consoles c
    left join nodes n on n.id = c.node_id left join headnodes h on h.id = c.headnode_id join projects p on p.id = c.project_id
    order by c.id`;

describeOperation(startHeadnodeConsole, {
  arrange: withHeadnode,
  request: { params: { headnode: 'h1' } },
  async success(w) {
    expect(await consoles(w)).toEqual([{ id: 1, node: null, headnode: 'h1', project: 'blue', logging: true, state: 'opening' }]);
    const [row] = await w.sql`select uuid from headnodes`;
    expect(await ordersOf(w)).toEqual([
      {
        device: 'headnode-console/h1',
        kind: 'console.open',
        parameters: { console: 1, headnode: { label: 'h1', uuid: row?.['uuid'] } },
      },
    ]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: headnodeRefusalCases,
});

const kinds = async (w: World) => (await ordersOf(w)).map(({ kind, parameters }) => [kind, parameters['console']]);

test('again, is ordered again only where the console is not connected; after it was stopped it is the same log', async (t) => {
  const w = await makeWorld(t);
  await withHeadnode(w);
  await w.arrange('PUT', '/headnode/h1/console');
  await w.arrange('PUT', '/headnode/h1/console');
  expect(await kinds(w)).toEqual([['console.open', 1]]);
  await w.sql`update commands set status = 'done', finished_at = now()`;
  await w.sql`update consoles set state = 'open'`;
  await w.arrange('PUT', '/headnode/h1/console');
  await w.arrange('DELETE', '/headnode/h1/console');
  await w.arrange('PUT', '/headnode/h1/console');
  expect(await kinds(w)).toEqual([
    ['console.open', 1],
    ['console.close', 1],
    ['console.open', 1],
  ]);
  expect(await consoles(w)).toMatchObject([{ id: 1, logging: true, state: 'opening' }]);
});

test('of a headnode that has the name of one that was deleted is another console, and is ordered whatever waits for the first', async (t) => {
  const w = await makeWorld(t);
  await withHeadnode(w);
  await w.arrange('PUT', '/headnode/h1/console');
  await w.arrange('DELETE', '/headnode/h1');
  expect(await consoles(w)).toEqual([]);
  await headnode(w);
  await w.arrange('PUT', '/headnode/h1/console');
  expect(await consoles(w)).toMatchObject([{ id: 2, headnode: 'h1' }]);
  expect(await kinds(w)).toEqual([
    ['console.open', 1],
    ['console.open', 2],
  ]);
});

test('of a headnode and of a node of one name are two', async (t) => {
  const w = await makeWorld(t);
  await offerHeadnodes(w);
  await headnode(w, 'n1');
  await drivenNode(w, 'n1');
  await w.arrange('POST', '/project/blue/connect_node', { node: 'n1' });
  await w.arrange('PUT', '/headnode/n1/console');
  await w.arrange('PUT', '/node/n1/console');
  expect(await consoles(w)).toMatchObject([
    { id: 1, node: null, headnode: 'n1' },
    { id: 2, node: 'n1', headnode: null },
  ]);
  expect((await ordersOf(w)).map(({ device, parameters }) => [device, parameters['console']])).toEqual([
    ['console/n1', 2],
    ['headnode-console/n1', 1],
  ]);
});
