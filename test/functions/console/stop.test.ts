import { expect, test } from 'vitest';
import { stopConsole } from '../../../functions/console/stop.ts';
import { obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { consoleAgent, consoleWorld } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { drivenNode, loggedConsole, reserve } from '../../support/rack.ts';

describeOperation(stopConsole, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await loggedConsole(w, 'n1');
  },
  request: { params: { node: 'n1' } },
  async success(w) {
    expect(await w.sql`select logging, released_at from consoles`).toEqual([{ logging: false, released_at: null }]);
    expect(await ordersOf(w)).toEqual([{ device: 'console/n1', kind: 'console.close', parameters: { console: 1 } }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: obmRefusalCases,
});

test('again, or before anything was opened, does nothing', async (t) => {
  const w = await consoleWorld(t);
  await w.arrange('DELETE', '/node/n1/console');
  expect(await ordersOf(w)).toEqual([]);
});

test('leaves the log to be read', async (t) => {
  const w = await consoleWorld(t);
  const agent = await consoleAgent(t, w);
  await agent.say('"text"');
  await w.arrange('DELETE', '/node/n1/console');
  expect((await w.call('ada', 'GET', '/node/n1/console?follow=false')).body).toBe('text');
  expect((await w.call('ada', 'GET', '/node/n1/console/state')).body).toMatchObject({
    logging: false,
    state: 'closed',
    log: agent.id,
  });
});
