import { expect, test } from 'vitest';
import { listHeadnodeConsoleLogs } from '../../../functions/headnode-console/list-logs.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { drivenNode, loggedConsole } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listHeadnodeConsoleLogs, {
  async arrange(w) {
    await drivenNode(w, 'h1');
    await loggedConsole(w, 'h1');
    await withHeadnode(w);
    await loggedConsole(w, 'h1', 'headnode');
    await w.sql`update consoles set bytes = 7 where id = 2`;
  },
  request: { params: { headnode: 'h1' } },
  success(_, { body }) {
    expect(body).toEqual([{ id: 2, project: 'blue', opened_at: expect.any(String), released_at: null, bytes: 7 }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: headnodeRefusalCases,
});

test('there is none before the console was opened', async (t) => {
  const w = await makeWorld(t);
  await withHeadnode(w);
  expect((await w.call('ada', 'GET', '/headnode/h1/console/logs')).body).toEqual([]);
});
