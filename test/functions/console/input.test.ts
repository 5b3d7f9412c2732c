import { expect, test } from 'vitest';
import { consoleInput } from '../../../functions/console/input.ts';
import { bmcAgent, endingCases, obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { consoleAgent, consoleWorld, typedAt } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import type { World } from '../../support/world.ts';

const taken = (w: World) =>
  w.sql`update consoles set writer = 'bob', writer_session = gen_random_uuid(), writer_since = now(), writer_seen_at = now()`;

describeOperation(consoleInput, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    await loggedConsole(w, 'n1');
    await bmcAgent(w);
  },
  request: { params: { node: 'n1' }, input: { data: 'root\r' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await ordersOf(w)).toEqual([
      { device: 'console/n1', kind: 'console.input', parameters: { console: 1, sealed: expect.stringMatching(/^ey/) } },
    ]);
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
  malformed: {
    'no data': { input: {} },
    'empty data': { input: { data: '' } },
    'too much data': { input: { data: 'ü'.repeat(2049) } },
  },
});

test('reaches the machine, as much as one command types, and is told of as an action', async (t) => {
  const w = await consoleWorld(t);
  await consoleAgent(t, w);
  const typed = await typedAt(w);
  const data = 'ü'.repeat(2048);
  const answer = await w.call('ada', 'POST', '/node/n1/console/input', { data }, { prefer: 'respond-async' });
  expect(answer).toMatchObject({ status: 202, body: { status_id: expect.any(String) } });
  const { status_id: id } = Object(answer.body);
  await until(() => typed().join('') === data, 'it was typed');
  await until(async () => Object((await w.call('ada', 'GET', `/networking_action/${id}`)).body).status === 'DONE', 'it is told');
  expect((await w.call('ada', 'GET', `/networking_action/${id}`)).body).toMatchObject({ type: 'console_input', node: 'n1' });
});

test('is not kept from whoever has the right to type, nor by one who is gone', async (t) => {
  const w = await consoleWorld(t);
  await consoleAgent(t, w);
  await typedAt(w);
  await taken(w);
  await w.sql`update consoles set writer = 'ada'`;
  expect(await w.call('ada', 'POST', '/node/n1/console/input', { data: 'x' })).toMatchObject({ status: 200 });
  expect(await w.call('root', 'POST', '/node/n1/console/input', { data: 'x' })).toMatchObject({ status: 409 });
  await w.sql`update consoles set writer_seen_at = now() - interval '15 s'`;
  expect(await w.call('root', 'POST', '/node/n1/console/input', { data: 'x' })).toMatchObject({ status: 200 });
});

test('is not valid for long', async (t) => {
  const w = await consoleWorld(t);
  await consoleAgent(t, w);
  await w.call('ada', 'POST', '/node/n1/console/input', { data: 'x' }, { prefer: 'respond-async' });
  const [row] = await w.sql`select not_after - queued_at <= interval '31 s' as brief from commands where kind = 'console.input'`;
  expect(row).toEqual({ brief: true });
});
