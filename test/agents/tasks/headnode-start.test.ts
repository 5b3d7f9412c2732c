import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import type { DeviceFault } from '../../../agents/device-error.ts';
import { NotIsolated } from '../../../agents/drivers/vm-host/driver.ts';
import { beginHeadnodeStart } from '../../../agents/tasks/headnode-job.ts';
import type { HeadnodeSeed } from '../../../db/devices/headnode.ts';
import type { MemoryVmHost, VmHostCall } from '../../support/memory-vm-host.ts';
import { startOrder } from '../../support/mock-vm-host.ts';
import { fail, makeBench } from './headnode-bench.ts';

interface Texts {
  /** What is there before: nothing, unless told otherwise. */
  readonly before?: 'stopped' | 'running';
  readonly seed?: HeadnodeSeed;
  readonly label?: string;
  readonly interfere?: (call: VmHostCall, host: MemoryVmHost, times: number) => unknown;
  readonly stuck?: string[];
}

function headnode(t: TestContext, { before, seed, label = 'head-1', interfere, stuck = [] }: Texts = {}) {
  const order = startOrder({ headnode: { label, uuid: randomUUID() } });
  const { uuid } = order.headnode;
  const bench = makeBench(t, order.headnode);
  const { host, stateDir } = bench;
  host.stuck = stuck;
  if (before) {
    const { size, template, nics } = order;
    const machine = { uuid, title: label, template, size, fullCopy: false, nics, seed: null };
    host.machines.set(uuid, { machine, runs: before === 'running' });
  }
  if (interfere) host.interfere = (call) => interfere(call, host, host.count(call.what));
  const command = randomUUID();
  return {
    host,
    uuid,
    /** As the process does that takes the command; `again` as one does that comes after it. */
    start: (again = false, id = command) => bench.run(beginHeadnodeStart(order, seed ?? null, id, again)),
    /** What is remembered of machines that are being made. */
    remembered: () => (existsSync(join(stateDir, 'headnodes')) ? readdirSync(join(stateDir, 'headnodes')) : []),
  };
}

const running = { state: 'running', vncport: 5900 };

describe('a start', () => {
  test('makes the machine, starts it, and remembers nothing', async (t) => {
    const h = headnode(t, { label: 'Head_1 of Blue' });
    expect(await h.start()).toEqual({ status: 'done', result: { headnode: running } });
    expect(h.host.calls.map(({ what }) => what)).toEqual(['read', 'readUse', 'create', 'start', 'read']);
    const { machine } = h.host.machines.get(h.uuid) ?? {};
    expect(machine).toMatchObject({
      uuid: h.uuid,
      title: 'Head_1 of Blue',
      template: 'base-headnode',
      fullCopy: false,
      seed: null,
    });
    expect(h.host.calls.find(({ what }) => what === 'start')?.nics).toEqual([{ mac: '52:54:00:00:00:01', vlan: 100 }]);
    expect(h.remembered()).toEqual([]);
  });

  test('of a machine that runs touches nothing, and one that is there is not made again', async (t) => {
    const runs = headnode(t, { before: 'running' });
    expect(await runs.start()).toEqual({ status: 'done', result: { headnode: running } });
    expect(runs.host.calls).toHaveLength(1);
    const stopped = headnode(t, { before: 'stopped' });
    expect(await stopped.start()).toEqual({ status: 'done', result: { headnode: running } });
    expect(stopped.host.count('create')).toBe(0);
  });

  test.for([
    ['Head_1 of Blue', 'head-1-of-blue'],
    ['--ä', 'headnode'],
    [`${'a'.repeat(62)}-b`, 'a'.repeat(62)],
  ] as const)('tells cloud-init what it was given, to %s as %s', async ([label, hostname], t) => {
    const seed = { ssh_keys: ['ssh-ed25519 AAAA ada'], user_data: '#!/bin/sh\nrm -f /etc/motd\n' };
    const h = headnode(t, { label, seed });
    await h.start();
    const told = h.host.calls.find(({ what }) => what === 'create')?.machine?.seed;
    expect(told?.userData).toBe(seed.user_data);
    expect(JSON.parse(told?.metaData ?? '')).toEqual({
      'instance-id': h.uuid,
      'local-hostname': hostname,
      'public-keys': seed.ssh_keys,
    });
  });

  test('tells cloud-init nothing more than keys where there are only keys', async (t) => {
    const h = headnode(t, { seed: { ssh_keys: [], user_data: null } });
    await h.start();
    expect(h.host.calls.find(({ what }) => what === 'create')?.machine?.seed?.userData).toBe('#cloud-config\n{}\n');
  });
});

