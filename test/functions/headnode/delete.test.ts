import { describe, expect, test } from 'vitest';
import { deleteHeadnode } from '../../../functions/headnode/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import {
  asked,
  ended,
  expire,
  headnodeAgent,
  headnodeEndingCases,
  headnodeOrders,
  headnodeRefusalCases,
  waitingFor,
  withHeadnode,
  withRunningHeadnode,
} from '../../support/headnodes.ts';
import { projectNetwork } from '../../support/networks.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const remove = (w: World, headers?: Record<string, string>) => w.call('ada', 'DELETE', '/headnode/h1', undefined, headers);
const status = async (w: World) => (await w.call('ada', 'GET', '/headnode/h1', undefined, { prefer: 'wait=0' })).status;

describeOperation(deleteHeadnode, {
  async arrange(w) {
    await withRunningHeadnode(w);
    await headnodeAgent(w);
  },
  request: { params: { headnode: 'h1' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await status(w)).toBe(404);
    expect(await w.sql`select from hnics`).toEqual([]);
    expect((await headnodeOrders(w)).map(({ device, kind }) => [device, kind])).toEqual([
      ['headnode/h1', 'headnode.start'],
      ['headnode/h1', 'headnode.delete'],
    ]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: { ...headnodeRefusalCases, ...headnodeEndingCases },
});

describe('a headnode that was never started', () => {
  test('is gone at once, whether its agent is there or not, with its interfaces and whatever its console said', async (context) => {
    const w = await makeWorld(context);
    await withHeadnode(w);
    await w.sql`insert into consoles (headnode_id) select id from headnodes`;
    expect(await remove(w)).toMatchObject({ status: 200, text: '' });
    expect(await w.sql`select from hnics`).toEqual([]);
    expect(await w.sql`select from consoles`).toEqual([]);
    expect(await headnodeOrders(w)).toEqual([]);
  });

  test('and whose start nobody took in time, too', async (context) => {
    const w = await makeWorld(context);
    await withHeadnode(w);
    await asked(w, 'POST', '/headnode/h1/start');
    await expire(w);
    expect(await remove(w)).toMatchObject({ status: 200, text: '' });
    expect(await status(w)).toBe(404);
  });

  test('but whose start is pending, is the agent’s to delete', async (context) => {
    const w = await makeWorld(context);
    await withHeadnode(w);
    await asked(w, 'POST', '/headnode/h1/start');
    expect((await remove(w, { prefer: 'respond-async' })).status).toBe(202);
    expect((await headnodeOrders(w)).map(({ kind }) => kind)).toEqual(['headnode.start', 'headnode.delete']);
  });
});

describe('a headnode that was started', () => {
  test('is there, and keeps its network, until its agent has removed it', async (context) => {
    const w = await makeWorld(context);
    await withHeadnode(w);
    await projectNetwork(w, 'lan');
    await w.arrange('POST', '/headnode/h1/hnic/eth0/connect_network', { network: 'lan' });
    await ended(w, await asked(w, 'POST', '/headnode/h1/start'), 'done', { state: 'running', vncport: null });
    const answer = await asked(w, 'DELETE', '/headnode/h1');
    expect(await status(w)).toBe(200);
    expect((await w.call('ada', 'DELETE', '/network/lan')).status).toBe(409);
    await ended(w, answer, 'done', { state: 'absent' });
    expect(await status(w)).toBe(404);
    expect((await w.call('ada', 'DELETE', '/network/lan')).status).toBe(200);
    expect((await w.call('ada', 'GET', `/networking_action/${statusId(answer)}`)).body).toMatchObject({ status: 'DONE' });
  });

  test.for(['failed', 'unknown'] as const)(
    'is still there when its deletion ended %s, and can be deleted again',
    async (ending, context) => {
      const w = await makeWorld(context);
      await withRunningHeadnode(w);
      await ended(w, await asked(w, 'DELETE', '/headnode/h1'), ending, null);
      expect((await w.call('ada', 'GET', '/headnode/h1', undefined, { prefer: 'wait=0' })).body).toMatchObject({ frozen: true });
      const again = await asked(w, 'DELETE', '/headnode/h1');
      await ended(w, again, 'done', { state: 'absent' });
      expect(await status(w)).toBe(404);
    },
  );

  test('that nobody can tell of whether it was started is the agent’s to delete, too', async (context) => {
    const w = await makeWorld(context);
    await withHeadnode(w);
    await ended(w, await asked(w, 'POST', '/headnode/h1/start'), 'unknown', null);
    expect((await remove(w, { prefer: 'respond-async' })).status).toBe(202);
  });

  test('is deleted once, however often that is asked for', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    const first = await asked(w, 'DELETE', '/headnode/h1');
    const second = await asked(w, 'DELETE', '/headnode/h1', 'ada');
    expect(statusId(second)).toBe(statusId(first));
    const third = await waitingFor(w, 'DELETE', '/headnode/h1');
    await ended(w, first, 'done', { state: 'absent' });
    expect(await third.answer).toEqual({ status: 200, text: '' });
    expect((await headnodeOrders(w)).filter(({ kind }) => kind === 'headnode.delete')).toHaveLength(1);
  });

  test('whose deletion nobody took in time is deleted by asking again', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    const first = await asked(w, 'DELETE', '/headnode/h1');
    await expire(w);
    expect(statusId(await asked(w, 'DELETE', '/headnode/h1'))).not.toBe(statusId(first));
  });
});

test('of a deletion and a start that are asked for at once, the start comes first or is refused', async (context) => {
  const w = await makeWorld(context);
  for (let round = 0; round < 8; round++) {
    await withHeadnode(w);
    const [deleted, started] = await Promise.all([
      remove(w, { prefer: 'respond-async' }),
      w.call('ada', 'POST', '/headnode/h1/start', undefined, { prefer: 'respond-async' }),
    ]);
    expect(
      [
        [200, 404],
        [202, 202],
      ],
      deleted.text + started.text,
    ).toContainEqual([deleted.status, started.status]);
    const [left] = await w.sql`select count(*)::int as headnodes from headnodes`;
    expect(left).toEqual({ headnodes: deleted.status === 200 ? 0 : 1 });
    if (deleted.status === 202) {
      await ended(w, started, 'done', { state: 'running', vncport: null });
      await ended(w, deleted, 'done', { state: 'absent' });
    }
  }
});
