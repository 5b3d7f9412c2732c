import { expect, test } from 'vitest';
import { stopHeadnodeConsole } from '../../../functions/headnode-console/stop.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { loggedConsole } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(stopHeadnodeConsole, {
  async arrange(w) {
    await withHeadnode(w);
    await loggedConsole(w, 'h1', 'headnode');
  },
  request: { params: { headnode: 'h1' } },
  async success(w) {
    expect(await w.sql`select logging, released_at from consoles`).toEqual([{ logging: false, released_at: null }]);
    expect(await ordersOf(w)).toEqual([{ device: 'headnode-console/h1', kind: 'console.close', parameters: { console: 1 } }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: headnodeRefusalCases,
});

test('before anything was opened does nothing', async (t) => {
  const w = await makeWorld(t);
  await withHeadnode(w);
  await w.arrange('DELETE', '/headnode/h1/console');
  expect(await ordersOf(w)).toEqual([]);
});
