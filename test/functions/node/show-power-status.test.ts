import { expect, test } from 'vitest';
import { showPowerStatus } from '../../../functions/node/show-power-status.ts';
import { bmcAgent, obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, drivenNode, reserve, withToken } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const status = (w: World, headers?: Record<string, string>) => w.call('ada', 'GET', '/node/n1/power_status', undefined, headers);

async function reserved(w: World): Promise<void> {
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
}

describeOperation(showPowerStatus, {
  async arrange(w) {
    await reserved(w);
    await bmcAgent(w);
  },
  request: { params: { node: 'n1' } },
  async success(w, answer) {
    expect(answer.body).toEqual({ power_status: 'on' });
    expect(await ordersOf(w)).toMatchObject([{ device: 'bmc/n1', kind: 'power.read', parameters: { bmc: { label: 'n1' } } }]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: obmRefusalCases,
});

test.for([
  ['failed', 'unreachable'],
  ['failed', 'no-program'],
  ['refused', 'policy'],
  ['unknown', 'abandoned'],
] as const)('what cannot be told is unknown, and says why: %j', async ([ending, reason], context) => {
  const w = await makeWorld(context);
  await reserved(w);
  await bmcAgent(w, () => ({ status: ending, reason, message: `it ended as ${reason}` }));
  expect(await status(w)).toMatchObject({ status: 200, body: { power_status: 'unknown', reason: `it ended as ${reason}` } });
});

test('a machine that is off is off', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  await bmcAgent(w, () => ({ status: 'done', result: { power: 'off' } }));
  expect((await status(w)).body).toEqual({ power_status: 'off' });
});

test('the waiting rule holds for a GET as well, and its header is no body', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  expect(await status(w, { prefer: 'wait=0' })).toMatchObject({ status: 202, body: { status_id: expect.any(String) } });
  await bmcAgent(w);
  const head = await w.call('ada', 'HEAD', '/node/n1/power_status');
  expect(head).toMatchObject({ status: 200, text: '' });
});

test('B06: with obmd the client is sent there', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await withToken(w, 'n1', 'token');
  const answer = await status(w);
  expect(answer).toMatchObject({ status: 307, text: '' });
  expect(answer.headers.get('location')).toBe('http://obmd.test/power_status?token=token');
});
