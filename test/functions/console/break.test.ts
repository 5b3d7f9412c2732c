import { expect } from 'vitest';
import { consoleBreak } from '../../../functions/console/break.ts';
import { bmcAgent, endingCases, obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import type { World } from '../../support/world.ts';

const taken = (w: World) =>
  w.sql`update consoles set writer = 'bob', writer_session = gen_random_uuid(), writer_since = now(), writer_seen_at = now()`;

describeOperation(consoleBreak, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await loggedConsole(w, 'n1');
    await bmcAgent(w);
  },
  request: { params: { node: 'n1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await ordersOf(w)).toEqual([{ device: 'console/n1', kind: 'console.break', parameters: { console: 1 } }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...obmRefusalCases,
    // Otherwise the agent would be told to close the console, and end that order at any moment.
    obm_disabled: { arrange: (w) => w.sql`update nodes set obm_enabled = false` },
    ...endingCases,
    not_open: { arrange: (w) => w.sql`update consoles set logging = false` },
    console_taken: { arrange: taken },
  },
});
