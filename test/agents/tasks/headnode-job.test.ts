import { expect, type TestContext, test } from 'vitest';
import { beginHeadnodeJob } from '../../../agents/tasks/headnode-job.ts';
import type { VmHostCall } from '../../support/memory-vm-host.ts';
import { startOrder } from '../../support/mock-vm-host.ts';
import { fail, makeBench } from './headnode-bench.ts';

type Kind = 'headnode.stop' | 'headnode.read' | 'headnode.delete';

/** A headnode that runs, unless told otherwise. */
function headnode(t: TestContext, interfere: (call: VmHostCall, times: number) => unknown = () => {}, before = 'running') {
  const { headnode: identity, template, size, nics } = startOrder();
  const { uuid, label } = identity;
  const { host, run } = makeBench(t, identity);
  const machine = { uuid, title: label, template, size, fullCopy: false, nics, seed: null };
  if (before !== 'absent') host.machines.set(uuid, { machine, runs: before === 'running' });
  host.interfere = (call) => interfere(call, host.count(call.what));
  return { host, uuid, run: (kind: Kind, again = false) => run(beginHeadnodeJob(kind, again)) };
}

const done = (state: string) => ({ status: 'done', result: { headnode: { state } } });
const running = { state: 'running', vncport: 5900 };

test('a look tells what the headnode does, and is tried once', async (t) => {
  expect(await headnode(t).run('headnode.read')).toEqual({ status: 'done', result: { headnode: running } });
  expect(await headnode(t, undefined, 'stopped').run('headnode.read')).toEqual(done('stopped'));
  expect(await headnode(t, undefined, 'absent').run('headnode.read')).toEqual(done('absent'));
  const away = headnode(t, () => fail('unreachable'));
  expect(await away.run('headnode.read')).toMatchObject({ status: 'failed', reason: 'unreachable' });
  expect(away.host.calls).toHaveLength(1);
});

test('a stop takes the power, and is done where there is none', async (t) => {
  const h = headnode(t);
  expect(await h.run('headnode.stop')).toEqual(done('stopped'));
  expect(await h.run('headnode.stop')).toEqual(done('stopped'));
  // What does not run may have a process nevertheless, with a guest that waits.
  expect(h.host.count('stop')).toBe(2);
  const none = headnode(t, undefined, 'absent');
  expect(await none.run('headnode.stop')).toEqual(done('absent'));
  expect(none.host.count('stop')).toBe(0);
});

test('a stop that does not happen is told as read back', async (t) => {
  const deaf = headnode(t, ({ what }) => (what === 'stop' ? 'ignored' : undefined));
  expect(await deaf.run('headnode.stop')).toMatchObject({
    status: 'failed',
    reason: 'no-reaction',
    result: { headnode: running },
  });
  const refused = headnode(t, ({ what }) => what === 'stop' && fail('refused'));
  expect(await refused.run('headnode.stop')).toMatchObject({
    status: 'failed',
    reason: 'device-refused',
    result: { headnode: running },
  });
  const away = headnode(t, ({ what }) => what === 'stop' && fail('unreachable'));
  expect(await away.run('headnode.stop')).toMatchObject({ status: 'failed', reason: 'unreachable' });
});

test('a stop whose answer was lost is found out, or unknown', async (t) => {
  const late = headnode(t, ({ what }, times) => what === 'read' && times > 1 && times < 4 && fail('lost'));
  expect(await late.run('headnode.stop')).toEqual(done('stopped'));
  const never = headnode(t, ({ what }, times) => what === 'read' && times > 1 && fail('lost'));
  expect(await never.run('headnode.stop')).toMatchObject({ status: 'unknown', reason: 'unproven' });
});

test('a deletion leaves nothing, and may be repeated', async (t) => {
  const h = headnode(t);
  expect(await h.run('headnode.delete')).toEqual(done('absent'));
  expect(h.host.machines.size).toBe(0);
  expect(await h.run('headnode.delete')).toEqual(done('absent'));
});

test('a deletion that leaves something names each', async (t) => {
  const h = headnode(t);
  h.host.stuck = ['/x/disk is busy', 'the interface vnet1 is still there'];
  expect(await h.run('headnode.delete')).toMatchObject({
    status: 'failed',
    reason: 'incomplete',
    message: 'not everything could be removed: /x/disk is busy; the interface vnet1 is still there; the headnode is absent',
    result: { headnode: { state: 'absent' } },
  });
  const refused = headnode(t, ({ what }) => what === 'remove' && fail('refused', 'no'));
  expect(await refused.run('headnode.delete')).toMatchObject({
    status: 'failed',
    reason: 'incomplete',
    result: { headnode: running },
  });
  const deaf = headnode(t, ({ what }) => (what === 'remove' ? 'ignored' : undefined));
  expect(await deaf.run('headnode.delete')).toMatchObject({
    status: 'failed',
    reason: 'no-reaction',
    result: { headnode: running },
  });
});

test('a deletion is not begun where the host is away, and begun again where its answer was lost', async (t) => {
  const away = headnode(t, () => fail('unreachable'));
  expect(await away.run('headnode.delete')).toMatchObject({ status: 'failed', reason: 'unreachable' });
  expect(away.host.calls).toHaveLength(1);
  const lost = headnode(t, ({ what }, times) => what === 'remove' && times < 3 && fail('lost'));
  expect(await lost.run('headnode.delete')).toEqual(done('absent'));
  expect(lost.host.count('remove')).toBe(3);
  const never = headnode(t, ({ what }) => what === 'remove' && fail('lost'));
  expect(await never.run('headnode.delete')).toMatchObject({ status: 'unknown', reason: 'unproven' });
});

test.for(['headnode.stop', 'headnode.delete'] as const)(
  '%s, begun by a process that is gone, waits for a host that is not there yet',
  async (kind, t) => {
    const late = headnode(t, ({ what }, times) => what !== 'stop' && times < 3 && fail('unreachable'));
    expect(await late.run(kind, true)).toEqual(done(kind === 'headnode.stop' ? 'stopped' : 'absent'));
    expect(await headnode(t, () => fail('unreachable')).run(kind, true)).toMatchObject({ status: 'unknown', reason: 'unproven' });
  },
);
