import { expect, test } from 'vitest';
import { listNodes } from '../../../functions/node/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
import { bareNode, reserve } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listNodes, {
  async arrange(w) {
    for (const node of ['n2', 'n1', 'Z9', 'taken']) await bareNode(w, node);
    await reserve(w, 'taken', 'blue');
  },
  request: { params: { is_free: 'free' } },
  async success(w, answer) {
    expect(answer.body).toEqual(['Z9', 'n1', 'n2']);
    expect((await w.call('bob', 'GET', '/nodes/all')).body).toEqual(['Z9', 'n1', 'n2', 'taken']);
  },
  roles: { admin: 200, owner: 200, other: 200, anonymous: 401 },
  refusals: {},
  malformed: {
    ...malformedPages,
    'N10: FREE in capitals': { params: { is_free: 'FREE' } },
    'N10: any other word': { params: { is_free: 'reserved' } },
    'the path parameter in the query': { input: { is_free: 'all' } },
  },
});

test('without nodes the lists are empty', async (context) => {
  const w = await makeWorld(context);
  for (const which of ['free', 'all']) expect((await w.call('ada', 'GET', `/nodes/${which}`)).body).toEqual([]);
});

test('N11: there is nothing at /nodes', async (context) => {
  const w = await makeWorld(context);
  expect((await w.call('root', 'GET', '/nodes')).status).toBe(404);
});

test('A06: the lists are open to everybody where authentication is not required', async (context) => {
  const w = await makeWorld(context, { requireAuthentication: false });
  for (const which of ['free', 'all']) expect((await w.call(null, 'GET', `/nodes/${which}`)).status).toBe(200);
});

test('in pages, while nodes come and go', async (context) => {
  const w = await makeWorld(context);
  const add = (label: string) => bareNode(w, encodeURIComponent(label));
  for (const label of oddLabels) await add(label);
  expect(await expectPages(w, 'ada', '/nodes/free')).toEqual(oddLabels);
  await add('taken');
  await reserve(w, 'taken', 'blue');
  expect(await expectPages(w, 'ada', '/nodes/all')).toHaveLength(oddLabels.length + 1);
  expect(await expectPages(w, 'ada', '/nodes/free')).toEqual(oddLabels);
  const remove = (label: string) => w.arrange('DELETE', `/node/${encodeURIComponent(label)}`);
  await expectSteadyPages(w, 'ada', '/nodes/free', { add, remove });
});

test('a page begins after a label that was never there, and without a limit it is the rest', async (context) => {
  const w = await makeWorld(context);
  for (const label of ['n1', 'n2', 'n3']) await bareNode(w, label);
  const page = await w.call('ada', 'GET', '/nodes/all?after=n10');
  expect(page.body).toEqual(['n2', 'n3']);
  expect(page.headers.get('link')).toBeNull();
  expect((await w.call('ada', 'GET', '/nodes/all?after=z&limit=5')).body).toEqual([]);
  expect((await w.call('ada', 'GET', '/nodes/all?limit=2')).headers.get('link')).toBe(
    '</v0/nodes/all?limit=2&after=n2>; rel="next"',
  );
});
