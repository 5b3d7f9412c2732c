import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { DeviceError } from '../../../../agents/device-error.ts';
import { NotIsolated, type VmHost } from '../../../../agents/drivers/vm-host/driver.ts';
import { interfaceName, uplinkName } from '../../../../agents/drivers/vm-host/interface-names.ts';
import { skipped } from '../../../support/lacking.ts';
import { type LibvirtLab, libvirtMissing, lookIn, pathOf, stand, startLibvirt } from '../../../support/libvirt.ts';
import { until } from '../../../support/until.ts';
import { aMachine, echoGuest, openHost } from './bench.ts';

const missing = libvirtMissing();

describe.skipIf(missing !== undefined)(`libvirt goes wrong${skipped(missing)}`, () => {
  let lab: LibvirtLab;
  let templates: Record<string, { file: string; memory: number; vcpus: number }>;
  beforeAll(async () => {
    lab = await startLibvirt();
    const full = Buffer.concat([echoGuest, randomBytes(4 * 1024 * 1024)]);
    templates = { echo: { file: await lab.image('echo.qcow2', 1, full), memory: 64, vcpus: 1 } };
  });
  afterAll(() => lab?.close());
  beforeEach(() => lookIn(lab.programs));
  afterEach(async () => {
    for (const { uuid } of await open().readUse()) await open().remove(uuid);
  });

  const open = (more = {}, signal?: AbortSignal) => openHost(lab, { templates, ...more }, signal);
  const folders = () => readdirSync(join(lab.folder, 'headnodes'));
  const template = () => {
    const file = join(lab.folder, 'echo.qcow2');
    return [createHash('sha256').update(readFileSync(file)).digest('hex'), statSync(file).mtimeMs];
  };

  /** Where the program really is. */
  const real = (program: string) => (existsSync(join(lab.programs, program)) ? join(lab.programs, program) : pathOf(program));

  /** Has a program do these lines of shell before each call whose arguments match a pattern of the shell. Answers how to end that. */
  function beforeCalls(program: string, pattern: string, ...lines: string[]): () => void {
    const folder = mkdtempSync(join(lab.folder, 'stand-'));
    stand(folder, program, `case "$*" in ${pattern})`, ...lines, ';; esac', `exec ${real(program)} "$@"`);
    lookIn(folder);
    return () => rmSync(folder, { recursive: true });
  }

  /**
   * Has every program note its calls, and after so many of them do nothing more but wait. Answers what was called, and how to wait until
   * they do.
   */
  function haltAfter(count: number): { readonly calls: () => string[]; readonly isHalted: () => boolean } {
    const folder = mkdtempSync(join(lab.folder, 'halt-'));
    const log = join(folder, 'log');
    for (const program of ['virsh', 'qemu-img', 'xorriso', 'ovs-vsctl'])
      stand(
        folder,
        program,
        `echo "${program} $*" >> ${log}`,
        `${real(program)} "$@"`,
        'code=$?',
        `[ "$(wc -l < ${log})" -lt ${count} ] || { touch ${folder}/halted; exec sleep 600; }`,
        'exit $code',
      );
    lookIn(folder);
    const calls = () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []);
    return { calls, isHalted: () => existsSync(join(folder, 'halted')) };
  }

  /** Does something, and calls it off after so many calls of programs. Answers the last call; undefined: it was done before. */
  async function cutAfter(count: number, work: (host: VmHost) => Promise<void>): Promise<string | undefined> {
    const before = process.env['PATH'];
    const { calls, isHalted } = haltAfter(count);
    const controller = new AbortController();
    let isOver = false;
    const working = work(open({}, controller.signal)).then(
      () => undefined,
      (error: unknown) => error,
    );
    void working.then(() => {
      isOver = true;
    });
    await until(() => isHalted() || isOver, 'it is halted or over');
    controller.abort();
    const error = await working;
    process.env['PATH'] = before;
    if (!isHalted()) {
      expect(error).toBeUndefined();
      return undefined;
    }
    expect(error).toMatchObject({ fault: expect.stringMatching(/^(?:lost|unreachable)$/) });
    return calls().at(-1);
  }

  test('a creation that is cut off at any step leaves nothing half made', async () => {
    const before = template();
    for (const { count, fullCopy, step } of [
      { count: 1, fullCopy: false, step: 'qemu-img info' },
      { count: 4, fullCopy: false, step: 'qemu-img create' },
      { count: 5, fullCopy: false, step: 'qemu-img info' },
      { count: 6, fullCopy: false, step: 'xorriso ' },
      { count: 5, fullCopy: true, step: 'qemu-img convert' },
      { count: 6, fullCopy: true, step: 'qemu-img resize' },
      { count: 7, fullCopy: false, step: ' define ' },
    ]) {
      const machine = aMachine({ seed: { userData: 'a', metaData: 'b' }, fullCopy });
      expect(await cutAfter(count, (host) => host.create(machine))).toContain(step);
      const isDefined = step === ' define ';
      expect(await open().read(machine.uuid)).toEqual({ state: isDefined ? 'stopped' : 'absent' });
      expect(folders()).toEqual(isDefined ? [machine.uuid] : []);
      expect(template()).toEqual(before);
      if (!isDefined) await open().create(machine);
      else await open().start(machine.uuid, machine.nics);
      expect(await open().remove(machine.uuid)).toEqual([]);
    }
  }, 90_000);

  test('what a creation that was killed has left is swept, and no other creation stumbles over it', async () => {
    const machine = aMachine();
    const leave = async () => {
      await cutAfter(5, (host) => host.create(machine));
      // A process that is killed does not clean up.
      mkdirSync(join(lab.folder, 'headnodes', machine.uuid, 'seed'), { recursive: true, mode: 0o700 });
      writeFileSync(join(lab.folder, 'headnodes', machine.uuid, 'disk.qcow2'), 'half of a disk');
    };
    await leave();
    expect(await open().sweep((uuid) => uuid === machine.uuid)).toEqual([]);
    expect(folders()).toEqual([machine.uuid]);
    expect(await open().sweep(() => false)).toEqual([
      `removed ${join(lab.folder, 'headnodes', machine.uuid)}, which was of no machine`,
    ]);
    expect(folders()).toEqual([]);
    await leave();
    await open().create(machine);
    expect(await open().sweep(() => false)).toEqual([]);
    expect(await open().read(machine.uuid)).toEqual({ state: 'stopped' });
  });

  test('a guest whose start is cut off runs only where its interfaces were read back, and starts anew', async () => {
    const machine = aMachine();
    await open().create(machine);
    const lastCalls: string[] = [];
    for (let count = 3; ; count += 1) {
      const last = await cutAfter(count, (host) => host.start(machine.uuid, machine.nics));
      const { state } = await open().read(machine.uuid);
      lastCalls.push(last ?? 'done');
      const isResumed = lastCalls.some((call) => call.includes('resume'));
      expect(state).toBe(isResumed ? 'running' : 'stopped');
      if (isResumed) break;
      // Of what waits, only its process is there.
      expect(await lab.virsh('domstate', machine.uuid)).toBe('paused');
    }
    expect(lastCalls.length).toBeGreaterThan(3);
  }, 90_000);

  describe('a guest never runs', () => {
    const device = (uuid: string) => interfaceName(uuid, 0);
    const vsctl = (...words: string[]) => `${real('ovs-vsctl')} --timeout=10 ${words.join(' ')} >/dev/null`;
    test.each([
      {
        is: 'in another VLAN',
        meddle: (uuid: string) => vsctl('set', 'port', device(uuid), 'tag=999'),
        says: 'untagged in VLAN 999',
      },
      { is: 'a trunk of all VLANs', meddle: (uuid: string) => vsctl('clear', 'port', device(uuid), 'tag'), says: '4094 VLANs' },
      {
        is: 'in more than its VLAN',
        meddle: (uuid: string) => vsctl('set', 'port', device(uuid), 'vlan_mode=native-untagged'),
        says: 'untagged in VLAN 101 and tagged in 4093',
      },
      {
        is: 'on another bridge',
        meddle: (uuid: string) =>
          vsctl('--may-exist', 'add-br', 'br1', '--', 'set', 'bridge', 'br1', 'datapath_type=netdev') +
          `; ${vsctl('del-port', 'br0', device(uuid), '--', 'add-port', 'br1', device(uuid), 'tag=101')}`,
        says: 'a port of bridge br1',
      },
      { is: 'nowhere', meddle: (uuid: string) => vsctl('--if-exists', 'del-port', 'br0', device(uuid)), says: 'no port named' },
      { is: 'not told', meddle: () => 'echo "Lorem ipsum"; exit 0', says: 'not what was asked for' },
      {
        is: 'told by nobody',
        meddle: () => 'echo "ovs-vsctl: unix:/x: database connection failed (Connection refused)" >&2; kill -ALRM $$',
        says: 'Open vSwitch does not answer',
      },
    ])('where its interface is $is', async ({ meddle, says }) => {
      const machine = aMachine();
      await open().create(machine);
      beforeCalls('ovs-vsctl', '*port-to-br*', meddle(machine.uuid));
      const starting = open().start(machine.uuid, machine.nics);
      await expect(starting).rejects.toThrow(NotIsolated);
      await expect(starting).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining(says) });
      expect(await lab.virsh('domstate', machine.uuid)).toBe('shut off');
    });

    test('with another interface than was asked for, nor with one more', async () => {
      const machine = aMachine();
      await open().create(machine);
      const refused = { name: 'NotIsolated', message: expect.stringMatching(/should be none.*it was ended$/) };
      const other = [{ mac: '52:54:00:00:00:02', vlan: 101 }];
      await expect(open().start(machine.uuid, other)).rejects.toMatchObject(refused);
      await expect(open().start(machine.uuid, [])).rejects.toMatchObject(refused);
      expect(await lab.virsh('domstate', machine.uuid)).toBe('shut off');
    });

    test('and where it cannot be ended either, that is said', async () => {
      const machine = aMachine();
      await open().create(machine);
      beforeCalls('ovs-vsctl', '*port-to-br*', 'exit 1');
      const mend = beforeCalls('virsh', '*" destroy "*', 'echo "error: no" >&2; exit 1');
      await expect(open().start(machine.uuid, machine.nics)).rejects.toMatchObject({
        name: 'NotIsolated',
        message: expect.stringContaining('could not be ended'),
      });
      expect(await lab.virsh('domstate', machine.uuid)).toBe('paused');
      mend();
    });
  });

  test('a full disk is told before a full copy is begun, and leaves nothing of a machine', async () => {
    const folder = join(lab.folder, 'tiny');
    mkdirSync(folder);
    await execa('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=755', 'tmpfs', folder]);
    onTestFinished(async () => {
      await execa('umount', [folder]);
    });
    await expect(open({ folder }).create(aMachine({ fullCopy: true }))).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringMatching(/a full copy needs \d+ MiB where headnodes are, and 2 MiB are free/),
    });
    expect(() => writeFileSync(join(folder, 'filling'), Buffer.alloc(4 * 1024 * 1024))).toThrow('ENOSPC');
    await expect(open({ folder }).create(aMachine())).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('No space left'),
    });
    expect(readdirSync(folder)).toEqual(['filling']);
  });

  test('while libvirt is down nothing is known, and machines go on', async () => {
    const host = open();
    const machine = aMachine();
    const { uuid, nics } = machine;
    await host.create(machine);
    await host.start(uuid, nics);
    const running = await host.read(uuid);
    expect(running).toMatchObject({ state: 'running' });
    await lab.libvirtd('stop');
    const create = () => host.create(aMachine());
    for (const call of [() => host.read(uuid), () => host.readTemplates(), () => host.readUse(), create, () => host.remove(uuid)])
      await expect(call()).rejects.toMatchObject({ fault: 'unreachable', message: expect.stringContaining('is libvirtd') });
    expect(folders()).toEqual([uuid]);
    await lab.libvirtd('start');
    expect(await host.read(uuid)).toEqual(running);
    expect(await host.remove(uuid)).toEqual([]);
  });

  test('libvirt that goes away between start and reading back leaves a guest that waits', async () => {
    const host = open();
    const machine = aMachine();
    await host.create(machine);
    const folder = mkdtempSync(join(lab.folder, 'stand-'));
    const started = join(folder, 'started');
    const lost = 'echo "error: End of file while reading data: Input/output error" >&2; exit 1';
    stand(
      folder,
      'virsh',
      `[ ! -e ${started} ] || { ${lost}; }`,
      `case "$*" in *" start "*) touch ${started};; esac`,
      `exec ${real('virsh')} "$@"`,
    );
    lookIn(folder);
    await expect(host.start(machine.uuid, machine.nics)).rejects.toMatchObject({
      name: 'NotIsolated',
      message: expect.stringContaining('could not be ended'),
    });
    rmSync(folder, { recursive: true });
    expect(await host.read(machine.uuid)).toEqual({ state: 'stopped' });
    expect(await lab.virsh('domstate', machine.uuid)).toBe('paused');
  });

  test('a machine that was removed, or lost its disk, behind our back', async () => {
    const host = open();
    const machine = aMachine();
    const { uuid, nics } = machine;
    await host.create(machine);
    rmSync(join(lab.folder, 'headnodes', uuid, 'disk.qcow2'));
    await expect(host.start(uuid, nics)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('a file of the machine is missing'),
    });
    expect(await host.read(uuid)).toEqual({ state: 'stopped' });
    await lab.virsh('undefine', uuid);
    expect(await host.read(uuid)).toEqual({ state: 'absent' });
    await expect(host.start(uuid, nics)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('not defined'),
    });
    await host.stop(uuid);
    await host.create(machine);
    expect(await host.read(uuid)).toEqual({ state: 'stopped' });
  });

  test('a machine that has run and that libvirt does not know is not absent, and keeps its disk until it is known again', async () => {
    const host = open();
    const machine = aMachine();
    const { uuid, nics } = machine;
    await host.create(machine);
    await host.start(uuid, nics);
    await host.stop(uuid);
    const folder = join(lab.folder, 'headnodes', uuid);
    const definition = join(folder, 'domain.xml');
    // As where libvirt was installed anew, or is another one.
    await lab.virsh('undefine', uuid);
    const disk = readFileSync(join(folder, 'disk.qcow2'));
    const calls = [() => host.read(uuid), () => host.create(machine), () => host.stop(uuid), () => host.remove(uuid)];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({
        fault: 'unreachable',
        message: expect.stringContaining(`"virsh define ${definition}"`),
      });
    expect(await host.sweep(() => false)).toEqual([expect.stringContaining(`"virsh define ${definition}"`)]);
    expect(readFileSync(join(folder, 'disk.qcow2'))).toEqual(disk);
    await lab.virsh('define', definition);
    await host.start(uuid, nics);
    expect(await host.remove(uuid)).toEqual([]);
    expect(folders()).toEqual([]);
    expect(await host.read(uuid)).toEqual({ state: 'absent' });
  });

  test('a removal that was cut off at any step is gone on with', async () => {
    for (let count = 1; ; count += 1) {
      const machine = aMachine();
      await open().create(machine);
      await open().start(machine.uuid, machine.nics);
      const last = await cutAfter(count, async (host) => {
        const left = await host.remove(machine.uuid);
        if (left.length > 0) throw new DeviceError('lost', left.join());
      });
      expect(await open().remove(machine.uuid)).toEqual([]);
      expect(await open().read(machine.uuid)).toEqual({ state: 'absent' });
      expect(folders()).toEqual([]);
      if (last === undefined) break;
    }
  }, 90_000);

  test('a removal whose libvirt goes away after it ended the machine has not left it as it was', async () => {
    const { uuid, nics, ...more } = aMachine();
    await open().create({ uuid, nics, ...more });
    await open().start(uuid, nics);
    const mend = beforeCalls('virsh', '*" undefine "*', 'echo "error: failed to connect to the hypervisor" >&2; exit 1');
    await expect(open().remove(uuid)).rejects.toMatchObject({ fault: 'lost' });
    expect(await lab.virsh('domstate', uuid)).toBe('shut off');
    mend();
    expect(await open().remove(uuid)).toEqual([]);
  });

  test('the interfaces of a machine that starts while the host is swept stay', async () => {
    const machine = aMachine();
    const { uuid, nics } = machine;
    await open().create(machine);
    const folder = mkdtempSync(join(lab.folder, 'stand-'));
    const [listed, started] = [join(folder, 'listed'), join(folder, 'started')];
    stand(
      folder,
      'virsh',
      `case "$*" in *"list --uuid --all"*) ;; *"list --uuid"*) list=$(${real('virsh')} "$@"); touch ${listed}`,
      `while [ ! -e ${started} ]; do sleep 0.01; done; echo "$list"; exit 0;; esac`,
      `exec ${real('virsh')} "$@"`,
    );
    lookIn(folder);
    let isStarted = false;
    const sweeping = open().sweep((other) => other === uuid && !isStarted);
    await until(() => existsSync(listed), 'what is active is listed');
    await open().start(uuid, nics);
    isStarted = true;
    writeFileSync(started, '');
    expect(await sweeping).toEqual([]);
    expect(await lab.vsctl('list-ports', 'br0')).toBe(interfaceName(uuid, 0));
  });

  test('a guest that waits is ended when it is stopped', async () => {
    const { uuid, nics, ...more } = aMachine();
    await open().create({ uuid, nics, ...more });
    await open().start(uuid, nics);
    await lab.virsh('suspend', uuid);
    expect(await open().read(uuid)).toEqual({ state: 'stopped' });
    await open().stop(uuid);
    expect(await lab.virsh('domstate', uuid)).toBe('shut off');
  });

  test('a machine that ends by itself is stopped, and starts again', async () => {
    const host = open();
    const { uuid, nics, ...more } = aMachine();
    await host.create({ uuid, nics, ...more });
    await host.start(uuid, nics);
    const line = await host.openConsole(uuid, () => {});
    await lab.virsh('qemu-monitor-command', uuid, '--hmp', 'quit').catch(() => {});
    expect(await line.ended).toContain('the machine stopped');
    await until(async () => (await host.read(uuid)).state === 'stopped', 'it is stopped');
    await host.start(uuid, nics);
    expect(await host.read(uuid)).toMatchObject({ state: 'running' });
  });

  test('an uplink is the first interface, and must not be where the networks of HaaS are', async () => {
    const bridged = async (name: string, bridge: string) => {
      const file = join(lab.folder, `${name}.xml`);
      const how = `<forward mode='bridge'/><bridge name='${bridge}'/><virtualport type='openvswitch'/>`;
      writeFileSync(file, `<network><name>${name}</name>${how}</network>`);
      await lab.virsh('net-define', file);
      await lab.virsh('net-start', name);
    };
    await lab.vsctl('--may-exist', 'add-br', 'br1', '--', 'set', 'bridge', 'br1', 'datapath_type=netdev');
    await bridged('apart', 'br1');
    await bridged('among', 'br0');
    for (const network of ['apart', 'among']) {
      const host = open({ uplink: { network, isolated: false } });
      const { uuid, nics, ...more } = aMachine();
      await host.create({ uuid, nics, ...more });
      const starting = host.start(uuid, nics);
      if (network === 'apart') {
        await starting;
        const [first, second] = (await lab.virsh('domiflist', uuid)).split('\n').map((line) => line.trim().split(/\s+/));
        expect(first).toMatchObject([uplinkName(uuid), expect.any(String), 'apart', 'virtio', expect.any(String)]);
        expect(second).toEqual([interfaceName(uuid, 0), 'bridge', 'br0', 'virtio', nics[0]?.mac]);
      } else
        await expect(starting).rejects.toMatchObject({
          name: 'NotIsolated',
          message: expect.stringContaining('must be on another bridge'),
        });
      expect(await host.remove(uuid)).toEqual([]);
    }
  });

  test('an uplink that keeps nobody apart is not given, unless that is wanted', async () => {
    const host = open({ uplink: { network: 'apart', isolated: true } });
    const { uuid, nics, ...more } = aMachine();
    await host.create({ uuid, nics, ...more });
    await expect(host.start(uuid, nics)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('isolated'),
    });
    expect(await host.read(uuid)).toEqual({ state: 'stopped' });
    expect(await host.remove(uuid)).toEqual([]);
  });

  test.each([
    [{ networks: { openvswitch: 'nowhere' } }, 'a bridge is missing'],
    [{ uplink: { network: 'nowhere', isolated: true } }, 'libvirt network of "uplink"'],
    [{ uplink: { bridge: 'br0', isolated: true } }, 'a bridge is missing'],
  ])('what %j lacks on the host is told when it is started', async (config, says) => {
    const host = open(config);
    const machine = aMachine();
    const { uuid, nics } = machine;
    await host.create(machine);
    await expect(host.start(uuid, nics)).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining(says) });
    expect(await host.read(uuid)).toEqual({ state: 'stopped' });
    expect(await lab.vsctl('list-ports', 'br0')).toBe('');
  });

  test('more memory than there is', async () => {
    const host = open();
    const machine = aMachine({ size: { memory: 4_000_000, vcpus: 1, disk: 1 } });
    await host.create(machine);
    await expect(host.start(machine.uuid, machine.nics)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('not enough memory'),
    });
  });
});
