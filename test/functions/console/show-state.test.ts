import { expect, test } from 'vitest';
import { showConsoleState } from '../../../functions/console/show-state.ts';
import { obmRefusalCases } from '../../support/bmc-agent.ts';
import { consoleAgent, consoleWorld } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { drivenNode, loggedConsole, reserve } from '../../support/rack.ts';

const { unknown_node, not_your_node } = obmRefusalCases;

describeOperation(showConsoleState, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await loggedConsole(w, 'n1');
  },
  request: { params: { node: 'n1' } },
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
  refusals: { unknown_node, not_your_node },
});

test('a console that nobody opened is closed; one that is down says why', async (t) => {
  const w = await consoleWorld(t);
  const state = async () => (await w.call('ada', 'GET', '/node/n1/console/state')).body;
  expect(await state()).toMatchObject({ logging: false, state: 'closed', log: null, bytes: 0 });
  const agent = await consoleAgent(t, w);
  await agent.say('12345');
  await agent.line('down', 'the BMC refused the password');
  expect(await state()).toMatchObject({ logging: true, state: 'down', problem: 'the BMC refused the password', bytes: 5 });
});
