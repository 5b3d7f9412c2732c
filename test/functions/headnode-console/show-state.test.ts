import { expect, test } from 'vitest';
import { showHeadnodeConsoleState } from '../../../functions/headnode-console/show-state.ts';
import { consoleAgent } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { loggedConsole } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(showHeadnodeConsoleState, {
  async arrange(w) {
    await withHeadnode(w);
    await loggedConsole(w, 'h1', 'headnode');
  },
  request: { params: { headnode: 'h1' } },
  success(_, { body }) {
    expect(body).toEqual({
      logging: true,
      state: 'open',
      since: expect.any(String),
      problem: null,
      writer: null,
      log: 1,
      opened_at: expect.any(String),
      bytes: 0,
    });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: headnodeRefusalCases,
});

test('a console that nobody opened is closed; one of a headnode that does not run says so', async (t) => {
  const w = await makeWorld(t);
  await withHeadnode(w);
  const state = async () => (await w.call('ada', 'GET', '/headnode/h1/console/state')).body;
  expect(await state()).toMatchObject({ logging: false, state: 'closed', log: null, bytes: 0 });
  const agent = await consoleAgent(t, w, { of: 'headnode', label: 'h1' });
  await agent.say('12345');
  await agent.line('down', 'the headnode does not run');
  expect(await state()).toMatchObject({ logging: true, state: 'down', problem: 'the headnode does not run', bytes: 5 });
});
