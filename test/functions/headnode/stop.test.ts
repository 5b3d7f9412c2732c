import { expect, test } from 'vitest';
import { stopHeadnode } from '../../../functions/headnode/stop.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import {
  asked,
  deletionCases,
  headnodeAgent,
  headnodeEndingCases,
  headnodeOrders,
  headnodeRefusalCases,
  withHeadnode,
  withRunningHeadnode,
} from '../../support/headnodes.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(stopHeadnode, {
  async arrange(w) {
    await withRunningHeadnode(w);
    await headnodeAgent(w);
  },
  request: { params: { headnode: 'h1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    const [row] = await w.sql`select uuid from headnodes`;
    expect((await headnodeOrders(w)).at(-1)).toEqual({
      device: 'headnode/h1',
      kind: 'headnode.stop',
      parameters: { headnode: { label: 'h1', uuid: row?.['uuid'] } },
    });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: { ...headnodeRefusalCases, ...deletionCases, ...headnodeEndingCases },
});

test('H12: a headnode that was never started does not run', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  expect(await w.call('ada', 'POST', '/headnode/h1/stop', undefined, { prefer: 'respond-async' })).toMatchObject({
    status: 200,
    text: '',
  });
  expect(await headnodeOrders(w)).toEqual([]);
});

test('one that is about to be started is stopped after that', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  await asked(w, 'POST', '/headnode/h1/start');
  await asked(w, 'POST', '/headnode/h1/stop', 'ada');
  expect((await headnodeOrders(w)).map(({ kind }) => kind)).toEqual(['headnode.start', 'headnode.stop']);
});
