import { expect, test } from 'vitest';
import { powerCycle } from '../../../functions/node/power-cycle.ts';
import { bmcAgent, endingCases, obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, drivenNode, reserve, withToken } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const cycle = (w: World, body?: object, node = 'n1') => w.call('ada', 'POST', `/node/${node}/power_cycle`, body);

async function reserved(w: World): Promise<void> {
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  await bmcAgent(w);
}

async function withObmd(w: World): Promise<void> {
  await bareNode(w, 'n2');
  await reserve(w, 'n2', 'blue');
  await withToken(w, 'n2', 'token');
}

describeOperation(powerCycle, {
  arrange: reserved,
  request: { params: { node: 'n1' }, input: { force: true, limit: 600, pxe: true } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await ordersOf(w)).toMatchObject([
      { device: 'bmc/n1', kind: 'power.set', parameters: { action: 'cycle', force: true, limit: 600, pxe: true } },
    ]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...obmRefusalCases,
    only_without_obmd: { arrange: withObmd, params: { node: 'n2' } },
    ...endingCases,
  },
  malformed: {
    'B09: force that is a number': { input: { force: 1 } },
    'force that is null': { input: { force: null } },
    'no time at all': { input: { limit: 0 } },
    'a limit above ten minutes': { input: { limit: 601 } },
    'a limit that is no whole number': { input: { limit: 1.5 } },
    'pxe that is text': { input: { pxe: 'yes' } },
  },
});

test('without options the operating system is asked, for a minute, and the boot device stays', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  expect((await cycle(w)).status).toBe(200);
  expect(await ordersOf(w)).toMatchObject([{ parameters: { action: 'cycle', force: false, limit: 60, pxe: false } }]);
});

test('B06: with obmd the client is sent there with what obmd knows, and refused with what it would ignore', async (context) => {
  const w = await makeWorld(context);
  await withObmd(w);
  for (const body of [undefined, {}, { force: true }]) {
    const answer = await cycle(w, body, 'n2');
    expect(answer.status).toBe(307);
    expect(answer.headers.get('location')).toBe('http://obmd.test/power_cycle?token=token');
  }
  expect(await cycle(w, { force: true, pxe: false, limit: 5 }, 'n2')).toMatchObject({
    status: 400,
    body: { type: 'BadArgumentError', errors: [{ path: 'body.limit' }, { path: 'body.pxe' }] },
  });
});
