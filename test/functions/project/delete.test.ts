import { expect, test } from 'vitest';
import { deleteProject } from '../../../functions/project/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { withHeadnode } from '../../support/headnodes.ts';
import { bareNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const network = (w: World, owner: string, access: string) => w.arrange('PUT', '/network/lan', { owner, access, net_id: '' });
const release = (w: World) => w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });

async function withNode(w: World): Promise<void> {
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
}

describeOperation(deleteProject, {
  async arrange(w) {
    // What a project had does not keep it.
    await withNode(w);
    await release(w);
    await network(w, 'blue', 'blue');
    await w.arrange('DELETE', '/network/lan');
  },
  request: { params: { project: 'blue' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/projects')).body).toEqual(['red']);
    expect((await w.call('root', 'GET', '/project/blue/nodes')).status).toBe(404);
    // Its members are users still.
    expect((await w.call('root', 'GET', '/auth/basic/users')).body).toMatchObject({ ada: { projects: [] } });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' } },
    has_nodes: { arrange: (w) => reserve(w, 'n1', 'blue') },
    has_networks: { arrange: (w) => network(w, 'blue', 'blue') },
    has_headnodes: { arrange: withHeadnode },
    has_access: { arrange: (w) => network(w, 'admin', 'blue') },
  },
});

test('that a project exists is told to administrators only', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('ada', 'DELETE', '/project/nope')).status).toBe(401);
});

test('a project that is deleted while somebody reserves a node for it keeps the node, or gets none', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  for (let round = 0; round < 5; round++) {
    const [reserved, deleted] = await Promise.all([
      w.call('root', 'POST', '/project/blue/connect_node', { node: 'n1' }),
      w.call('root', 'DELETE', '/project/blue'),
    ]);
    expect([
      [200, 409],
      [404, 200],
    ]).toContainEqual([reserved.status, deleted.status]);
    await (deleted.status === 200 ? w.arrange('PUT', '/project/blue') : release(w));
  }
});
