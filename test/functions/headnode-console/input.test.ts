import { expect, test } from 'vitest';
import { headnodeConsoleInput } from '../../../functions/headnode-console/input.ts';
import { bmcAgent, ordersOf } from '../../support/bmc-agent.ts';
import { consoleAgent, typedAt } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnodeEndingCases, headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { loggedConsole } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const taken = (w: World) =>
  w.sql`update consoles set writer = 'bob', writer_session = gen_random_uuid(), writer_since = now(), writer_seen_at = now()`;

describeOperation(headnodeConsoleInput, {
  async arrange(w) {
    await withHeadnode(w);
    await loggedConsole(w, 'h1', 'headnode');
    await bmcAgent(w);
  },
  request: { params: { headnode: 'h1' }, input: { data: 'root\r' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await ordersOf(w)).toEqual([
      { device: 'headnode-console/h1', kind: 'console.input', parameters: { console: 1, sealed: expect.stringMatching(/^ey/) } },
    ]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...headnodeRefusalCases,
    ...headnodeEndingCases,
    not_open: { arrange: (w) => w.sql`update consoles set logging = false` },
    console_taken: { arrange: taken },
  },
  malformed: {
    'no data': { input: {} },
    'empty data': { input: { data: '' } },
    'too much data': { input: { data: 'ü'.repeat(2049) } },
  },
});

test('reaches the headnode, and is told of as an action to those of its project, also when it is gone', async (t) => {
  const w = await makeWorld(t);
  await withHeadnode(w);
  const h1 = { of: 'headnode', label: 'h1' } as const;
  await consoleAgent(t, w, h1);
  const typed = await typedAt(w, h1);
  const answer = await w.call('ada', 'POST', '/headnode/h1/console/input', { data: 'root\r' }, { prefer: 'respond-async' });
  const told = (user: string) => w.call(user, 'GET', `/networking_action/${statusId(answer)}`);
  await until(async () => Object((await told('ada')).body).status === 'DONE', 'it is told');
  expect(typed()).toEqual(['root\r']);
  await w.arrange('DELETE', '/headnode/h1');
  expect((await told('ada')).body).toMatchObject({ type: 'console_input', headnode: 'h1' });
  expect(await told('bob')).toMatchObject({ status: 401, body: { code: 'not_your_headnode' } });
});
