import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { NotIsolated } from '../../../../agents/drivers/vm-host/driver.ts';
import { openVmHost } from '../../../../agents/drivers/vm-host/drivers.ts';
import { stateFolder } from '../../../support/agent-site.ts';
import { mockVmHost, startOrder } from '../../../support/mock-vm-host.ts';
import { until } from '../../../support/until.ts';

function bench(t: TestContext) {
  const stateDir = stateFolder(t);
  const config = { ...mockVmHost, templates: { ...mockVmHost.templates } };
  return {
    folder: join(stateDir, 'mock-vm-host'),
    /** As each process of the agent opens it. */
    open: (signal = new AbortController().signal) => openVmHost({ config, stateDir, signal }),
  };
}

function machine(uuid: string = randomUUID()) {
  const { template, size, nics } = startOrder();
  return { uuid, title: 'head-1', template, size, fullCopy: true, nics, seed: null };
}

describe('mock', () => {
  test('offers the templates of its configuration', async (t) => {
    expect(await bench(t).open().readTemplates()).toEqual({
      templates: [
        { name: 'base-headnode', memory: 512, vcpus: 1, disk: 10 },
        { name: 'img1', memory: 1024, vcpus: 2, disk: 4 },
      ],
      problems: [],
    });
  });

  test('makes, starts, stops and removes machines, for every process alike', async (t) => {
    const { open, folder } = bench(t);
    const made = machine();
    const { uuid, nics } = made;
    expect(await open().read(uuid)).toEqual({ state: 'absent' });
    await open().create(made);
    expect(await open().read(uuid)).toEqual({ state: 'stopped' });
    expect(await open().readUse()).toEqual([{ uuid, memory: 512, vcpus: 1, disk: 10 }]);
    await open().start(uuid, nics);
    expect(await open().read(uuid)).toEqual({ state: 'running', vncport: 5900 });
    await open().stop(uuid);
    await open().stop(uuid);
    expect(await open().read(uuid)).toEqual({ state: 'stopped' });
    await open().start(uuid, nics);
    expect(await open().remove(uuid)).toEqual([]);
    expect(await open().remove(uuid)).toEqual([]);
    expect(await open().read(uuid)).toEqual({ state: 'absent' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('gives each machine that runs a screen of its own', async (t) => {
    const host = bench(t).open();
    const [a, b, c] = [machine(), machine(), machine()];
    for (const made of [a, b, c]) {
      await host.create(made);
      await host.start(made.uuid, made.nics);
    }
    await host.stop(b.uuid);
    await host.start(b.uuid, b.nics);
    const ports = await Promise.all([a, b, c].map(async ({ uuid }) => await host.read(uuid)));
    expect(ports.map((state) => 'vncport' in state && state.vncport)).toEqual([5900, 5901, 5902]);
  });

  test('refuses what cannot be', async (t) => {
    const host = bench(t).open();
    const made = machine();
    const { uuid, nics } = made;
    await expect(host.create({ ...made, template: 'toString' })).rejects.toMatchObject({ fault: 'refused' });
    await expect(host.start(uuid, nics)).rejects.toMatchObject({ fault: 'refused' });
    await expect(host.openConsole(uuid, () => {})).rejects.toMatchObject({ fault: 'unreachable' });
    await host.create(made);
    await expect(host.create(made)).rejects.toMatchObject({ fault: 'refused' });
    await expect(host.openConsole(uuid, () => {})).rejects.toMatchObject({ fault: 'unreachable' });
    const elsewhere = nics.map(({ mac }) => ({ mac, vlan: 7 }));
    await expect(host.start(uuid, elsewhere)).rejects.toThrow(NotIsolated);
    await expect(host.start(uuid, [])).rejects.toThrow(NotIsolated);
    await host.start(uuid, nics);
    await expect(host.start(uuid, nics)).rejects.toMatchObject({ fault: 'refused' });
  });

  test('a machine that is none any more is said to be damaged, and can be removed', async (t) => {
    const { open, folder } = bench(t);
    const made = machine();
    await open().create(made);
    writeFileSync(join(folder, made.uuid, 'machine.json'), '{');
    await expect(open().read(made.uuid)).rejects.toMatchObject({
      fault: 'unintelligible',
      message: expect.stringContaining(made.uuid),
    });
    expect(await open().remove(made.uuid)).toEqual([]);
    expect(await open().read(made.uuid)).toEqual({ state: 'absent' });
  });

  test('sweeps what is half made, unless somebody works on it', async (t) => {
    const { open, folder } = bench(t);
    const whole = machine();
    await open().create(whole);
    const [half, busy] = [randomUUID(), randomUUID()];
    for (const uuid of [half, busy]) {
      mkdirSync(join(folder, uuid));
      writeFileSync(join(folder, uuid, 'disk'), '');
    }
    expect(await open().sweep((uuid) => uuid === busy)).toEqual([expect.stringContaining(half)]);
    expect(readdirSync(folder).sort()).toEqual([busy, whole.uuid].sort());
    // Whoever begins again begins anew.
    await open().create(machine(busy));
    expect(existsSync(join(folder, busy, 'machine.json'))).toBe(true);
    expect(await open().sweep(() => false)).toEqual([]);
  });

  test('does nothing once it is called off', async (t) => {
    const { open } = bench(t);
    const host = open(AbortSignal.abort());
    const made = machine();
    const calls = [
      host.readTemplates(),
      host.readUse(),
      host.read(made.uuid),
      host.create(made),
      host.start(made.uuid, []),
      host.stop(made.uuid),
      host.remove(made.uuid),
      host.sweep(() => false),
      host.openConsole(made.uuid, () => {}),
    ];
    for (const call of calls) await expect(call).rejects.toMatchObject({ fault: 'lost' });
    expect(await open().read(made.uuid)).toEqual({ state: 'absent' });
  });
});

describe('mock: the console', () => {
  test('prints the start once, what is typed, and ends with the machine', async (t) => {
    const host = bench(t).open();
    const made = machine();
    const { uuid, nics } = made;
    await host.create(made);
    await host.start(uuid, nics);
    const watch = async () => {
      let output = '';
      const line = await host.openConsole(uuid, (data) => {
        output += data.toString('latin1');
      });
      return { line, output: () => output };
    };
    const first = await watch();
    await until(() => first.output().endsWith('Booting base-headnode ...\r\nStarted.\r\nmock> '), 'it has started');
    await first.line.write(Buffer.from('ls\r'));
    await expect(first.line.sendBreak()).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('no break'),
    });
    expect(first.output()).toMatch(/ls\r\nmock> $/);
    const second = await watch();
    expect(await first.line.ended).toBe('somebody else took the console over');
    await second.line.write(Buffer.from('x'));
    await host.stop(uuid);
    expect(await second.line.ended).toBe('the machine does not run any more');
    expect(second.output()).toBe('x');
    await expect(second.line.write(Buffer.from('x'))).rejects.toMatchObject({ fault: 'lost' });
  });
});
