import { expect, test } from 'vitest';
import { powerOn } from '../../../functions/node/power-on.ts';
import { bmcAgent, endingCases, obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, drivenNode, reserve, withToken } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

async function reserved(w: World): Promise<void> {
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
}

describeOperation(powerOn, {
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
          action: 'on',
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
  const answer = await w.call('ada', 'POST', '/node/n1/power_on');
  expect(answer).toMatchObject({ status: 307, text: '' });
  expect(answer.headers.get('location')).toBe('http://obmd.test/power_on?token=to%2Fken');
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await ordersOf(w)).toEqual([]);
});

test('B07, B08, B05: unknown, then rights, then whether it is enabled', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1');
  const on = (user: string, node = 'n1') => w.call(user, 'POST', `/node/${node}/power_on`);
  expect(await on('ada', 'nope')).toMatchObject({ status: 404, body: { type: 'NotFoundError' } });
  // The node is free: it is the administrators'.
  expect(await on('ada')).toMatchObject({ status: 401, body: { code: 'not_your_node' } });
  expect(await on('root')).toMatchObject({ status: 409, body: { type: 'BlockedError', code: 'obm_disabled' } });
  await bareNode(w, 'n2');
  expect(await on('root', 'n2')).toMatchObject({ status: 409, body: { code: 'obm_disabled' } });
});

test('a free node may be enabled and switched by an administrator', async (context) => {
  const w = await makeWorld(context);
  await drivenNode(w, 'n1', { type: 'mock' });
  await bmcAgent(w);
  await w.arrange('PUT', '/node/n1/obm', { enabled: true });
  expect(await w.call('root', 'POST', '/node/n1/power_on')).toMatchObject({ status: 200, text: '' });
  expect(await ordersOf(w)).toMatchObject([{ parameters: { bmc: { type: 'mock' } } }]);
});

test('what is not done within the wait is told later', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  const answer = await w.call('ada', 'POST', '/node/n1/power_on', {}, { prefer: 'respond-async' });
  expect(answer).toMatchObject({ status: 202, body: { status_id: expect.any(String) } });
  expect(answer.headers.get('preference-applied')).toBe('respond-async');
});

test('a command that failed is no success, and says why', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  await bmcAgent(w, () => ({ status: 'failed', reason: 'unreachable', message: 'nothing answers at 10.0.0.7' }));
  expect(await w.call('ada', 'POST', '/node/n1/power_on')).toMatchObject({
    status: 502,
    body: { type: 'OBMError', code: 'obm_failed', msg: 'nothing answers at 10.0.0.7' },
  });
});

test('orders of one node are in order, whoever gives them at once', async (context) => {
  const w = await makeWorld(context);
  await reserved(w);
  const prefer = { prefer: 'respond-async' };
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => w.call('ada', 'POST', `/node/n1/power_${index % 2 ? 'on' : 'off'}`, {}, prefer)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
  const [row] = await w.sql`select count(distinct seq)::int as seqs, count(distinct device_id)::int as devices from commands`;
  expect(row).toEqual({ seqs: 8, devices: 1 });
});

test('the address at obmd is one that a header can hold, and below the one that was registered', async (context) => {
  const w = await makeWorld(context);
  for (const [node, uri, location] of [
    ['n1', 'http://obmd.test/node/1/', 'http://obmd.test/node/1/power_on?token=t'],
    ['n2', 'https://obmd.test/nöde\n2', 'https://obmd.test/n%C3%B6de%0A2/power_on?token=t'],
  ] as const) {
    await w.arrange('PUT', `/node/${node}`, { obmd: { uri, admin_token: '' } });
    await withToken(w, node, 't');
    expect((await w.call('root', 'POST', `/node/${node}/power_on`)).headers.get('location')).toBe(location);
  }
});
