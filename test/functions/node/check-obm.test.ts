import { expect, test } from 'vitest';
import { checkObm } from '../../../functions/node/check-obm.ts';
import { bmcAgent, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, bmcLogin, drivenNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const check = (w: World) => w.call('root', 'POST', '/node/n1/obm/check');

describeOperation(checkObm, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    await bmcAgent(w);
  },
  request: { params: { node: 'n1' } },
  async success(w, answer) {
    expect(answer.body).toEqual({
      ok: true,
      power_status: 'on',
      manufacturer: 'ACME',
      product: 'B-1',
      firmware: '1.7',
      cipher_suite: 17,
      checked_at: expect.any(String),
    });
    expect(await ordersOf(w)).toMatchObject([{ device: 'bmc/n1', kind: 'bmc.check', parameters: { bmc: { host: '10.0.0.7' } } }]);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope' } },
    obmd_node: { arrange: (w) => bareNode(w, 'n2'), params: { node: 'n2' } },
  },
});

test.for([
  [{ status: 'failed', reason: 'denied', result: { diagnosis: 'wrong-password' } }, 'wrong-password'],
  [{ status: 'failed', reason: 'unreachable', result: { diagnosis: 'no-answer' } }, 'no-answer'],
  [{ status: 'failed', reason: 'no-program', result: { diagnosis: 'no-program' } }, 'no-program'],
  [{ status: 'failed', reason: 'expired' }, 'agent'],
  [{ status: 'refused', reason: 'policy' }, 'agent'],
  [{ status: 'unknown', reason: 'abandoned' }, 'agent'],
] as const)('a BMC that cannot be reached is an answer, and says what is wrong: %j', async ([ending, diagnosis], context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await bmcAgent(w, () => ({ ...ending, message: 'this is how it ended' }));
  expect(await check(w)).toMatchObject({ status: 200, body: { ok: false, diagnosis, message: 'this is how it ended' } });
});

test('it is the same for a node that users may reach', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await bmcAgent(w);
  const answer = await check(w);
  expect(answer).toMatchObject({ status: 200, body: { ok: true } });
  expect(answer.text).not.toContain(bmcLogin.password);
});