describe('a start that fails', () => {
  test.for([
    ['unreachable', 'unreachable'],
    ['denied', 'denied'],
    ['unintelligible', 'unreadable'],
    ['lost', 'interrupted'],
  ] as const)('before anything was done, as the host is %s: %s', async ([fault, reason], t) => {
    const h = headnode(t, { interfere: () => fail(fault) });
    expect(await h.start()).toMatchObject({ status: 'failed', reason, message: expect.stringContaining('the host says') });
    expect(h.host.calls).toHaveLength(1);
  });

  test.for([
    ['refused', 'device-refused'],
    ['unreachable', 'unreachable'],
    ['lost', 'interrupted'],
    ['unintelligible', 'unreadable'],
  ] satisfies [DeviceFault, string][])('while the machine is made, %s: there is none', async ([fault, reason], t) => {
    const h = headnode(t, { interfere: ({ what }) => what === 'create' && fail(fault) });
    expect(await h.start()).toMatchObject({ status: 'failed', reason, result: { headnode: { state: 'absent' } } });
    expect(h.host.machines.size).toBe(0);
    if (fault !== 'unreachable') expect(h.host.halfMade.size).toBe(0);
    expect(h.remembered()).toEqual([]);
  });

  test('as the host has such a machine already: that is left alone', async (t) => {
    const h = headnode(t, {
      before: 'stopped',
      interfere({ what }, host, times) {
        // It is not seen by the first look.
        if (what === 'read' && times === 1) host.machines.clear();
        if (what !== 'create') return;
        for (const [uuid, machine] of before) host.machines.set(uuid, machine);
        fail('refused', 'it is defined already');
      },
    });
    const before = [...h.host.machines];
    expect(await h.start()).toMatchObject({
      status: 'failed',
      reason: 'device-refused',
      message: 'it is defined already; the headnode is stopped',
      result: { headnode: { state: 'stopped' } },
    });
    expect(h.host.count('remove')).toBe(0);
  });

  test('although the machine was made in the end: it is removed', async (t) => {
    const h = headnode(t, {
      interfere({ what, machine }, host) {
        if (what !== 'create' || !machine) return;
        host.machines.set(machine.uuid, { machine, runs: false });
        fail('lost');
      },
    });
    expect(await h.start()).toMatchObject({ status: 'failed', reason: 'interrupted', result: { headnode: { state: 'absent' } } });
    expect(h.host.machines.size).toBe(0);
  });

  test.for(['refused', 'lost', 'unreachable', 'unintelligible'] as const)(
    'after this command made the machine (%s): it is removed again',
    async (fault, t) => {
      const h = headnode(t, { interfere: ({ what }) => what === 'start' && fail(fault) });
      expect(await h.start()).toMatchObject({ status: 'failed', result: { headnode: { state: 'absent' } } });
      expect(h.host.machines.size).toBe(0);
      expect(h.remembered()).toEqual([]);
    },
  );

  test('after the machine was there: it stays, stopped', async (t) => {
    const h = headnode(t, { before: 'stopped', interfere: ({ what }) => what === 'start' && fail('refused') });
    expect(await h.start()).toMatchObject({
      status: 'failed',
      reason: 'device-refused',
      message: 'the host says: refused; the headnode is stopped',
      result: { headnode: { state: 'stopped' } },
    });
    expect(h.host.count('remove')).toBe(0);
  });

  test('as an interface is not on its VLAN: a mismatch', async (t) => {
    const interfere = ({ what }: VmHostCall) => {
      if (what === 'start') throw new NotIsolated('52:54:00:00:00:01 is on VLAN 7');
    };
    const old = headnode(t, { before: 'stopped', interfere });
    expect(await old.start()).toMatchObject({ status: 'failed', reason: 'mismatch', result: { headnode: { state: 'stopped' } } });
    const made = headnode(t, { interfere });
    expect(await made.start()).toMatchObject({ status: 'failed', reason: 'mismatch', result: { headnode: { state: 'absent' } } });
  });

  test('and runs all the same: it is ended, since nobody knows in which networks it is', async (t) => {
    const h = headnode(t, {
      before: 'stopped',
      interfere({ what, uuid = '' }, host) {
        const known = host.machines.get(uuid);
        if (what !== 'start' || !known) return;
        known.runs = true;
        throw new NotIsolated('it is on VLAN 7');
      },
    });
    expect(await h.start()).toMatchObject({ status: 'failed', reason: 'mismatch', result: { headnode: { state: 'stopped' } } });
    expect(h.host.count('stop')).toBe(1);
  });

  test('and cannot be ended: it is told as it is', async (t) => {
    const h = headnode(t, {
      before: 'stopped',
      interfere({ what, uuid = '' }, host) {
        const known = host.machines.get(uuid);
        if (known && what === 'start') known.runs = true;
        if (what === 'start' || what === 'stop') fail('refused');
      },
    });
    expect(await h.start()).toMatchObject({ status: 'failed', reason: 'incomplete', result: { headnode: running } });
  });

  test('silently: the machine does not run', async (t) => {
    const h = headnode(t, { before: 'stopped', interfere: ({ what }) => (what === 'start' ? 'ignored' : undefined) });
    expect(await h.start()).toMatchObject({
      status: 'failed',
      reason: 'no-reaction',
      result: { headnode: { state: 'stopped' } },
    });
  });

  test('and leaves something that cannot be removed: each is named', async (t) => {
    const h = headnode(t, { stuck: ['/x/disk is busy'], interfere: ({ what }) => what === 'start' && fail('refused') });
    expect(await h.start()).toMatchObject({
      status: 'failed',
      reason: 'incomplete',
      message: expect.stringMatching(/the host says: refused; .*\/x\/disk is busy; the headnode is absent/),
      result: { headnode: { state: 'absent' } },
    });
  });

  test('and whose machine the host will not remove: it is told as read back', async (t) => {
    const h = headnode(t, { interfere: ({ what }) => (what === 'start' || what === 'remove') && fail('refused', `no ${what}`) });
    expect(await h.start()).toMatchObject({
      status: 'failed',
      reason: 'incomplete',
      message: expect.stringMatching(/no start; .*no remove/),
      result: { headnode: { state: 'stopped' } },
    });
  });
});

