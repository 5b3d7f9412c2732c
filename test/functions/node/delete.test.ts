import { expect, test } from 'vitest';
import { deleteNode } from '../../../functions/node/delete.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const addNic = (w: World) => w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '' });

describeOperation(deleteNode, {
  arrange: (w) => w.arrange('PUT', '/node/n1', { obmd: { uri: 'http:', admin_token: '' }, metadata: { rack: 3 } }),
  request: { params: { node: 'n1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('root', 'GET', '/nodes/all')).body).toEqual([]);
    expect((await w.call('root', 'DELETE', '/node/n1')).status).toBe(404);
    // Its metadata went with it: a node that gets the name has none.
    await bareNode(w, 'n1');
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ metadata: {} });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope' } },
    node_taken: { arrange: (w) => reserve(w, 'n1', 'blue') },
    has_nics: { arrange: addNic },
    busy: {
      async arrange(w) {
        await drivenNode(w, 'n2');
        await w.arrange('PUT', '/node/n2/obm', { enabled: true });
        await w.call('root', 'POST', '/node/n2/power_off', {}, { prefer: 'respond-async' });
      },
      params: { node: 'n2' },
    },
  },
});

test('a node whose NICs were deleted can be deleted', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  await addNic(w);
  await w.arrange('DELETE', '/node/n1/nic/eth0');
  expect((await w.call('root', 'DELETE', '/node/n1')).status).toBe(200);
});

test('a node that is deleted while it gets a NIC, or a project, keeps it or is gone', async (context) => {
  const w = await makeWorld(context);
  for (let round = 0; round < 5; round++) {
    await bareNode(w, 'n1');
    const [deleted, added, reserved] = await Promise.all([
      w.call('root', 'DELETE', '/node/n1'),
      w.call('root', 'PUT', '/node/n1/nic/eth0', { macaddr: '' }),
      w.call('ada', 'POST', '/project/blue/connect_node', { node: 'n1' }),
    ]);
    if (deleted.status === 200) {
      expect([added.status, reserved.status]).toEqual([404, 404]);
    } else {
      expect(deleted.status).toBe(409);
      expect([added.status, reserved.status]).toContain(200);
      if (reserved.status === 200) await w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
      if (added.status === 200) await w.arrange('DELETE', '/node/n1/nic/eth0');
      await w.arrange('DELETE', '/node/n1');
    }
  }
});

test('the console of a node is closed when the node is deleted', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  const console = await loggedConsole(w, 'n1');
  await w.arrange('DELETE', '/node/n1');
  expect(await ordersOf(w)).toMatchObject([{ device: 'console/n1', kind: 'console.close', parameters: { console } }]);
});
