import { describe, expect, test } from 'vitest';
import { createApp } from '../../../functions/app.ts';
import { showHeadnode } from '../../../functions/headnode/show.ts';
import { operations } from '../../../functions/operations.ts';
import { bmcAgent } from '../../support/bmc-agent.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import {
  asked,
  endCommand,
  ended,
  headnodeAgent,
  headnodeOrders,
  headnodeRefusalCases,
  waitingFor,
  withHeadnode,
  withRunningHeadnode,
} from '../../support/headnodes.ts';
import { projectNetwork } from '../../support/networks.ts';
import { basic, makeWorld, type World } from '../../support/world.ts';

const show = (w: World, prefer?: string) =>
  w.call('ada', 'GET', '/headnode/h1', undefined, prefer === undefined ? {} : { prefer });
const reads = async (w: World) => {
  const rows = await w.sql`select id from commands where kind = 'headnode.read' order by seq`;
  return rows.map(({ id }) => String(id));
};

describeOperation(showHeadnode, {
  async arrange(w) {
    await withHeadnode(w);
    await projectNetwork(w, 'lan');
    await w.arrange('PUT', '/headnode/h1/hnic/a0');
    await w.arrange('POST', '/headnode/h1/hnic/eth0/connect_network', { network: 'lan' });
    await headnodeAgent(w);
    await w.arrange('POST', '/headnode/h1/start');
  },
  request: { params: { headnode: 'h1' } },
  async success(w, answer) {
    const macaddr = expect.stringMatching(/^52:54:00/);
    const [row] = await w.sql`select uuid from headnodes`;
    expect(answer.body).toEqual({
      name: 'h1',
      project: 'blue',
      base_img: 'tiny',
      uuid: row?.['uuid'],
      vncport: 5900,
      hnics: ['eth0', 'a0'],
      nics: [
        { label: 'eth0', macaddr, networks: { 'vlan/native': 'lan' } },
        { label: 'a0', macaddr, networks: {} },
      ],
      agent: 'rack-1',
      state: 'running',
      frozen: true,
      memory: 1024,
      vcpus: 1,
      disk: 4,
      full_copy: false,
      console: '/v0/headnode/h1/console',
    });
    expect((await headnodeOrders(w)).map(({ kind }) => kind)).toEqual(['headnode.start', 'headnode.read']);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: headnodeRefusalCases,
});

test('of a headnode that was never started nobody is asked: there is no virtual machine', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  expect((await show(w)).body).toMatchObject({ state: 'absent', vncport: null, frozen: false });
  expect(await headnodeOrders(w)).toEqual([]);
});

test('one that does not run has no screen', async (context) => {
  const w = await makeWorld(context);
  await withRunningHeadnode(w);
  await bmcAgent(w, () => ({ status: 'done', result: { headnode: { state: 'stopped' } } }));
  expect((await show(w)).body).toMatchObject({ state: 'stopped', vncport: null });
  expect((await show(w)).body).not.toHaveProperty('reason');
});

describe('what nobody can tell is unknown, and says why', () => {
  test.for([
    ['failed', 'unreachable'],
    ['refused', 'policy'],
    ['unknown', 'abandoned'],
  ] as const)('%s', async ([status, reason], context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    await bmcAgent(w, () => ({ status, reason, message: `it ended as ${reason}` }));
    expect(await show(w)).toMatchObject({
      status: 200,
      body: { state: 'unknown', reason: `it ended as ${reason}`, vncport: null, frozen: true },
    });
  });

  test('an answer that nobody understands', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    await bmcAgent(w, () => ({ status: 'done', result: { power: 'on' } }));
    expect((await show(w)).body).toMatchObject({ state: 'unknown', reason: expect.stringContaining('rack-1') });
  });

  test('an agent that is not there', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    await w.sql`update agents set last_seen_at = '2026-02-03T04:05:06Z'`;
    const unknown = { state: 'unknown', reason: expect.stringMatching(/rack-1.*2026-02-03T04:05:06.000Z/), frozen: true };
    const impatient = await show(w, 'wait=0');
    expect(impatient).toMatchObject({ status: 200, body: unknown });
    expect(impatient.headers.get('preference-applied')).toBe('wait=0');
    const asynchronous = await show(w, 'respond-async');
    expect(asynchronous).toMatchObject({ status: 200, body: unknown });
    expect(asynchronous.headers.get('preference-applied')).toBeNull();
    await w.sql`update agents set last_seen_at = null`;
    expect((await show(w, 'wait=0')).body).toMatchObject({ reason: expect.stringContaining('never') });
  });
});

describe('asking', () => {
  test('takes a few seconds at most, or as long as the client likes', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    const waits: number[] = [];
    const finished = {
      ...w.services.finished,
      wait: async (_ids: readonly string[], limit: number) => {
        waits.push(limit);
        return false;
      },
    };
    const app = createApp({ ...w.services, finished }, operations);
    for (const prefer of ['handling=lenient', 'wait=2', 'wait=99', 'respond-async']) {
      const headers = { authorization: basic('ada'), prefer };
      const answer = await app.request('http://haas.test/v0/headnode/h1', { headers });
      expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ state: 'unknown' })]);
    }
    expect(waits).toEqual([5_000, 2_000, 60_000]);
  });

  test('is for everybody who waits: what is queued is not queued again', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    for (let round = 0; round < 3; round++) await show(w, 'wait=0');
    expect(await reads(w)).toHaveLength(1);
    const waiting = [await waitingFor(w, 'GET', '/headnode/h1'), await waitingFor(w, 'GET', '/headnode/h1')];
    const [first = '', ...others] = await reads(w);
    expect(others).toEqual([]);
    await endCommand(w, first, 'done', { state: 'stopped' });
    for (const { answer } of waiting) expect(JSON.parse((await answer).text)).toMatchObject({ state: 'stopped' });
  });

  test('is done anew when the last one was begun, or something else comes after it', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    await show(w, 'wait=0');
    await asked(w, 'POST', '/headnode/h1/stop');
    await show(w, 'wait=0');
    expect(await reads(w)).toHaveLength(2);
    await w.sql`update commands set status = 'running' where finished_at is null`;
    await show(w, 'wait=0');
    expect(await reads(w)).toHaveLength(3);
  });

  test('is no answer to whoever may not ask', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    expect((await w.call('bob', 'GET', '/headnode/h1')).status).toBe(401);
    expect(await reads(w)).toEqual([]);
  });

  test('of one that is deleted meanwhile says that it is gone', async (context) => {
    const w = await makeWorld(context);
    await withRunningHeadnode(w);
    const deletion = await asked(w, 'DELETE', '/headnode/h1');
    const { answer } = await waitingFor(w, 'GET', '/headnode/h1');
    const [read = ''] = await reads(w);
    await ended(w, deletion, 'done', { state: 'absent' });
    await endCommand(w, read, 'done', { state: 'absent' });
    expect(await answer).toMatchObject({ status: 404, text: expect.stringContaining('unknown_headnode') });
  });
});
