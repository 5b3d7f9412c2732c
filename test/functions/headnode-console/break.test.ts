import { expect } from 'vitest';
import { headnodeConsoleBreak } from '../../../functions/headnode-console/break.ts';
import { bmcAgent, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnodeEndingCases, headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { loggedConsole } from '../../support/rack.ts';
import type { World } from '../../support/world.ts';

const taken = (w: World) =>
  w.sql`update consoles set writer = 'bob', writer_session = gen_random_uuid(), writer_since = now(), writer_seen_at = now()`;

describeOperation(headnodeConsoleBreak, {
  async arrange(w) {
    await withHeadnode(w);
    await loggedConsole(w, 'h1', 'headnode');
    await bmcAgent(w);
  },
  request: { params: { headnode: 'h1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await ordersOf(w)).toEqual([{ device: 'headnode-console/h1', kind: 'console.break', parameters: { console: 1 } }]);
    expect(await w.sql`select headnode, action from headnode_actions`).toEqual([{ headnode: 'h1', action: 'console_break' }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...headnodeRefusalCases,
    ...headnodeEndingCases,
    not_open: { arrange: (w) => w.sql`update consoles set logging = false` },
    console_taken: { arrange: taken },
  },
});