describe('a start of which the host tells nothing', () => {
  test('is waited for, and found out', async (t) => {
    const h = headnode(t, {
      interfere: ({ what }, _host, times) => {
        if (what === 'start') return;
        if (what === 'read' && times > 1 && times < 4) fail('unreachable');
      },
    });
    expect(await h.start()).toEqual({ status: 'done', result: { headnode: running } });
  });

  test('and whose answer was lost has succeeded where the machine runs', async (t) => {
    const h = headnode(t, {
      before: 'stopped',
      interfere({ what, uuid = '' }, host) {
        const known = host.machines.get(uuid);
        if (known && what === 'start') known.runs = true;
        if (what === 'start') fail('lost');
      },
    });
    expect(await h.start()).toEqual({ status: 'done', result: { headnode: running } });
  });

  test.for(['read', 'remove'] as const)('is unknown in the end (%s)', async (silent, t) => {
    const h = headnode(t, {
      interfere({ what }, _host, times) {
        if (what === 'start') fail('refused');
        if (what === silent && (silent === 'remove' || times > 1)) fail('unreachable', 'libvirt is away');
      },
    });
    expect(await h.start()).toMatchObject({
      status: 'unknown',
      reason: 'unproven',
      message: expect.stringContaining('libvirt is away'),
    });
  });
});

