import { expect, test } from 'vitest';
import { powerOff } from '../../../functions/node/power-off.ts';
import { bmcAgent, endingCases, obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, drivenNode, reserve, withToken } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

async function reserved(w: World): Promise<void> {
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
}

describeOperation(powerOff, {
  async arrange(w) {
    await reserved(w);
    await bmcAgent(w);
  },
  request: { params: { node: 'n1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    const [{ sealed }] = await w.sql<[{ sealed: string }]>`select obm_sealed as sealed from nodes`;
    expect(await ordersOf(w)).toMatchObject([
      {
        device: 'bmc/n1',
        kind: 'power.set',
        parameters: {
          bmc: { label: 'n1', type: 'ipmi', host: '10.0.0.7', port: 623, settings: {}, sealed },
          action: 'off',
          force: false,
          pxe: false,
        },
      },
    ]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: { ...obmRefusalCases, ...endingCases },
});

test('B06: with obmd the client is sent there, and nothing is ordered', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await withToken(w, 'n1', 'to/ken');
  const answer = await w.call('ada', 'POST', '/node/n1/power_off');
  expect(answer).toMatchObject({ status: 307, text: '' });
  expect(answer.headers.get('location')).toBe('http://obmd.test/power_off?token=to%2Fken');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await ordersOf(w)).toEqual([]);
});
