import { expect, test } from 'vitest';
import { listNodes } from '../../../functions/node/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
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