describe('a start that an earlier process began', () => {
  test.for([undefined, 'stopped', 'running'] as const)('is done from %s', async (before, t) => {
    const h = headnode(t, before ? { before } : {});
    expect(await h.start(true)).toEqual({ status: 'done', result: { headnode: running } });
  });

  test('waits for a host that is not there yet', async (t) => {
    const h = headnode(t, { interfere: ({ what }, _host, times) => what === 'read' && times < 4 && fail('unreachable') });
    expect(await h.start(true)).toEqual({ status: 'done', result: { headnode: running } });
    const away = headnode(t, { interfere: () => fail('unreachable') });
    expect(await away.start(true)).toMatchObject({ status: 'unknown', reason: 'unproven' });
  });

  /** A machine that was made by a process which is gone. */
  async function abandoned(t: TestContext) {
    let isGone = false;
    const h = headnode(t, {
      interfere({ what }) {
        isGone ||= what === 'start';
        if (isGone) fail('lost');
      },
    });
    await h.start();
    expect(h.host.machines.get(h.uuid)).toMatchObject({ runs: false });
    h.host.interfere = ({ what }) => what === 'start' && fail('refused');
    return h;
  }

  test('and that made the machine removes it again where it does not start', async (t) => {
    const h = await abandoned(t);
    expect(await h.start(true)).toMatchObject({ status: 'failed', result: { headnode: { state: 'absent' } } });
    expect([h.host.machines.size, h.remembered()]).toEqual([0, []]);
  });

  test('and that was removing it again makes it once more, and removes it', async (t) => {
    const h = headnode(t, { interfere: ({ what }) => what === 'start' && fail('refused') });
    expect(await h.start(true)).toMatchObject({ status: 'failed', result: { headnode: { state: 'absent' } } });
    expect([h.host.count('create'), h.host.machines.size]).toEqual([1, 0]);
  });

  test('is none of another command, which leaves the machine', async (t) => {
    const h = await abandoned(t);
    expect(await h.start(true, randomUUID())).toMatchObject({ status: 'failed', result: { headnode: { state: 'stopped' } } });
    expect(h.host.machines.size).toBe(1);
  });
});

describe('a host with little room', () => {
  const other = (size: { memory: number; vcpus: number; disk: number }) => {
    const { headnode, template, nics } = startOrder();
    const { uuid } = headnode;
    return [uuid, { machine: { uuid, title: 'x', template, size, fullCopy: false, nics, seed: null }, runs: false }] as const;
  };

  test('makes no machine that is too large, and tells what is left', async (t) => {
    const h = headnode(t);
    h.host.machines.set(...other({ memory: 1600, vcpus: 8, disk: 30 }));
    expect(await h.start()).toEqual({
      status: 'failed',
      reason: 'device-refused',
      message:
        'the host has no room for it: 512 MiB of memory are wanted, and 448 of 2048 are left; ' +
        '1 vCPUs are wanted, and 0 of 8 are left; the headnode is absent',
      result: { headnode: { state: 'absent' } },
    });
    expect(h.host.count('create')).toBe(0);
    expect(h.remembered()).toEqual([]);
  });

  test('keeps nothing of what an earlier process had half made when there was room', async (t) => {
    const h = headnode(t);
    h.host.machines.set(...other({ memory: 2048, vcpus: 8, disk: 30 }));
    h.host.halfMade.add(h.uuid);
    expect(await h.start(true)).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('no room'),
      result: { headnode: { state: 'absent' } },
    });
    expect([h.host.halfMade.size, h.remembered()]).toEqual([0, []]);
  });

  test('takes what just fits, and starts what it has, however small the limits have become', async (t) => {
    const h = headnode(t);
    h.host.machines.set(...other({ memory: 1536, vcpus: 7, disk: 30 }));
    expect(await h.start()).toMatchObject({ status: 'done' });
    h.host.limits = { memory: 1, vcpus: 1, disk: 1 };
    const stopped = headnode(t, { before: 'stopped' });
    stopped.host.limits = h.host.limits;
    expect(await stopped.start()).toMatchObject({ status: 'done' });
  });
});
