import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { DeviceError } from '../../agents/device-error.ts';
import { NotIsolated } from '../../agents/drivers/vm-host/driver.ts';
import { type Headnode, isMachineBusy, linkHeadnode, type OfferedHost, takeHostTurn } from '../../agents/headnode-link.ts';
import { NoRoom } from '../../agents/vm-host-room.ts';
import { stateFolder } from '../support/agent-site.ts';
import { MemoryVmHost } from '../support/memory-vm-host.ts';
import { startOrder } from '../support/mock-vm-host.ts';
import { until } from '../support/until.ts';

const { template, size, nics } = startOrder();
const machine = { template, size, fullCopy: false, nics, seed: null };

function bench(t: TestContext) {
  const host = new MemoryVmHost();
  const stateDir = stateFolder(t);
  const locks = join(stateDir, 'locks');
  const means = { vmHost: host.offered, stateDir, locks };
  const lease = (signal = new AbortController().signal) => ({ held: () => !signal.aborted, signal });
  const link = (uuid: string, secrets: string[] = [], signal?: AbortSignal) =>
    linkHeadnode(means, { label: 'head-1', uuid }, lease(signal), secrets);
  return { host, locks, means, link, lease };
}

/** A promise, and how to settle it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('the link to a headnode', () => {
  test('is none where the agent has no host', (t) => {
    const { means, lease } = bench(t);
    const open = () => linkHeadnode({ ...means, vmHost: null }, { label: 'head-1', uuid: randomUUID() }, lease());
    expect(open).toThrow(
      expect.objectContaining({ fault: 'unreachable', message: 'this agent has no vm-host.json: it runs no headnodes' }),
    );
  });

  const calls: readonly ((link: Headnode) => Promise<unknown>)[] = [
    (link) => link.read(),
    (link) => link.make(machine, 'c'),
    (link) => link.start(nics),
    (link) => link.stop(),
    (link) => link.remove(),
    (link) => link.openConsole(() => {}),
  ];

  test('calls nothing once the device is not ours', async (t) => {
    const { link, host } = bench(t);
    const ended = link(randomUUID(), [], AbortSignal.abort());
    for (const call of calls) await expect(call(ended)).rejects.toMatchObject({ fault: 'lost' });
    expect(host.calls).toEqual([]);
  });

  test('keeps secrets out of errors, and their kinds', async (t) => {
    const { link, host } = bench(t);
    host.interfere = () => {
      throw new DeviceError('refused', 'cannot write "password: sesame" to the seed', { cause: new Error('sesame') });
    };
    const secretive = link(randomUUID(), ['password: sesame']);
    for (const call of calls) {
      const error = await call(secretive).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ fault: 'refused', message: 'cannot write "***" to the seed' });
      expect(error).not.toHaveProperty('cause');
    }
    host.interfere = () => {
      throw new NotIsolated('password: sesame');
    };
    await expect(secretive.start(nics)).rejects.toThrow(NotIsolated);
    host.interfere = () => {
      throw new TypeError('a fault of the driver');
    };
    await expect(secretive.read()).rejects.toMatchObject({ fault: 'lost', message: 'a fault of the driver' });
  });
});

describe('room on the host', () => {
  test('is given once, however many ask at once, before any disk is copied', async (t) => {
    const { link, host, means } = bench(t);
    const { opened, open } = gate();
    host.interfere = ({ what }) => (what === 'create' ? opened : undefined);
    const uuids = Array.from({ length: 8 }, () => randomUUID());
    const makings = uuids.map((uuid) =>
      link(uuid)
        .make(machine, uuid)
        .catch((error: unknown) => error),
    );
    // Four fit: the others are told so while the first are still being copied.
    const asked = new Set<unknown>();
    for (const making of makings) void making.then((end) => asked.add(end));
    await until(() => asked.size === 4, 'four of them are told');
    expect([...asked].every((end) => end instanceof NoRoom)).toBe(true);
    open();
    await Promise.all(makings);
    expect(host.machines.size).toBe(4);
    await expect(
      linkHeadnode(means, { label: 'x', uuid: randomUUID() }, { held: () => true, signal: new AbortController().signal }).make(
        machine,
        'c',
      ),
    ).rejects.toThrow('512 MiB of memory are wanted, and 0 of 2048 are left');
  });

  test('is not given twice where a machine is defined while the host is looked at', async (t) => {
    const { link, host, means, lease } = bench(t);
    const large = { ...machine, size: { memory: 2048, vcpus: 8, disk: 40 } };
    const { opened, open } = gate();
    host.interfere = ({ what }) => (what === 'create' ? opened : undefined);
    const making = link(randomUUID()).make(large, 'c');
    await until(() => host.count('create') === 1, 'the first machine is being made');
    const late: OfferedHost = {
      ...host.offered,
      open(signal) {
        const inner = host.offered.open(signal);
        return {
          ...inner,
          async readUse() {
            const use = await inner.readUse();
            open();
            await making;
            return use;
          },
        };
      },
    };
    const other = linkHeadnode({ ...means, vmHost: late }, { label: 'head-2', uuid: randomUUID() }, lease());
    await expect(other.make(large, 'c')).rejects.toThrow(NoRoom);
    expect(host.machines.size).toBe(1);
  });

  test('is not taken by what came to nothing', async (t) => {
    const { link, host } = bench(t);
    host.interfere = ({ what }) => {
      if (what === 'create') throw new DeviceError('refused', 'no');
    };
    for (let times = 0; times < 5; times += 1) await expect(link(randomUUID()).make(machine, 'c')).rejects.toThrow('no');
    host.interfere = () => {};
    for (let times = 0; times < 4; times += 1) await link(randomUUID()).make(machine, 'c');
  });

  test('is not counted twice for the machine itself', async (t) => {
    const { link, host } = bench(t);
    const large = { ...machine, size: { memory: 2048, vcpus: 8, disk: 40 } };
    const uuid = randomUUID();
    host.interfere = ({ what }) => {
      if (what === 'create') throw new DeviceError('lost', 'cut off');
    };
    await expect(link(uuid).make(large, 'c')).rejects.toThrow('cut off');
    host.interfere = () => {};
    await link(uuid).make(large, 'c');
  });
});

describe('a machine that somebody works on', () => {
  test('is busy until they are done, and others are not held up', async (t) => {
    const { link, host, locks } = bench(t);
    const { opened, open } = gate();
    const [slow, quick] = [randomUUID(), randomUUID()];
    host.interfere = ({ what, uuid }) => (what === 'create' && uuid === slow ? opened : undefined);
    const making = link(slow).make(machine, 'c');
    await until(() => isMachineBusy(locks, slow), 'the first machine is being made');
    await link(quick).make(machine, 'c');
    await link(quick).start(nics);
    expect([isMachineBusy(locks, slow), isMachineBusy(locks, quick)]).toEqual([true, false]);
    open();
    await making;
    expect(isMachineBusy(locks, slow)).toBe(false);
  });

  test('is not begun with while the host is swept', async (t) => {
    const { link, host, locks } = bench(t);
    const turn = await takeHostTurn(locks, new AbortController().signal);
    const uuid = randomUUID();
    const making = link(uuid).make(machine, 'c');
    await link(uuid).read();
    expect([host.count('create'), isMachineBusy(locks, uuid)]).toEqual([0, false]);
    turn.release();
    await making;
  });

  test('is waited for no longer than its device is ours', async (t) => {
    const { link, locks } = bench(t);
    const turn = await takeHostTurn(locks, new AbortController().signal);
    const lease = new AbortController();
    const making = link(randomUUID(), [], lease.signal).make(machine, 'c');
    lease.abort();
    await expect(making).rejects.toMatchObject({ fault: 'lost' });
    turn.release();
  });
});
