import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { interfaceName } from '../../../../agents/drivers/vm-host/interface-names.ts';
import { skipped } from '../../../support/lacking.ts';
import { type LibvirtLab, libvirtMissing, lookIn, startLibvirt } from '../../../support/libvirt.ts';
import { until } from '../../../support/until.ts';
import { aMachine, echoGuest, openHost } from './bench.ts';

const missing = libvirtMissing();

describe.skipIf(missing !== undefined)(`libvirt${skipped(missing)}`, () => {
  let lab: LibvirtLab;
  let templates: Record<string, { file: string; memory: number; vcpus: number }>;
  beforeAll(async () => {
    lab = await startLibvirt();
    templates = { echo: { file: await lab.image('echo.qcow2', 1, echoGuest), memory: 64, vcpus: 1 } };
  });
  afterAll(() => lab?.close());
  beforeEach(() => lookIn(lab.programs));

  const open = (more = {}) => openHost(lab, { templates, ...more });
  afterEach(async () => {
    for (const { uuid } of await open().readUse()) await open().remove(uuid);
  });
  const folderOf = (uuid: string) => join(lab.folder, 'headnodes', uuid);

  test('a machine is created, started, spoken to, stopped and removed, and its template stays as it is', async () => {
    const template = join(lab.folder, 'echo.qcow2');
    const trace = () => ({
      hash: createHash('sha256').update(readFileSync(template)).digest('hex'),
      mtime: statSync(template).mtimeMs,
    });
    const before = trace();
    const host = open();
    const machine = aMachine();
    const { uuid, nics, size } = machine;
    expect(await host.readTemplates()).toEqual({ templates: [{ name: 'echo', memory: 64, vcpus: 1, disk: 1 }], problems: [] });
    expect(await host.read(uuid)).toEqual({ state: 'absent' });
    await expect(host.start(uuid, nics)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('not defined'),
    });
    await expect(host.openConsole(uuid, () => {})).rejects.toMatchObject({ fault: 'unreachable' });

    await host.create(machine);
    expect(await host.read(uuid)).toEqual({ state: 'stopped' });
    expect(await host.readUse()).toEqual([{ uuid, ...size }]);
    await expect(host.create(machine)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('defined already'),
    });
    expect(await lab.virsh('desc', '--title', uuid)).toBe(machine.title);
    expect(statSync(join(folderOf(uuid), 'disk.qcow2')).mode & 0o077).toBe(0);

    await host.start(uuid, nics);
    expect(await host.read(uuid)).toEqual({ state: 'running', vncport: 5900 });
    expect(await lab.vsctl('get', 'port', interfaceName(uuid, 0), 'tag')).toBe('101');
    await host.start(uuid, nics);
    // What machines use as a template can be cloned again.
    expect((await host.readTemplates()).problems).toEqual([]);
    expect(await host.sweep(() => false)).toEqual([]);

    let heard = '';
    const line = await host.openConsole(uuid, (data) => {
      heard += data.toString();
    });
    await until(async () => {
      await line.write(Buffer.from('~.x\x00'));
      return heard.includes('~.x\x00');
    }, 'the guest echoes');
    await expect(line.sendBreak()).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining('no break') });

    await host.stop(uuid);
    expect(await line.ended).toContain('the machine stopped');
    await expect(line.write(Buffer.from('x'))).rejects.toMatchObject({ fault: 'lost' });
    await expect(host.openConsole(uuid, () => {})).rejects.toMatchObject({ fault: 'unreachable' });
    expect(await host.read(uuid)).toEqual({ state: 'stopped' });
    await host.stop(uuid);

    const raw = join(lab.folder, 'written.raw');
    await execa('qemu-img', ['convert', '-f', 'qcow2', '-O', 'raw', join(folderOf(uuid), 'disk.qcow2'), raw]);
    const second = Buffer.alloc(512);
    const opened = openSync(raw, 'r');
    readSync(opened, second, 0, 512, 512);
    closeSync(opened);
    expect(second).toEqual(echoGuest);
    rmSync(raw);
    expect(trace()).toEqual(before);

    expect(await host.remove(uuid)).toEqual([]);
    expect(await host.read(uuid)).toEqual({ state: 'absent' });
    expect(await host.remove(uuid)).toEqual([]);
    expect(existsSync(folderOf(uuid))).toBe(false);
    expect(await lab.vsctl('list-ports', 'br0')).toBe('');
    expect(trace()).toEqual(before);
  });

  test('a machine that runs is removed; several interfaces, a full copy, and what cloud-init is told', async () => {
    const host = open();
    const seed = { userData: '#cloud-config\npassword: s3cret\n', metaData: 'instance-id: one\n' };
    const nics = [101, 4094].map((vlan, index) => ({ mac: `52:54:00:00:01:0${index}`, vlan }));
    const machine = aMachine({ nics, seed, fullCopy: true, size: { memory: 80, vcpus: 2, disk: 3 } });
    const { uuid } = machine;
    await host.create(machine);
    const image = await execa('qemu-img', ['info', '--output=json', join(folderOf(uuid), 'disk.qcow2')]);
    expect(JSON.parse(image.stdout)).toMatchObject({ format: 'qcow2', 'virtual-size': 3 * 1024 ** 3 });
    expect(image.stdout).not.toContain('backing');
    const iso = join(folderOf(uuid), 'seed.iso');
    expect(readdirSync(folderOf(uuid)).sort()).toEqual(['disk.qcow2', 'domain.xml', 'seed.iso']);
    expect(statSync(iso).mode & 0o077).toBe(0);
    expect(readFileSync(iso).subarray(0x8028, 0x8048).toString().trim()).toBe('cidata');
    const extracted = join(lab.folder, 'extracted');
    await execa('xorriso', ['-osirrox', 'on', '-indev', iso, '-extract', '/', extracted]);
    expect(readFileSync(join(extracted, 'user-data'), 'utf8')).toBe(seed.userData);
    expect(readFileSync(join(extracted, 'meta-data'), 'utf8')).toBe(seed.metaData);

    await host.start(uuid, nics);
    expect(await lab.vsctl('get', 'port', interfaceName(uuid, 1), 'tag')).toBe('4094');
    expect(await host.readUse()).toEqual([{ uuid, memory: 80, vcpus: 2, disk: 3 }]);
    expect(await host.remove(uuid)).toEqual([]);
    expect(await lab.vsctl('list-ports', 'br0')).toBe('');
    expect(existsSync(folderOf(uuid))).toBe(false);
  });

  describe('a template that is a domain', () => {
    const define = async (name: string, ...devices: string[]) => {
      const xml = `<domain type='qemu'><name>${name}</name><memory unit='MiB'>96</memory><vcpu>4</vcpu>
        <os><type machine='q35'>hvm</type><kernel>/vmlinuz</kernel><cmdline>console=ttyS0 a="1&amp;2"</cmdline><bootmenu enable='yes'/></os>
        <features><acpi/><apic/></features><cpu mode='maximum'><topology sockets='1' cores='4' threads='1'/></cpu>
        <clock offset='localtime'/>
        <devices>${devices.join('')}</devices></domain>`;
      writeFileSync(join(lab.folder, 'template.xml'), xml);
      await lab.virsh('define', join(lab.folder, 'template.xml'));
      onTestFinished(async () => {
        await lab.virsh('undefine', name);
      });
    };
    const disk = (file: string, target: string, type = 'qcow2', device = 'disk') =>
      `<disk type='file' device='${device}'><driver name='qemu' type='${type}'/><source file='${file}'/><target dev='${target}' bus='sata'/></disk>`;
    const interfaces = `<interface type='bridge'><mac address='52:54:00:ff:ff:ff'/><source bridge='br0'/></interface>`;
    const others = `<serial type='pty'/><graphics type='vnc' listen='0.0.0.0'/><hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0x5678'/></source></hostdev>`;

    test('is cloned, but for what is its own', async () => {
      const image = await lab.image('domain.qcow2', 2, echoGuest);
      const iso = disk('/nowhere.iso', 'sdb', 'raw', 'cdrom').replace('</disk>', '<readonly/></disk>');
      await define('golden', disk(image, 'sda'), iso, interfaces, others);
      const host = open({ templates: { golden: { domain: 'golden' } } });
      expect(await host.readTemplates()).toEqual({
        templates: [{ name: 'golden', memory: 96, vcpus: 4, disk: 2 }],
        problems: [],
      });
      const seed = { userData: 'a', metaData: 'b' };
      const machine = aMachine({ template: 'golden', size: { memory: 64, vcpus: 3, disk: 2 }, seed });
      await host.create(machine);
      const xml = await lab.virsh('dumpxml', '--inactive', machine.uuid);
      for (const kept of [
        'pc-q35',
        '<kernel>/vmlinuz</kernel>',
        'a=&quot;1&amp;2&quot;',
        "offset='localtime'",
        "<vcpu placement='static'>3",
      ])
        expect(xml).toContain(kept);
      for (const own of ['topology', 'bootmenu', 'hostdev', 'nowhere.iso', '52:54:00:ff:ff:ff', '0.0.0.0', "type='pty'"])
        expect(xml).not.toContain(own);
      // Of the template's image it only reads.
      expect(xml.replace(/<backingStore .*<\/backingStore>/s, '')).not.toContain(image);
      expect(xml.match(/<interface /g)).toHaveLength(1);
      expect(await host.remove(machine.uuid)).toEqual([]);
      expect(existsSync(image)).toBe(true);
    });

    test('cannot be cloned while it runs, or where it is not one qcow2 file', async () => {
      const image = await lab.image('busy.qcow2', 1);
      await define('several', disk(image, 'sda'), disk('/other.qcow2', 'sdb'));
      await define('raw', disk(image, 'sda', 'raw'));
      await define('diskless', interfaces);
      await define('busy', disk(image, 'sda').replace('sata', 'virtio').replace('sda', 'vda'));
      const xml = (await lab.virsh('dumpxml', '--inactive', 'busy')).replace(/<kernel>.*<\/cmdline>/s, '');
      writeFileSync(join(lab.folder, 'template.xml'), xml);
      await lab.virsh('define', join(lab.folder, 'template.xml'));
      await lab.virsh('start', 'busy');
      onTestFinished(async () => {
        await lab.virsh('destroy', 'busy');
      });
      // virsh itself would take a number for the id of a domain that runs.
      const id = await lab.virsh('domid', 'busy');
      const names = ['several', 'raw', 'diskless', 'busy', 'nowhere', id];
      const host = open({
        templates: {
          ...Object.fromEntries(names.map((domain) => [`t${domain}`, { domain }])),
          file: { file: image, memory: 64, vcpus: 1 },
        },
      });
      const { templates: none, problems } = await host.readTemplates();
      expect(none).toEqual([]);
      const says = (problem: string) => problems.filter((one) => one.includes(problem));
      expect(problems).toHaveLength(7);
      expect(says('template tseveral: its domain has 2 disks')).toHaveLength(1);
      expect(says('template traw: the disk of its domain is not qcow2')).toHaveLength(1);
      expect(says('template tdiskless: its domain has no disk')).toHaveLength(1);
      expect(says('template tbusy: it is in use')).toHaveLength(1);
      expect(says('template tnowhere: libvirt has no such domain')).toHaveLength(1);
      expect(says(`template t${id}: there is no domain that is called ${id}`)).toHaveLength(1);
      expect(says('template file: in use: something writes to it')).toHaveLength(1);
    });
  });

  test('images that cannot be cloned are told, and the others offered', async () => {
    const at = (name: string) => join(lab.folder, name);
    const make = (...words: string[]) => execa('qemu-img', ['create', '-q', '-f', 'qcow2', ...words]);
    await make('-F', 'qcow2', '-b', await lab.image('behind.qcow2', 1), at('layered.qcow2'));
    await make('-F', 'qcow2', '-b', await lab.image('gone.qcow2', 1), at('orphan.qcow2'));
    rmSync(at('gone.qcow2'));
    await make('-F', 'qcow2', '-b', at('orphan.qcow2'), '-u', at('grandchild.qcow2'), '1G');
    await make('-o', `data_file=${at('outside.raw')}`, at('outside.qcow2'), '1G');
    await make('-o', `data_file=${at('lost.raw')}`, at('lost.qcow2'), '1G');
    rmSync(at('lost.raw'));
    // Not LUKS: for its key qemu-img measures how fast the processor is, and fails where it is told too little of its own time.
    const encryption = ['--object', 'secret,id=s,data=abc', '-o', 'encrypt.format=aes,encrypt.key-secret=s'];
    await make(...encryption, at('encrypted.qcow2'), '1M');
    await make(at('odd.qcow2'), '1500M');
    writeFileSync(at('raw.qcow2'), echoGuest);
    const names = ['layered', 'orphan', 'grandchild', 'outside', 'lost', 'encrypted', 'odd', 'raw', 'nowhere'];
    const file = (name: string) => ({ file: at(`${name}.qcow2`), memory: 64, vcpus: 1 });
    const host = open({ templates: Object.fromEntries(names.map((name) => [name, file(name)])) });
    const read = await host.readTemplates();
    expect(read.templates).toEqual([
      { name: 'layered', memory: 64, vcpus: 1, disk: 1 },
      { name: 'outside', memory: 64, vcpus: 1, disk: 1 },
      { name: 'odd', memory: 64, vcpus: 1, disk: 2 },
    ]);
    expect(read.problems).toEqual([
      `template orphan: a part of it is missing: ${at('gone.qcow2')}`,
      `template grandchild: a part of it is missing: ${at('gone.qcow2')}`,
      `template lost: a part of it is missing: ${at('lost.raw')}`,
      `template encrypted: ${at('encrypted.qcow2')} is encrypted`,
      expect.stringMatching(/^template raw: no qcow2 image/),
      expect.stringMatching(/^template nowhere: .*No such file/),
    ]);

    const small = aMachine({ template: 'odd', size: { memory: 64, vcpus: 1, disk: 1 } });
    await expect(host.create(small)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringContaining('2 GiB already'),
    });
    await expect(host.create(aMachine({ template: 'orphan' }))).rejects.toMatchObject({ fault: 'refused' });
    await expect(host.create(aMachine({ template: 'constructor' }))).rejects.toMatchObject({ fault: 'refused' });
    expect(readdirSync(at('headnodes'))).toEqual([]);
  });

  test('a folder that cannot be used is told, and nothing is offered', async () => {
    const long = join(lab.folder, 'x'.repeat(60));
    mkdirSync(long);
    for (const [folder, problem] of [
      [long, 'too long a name'],
      [join(lab.folder, 'nowhere'), 'cannot be used'],
      [join(lab.folder, 'echo.qcow2'), 'no folder'],
    ] as const) {
      const host = open({ folder });
      expect(await host.readTemplates()).toEqual({ templates: [], problems: [expect.stringContaining(problem)] });
      await expect(host.create(aMachine())).rejects.toMatchObject({
        fault: 'refused',
        message: expect.stringContaining(problem),
      });
    }
  });

  test('domains, folders and ports of others are left alone', async () => {
    const host = open();
    const machine = aMachine();
    await host.create(machine);
    await lab.virsh('domrename', machine.uuid, 'foreign');
    onTestFinished(async () => {
      await lab.virsh('undefine', 'foreign');
      await lab.vsctl('del-port', 'br0', 'hnffffffffff-0');
    });
    const stranger = aMachine().uuid;
    writeFileSync(join(lab.folder, 'headnodes', stranger), 'a file');
    mkdirSync(join(lab.folder, 'headnodes', 'lost+found'));
    // Exits with 0, although there is no such device.
    const ofVm = (name: string, uuid: string) => [
      'add-port',
      'br0',
      name,
      '--',
      'set',
      'interface',
      name,
      `external_ids:vm-id=${uuid}`,
    ];
    await lab.vsctl(...ofVm('hnffffffffff-0', stranger));
    await lab.vsctl(...ofVm(interfaceName(stranger, 0), stranger));
    expect(await host.readUse()).toEqual([]);
    const { uuid, nics } = machine;
    for (const call of [() => host.read(uuid), () => host.start(uuid, nics), () => host.stop(uuid), () => host.remove(uuid)])
      await expect(call()).rejects.toMatchObject({
        fault: 'refused',
        message: expect.stringContaining('another domain in its place'),
      });
    expect(await host.sweep((busy) => busy === stranger)).toEqual([]);
    expect(await lab.virsh('domstate', 'foreign')).toBe('shut off');
    rmSync(folderOf(uuid), { recursive: true });
    expect(await host.sweep(() => false)).toEqual([`removed the port ${interfaceName(stranger, 0)} of br0, which nothing used`]);
    expect(readdirSync(join(lab.folder, 'headnodes')).sort()).toEqual([stranger, 'lost+found'].sort());
    expect(await lab.vsctl('list-ports', 'br0')).toBe('hnffffffffff-0');
    rmSync(join(lab.folder, 'headnodes', stranger));
    rmSync(join(lab.folder, 'headnodes', 'lost+found'), { recursive: true });
  });

  test.each(['../../etc', 'A'.repeat(36), `${aMachine().uuid}/..`])('%s is no machine', async (uuid) => {
    const host = open();
    const create = () => host.create(aMachine({ uuid }));
    for (const call of [() => host.read(uuid), create, () => host.remove(uuid), () => host.openConsole(uuid, () => {})])
      await expect(call()).rejects.toMatchObject({ fault: 'refused', message: expect.stringContaining('no UUID') });
  });
});
