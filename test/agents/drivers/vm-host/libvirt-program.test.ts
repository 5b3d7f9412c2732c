import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openLibvirt } from '../../../../agents/drivers/vm-host/libvirt.ts';
import type { LibvirtConfig } from '../../../../agents/vm-host-config.ts';
import { lookIn, stand } from '../../../support/libvirt.ts';
import { aMachine } from './bench.ts';

/** A host whose programs are a few lines of shell each. */
function hostOf(
  programs: Record<string, readonly string[]>,
  signal = new AbortController().signal,
  more: Partial<LibvirtConfig> = {},
) {
  const folder = aFolder();
  mkdirSync(join(folder, 'bin'));
  for (const [name, lines] of Object.entries(programs)) stand(join(folder, 'bin'), name, ...lines);
  lookIn(join(folder, 'bin'));
  const config: LibvirtConfig = {
    driver: 'libvirt',
    uri: 'qemu:///system',
    folder,
    virtualization: 'kvm',
    networks: { openvswitch: 'br0' },
    limits: { memory: 1, vcpus: 1, disk: 1 },
    templates: { echo: { file: '/echo.qcow2', memory: 64, vcpus: 1 } },
    ...more,
  };
  return openLibvirt({ config, signal, stateDir: folder });
}

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'haas-vm-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

const saying = (stderr: string, code = 1) => [`printf '%b' '${stderr}' >&2`, `exit ${code}`];
const { uuid } = aMachine();

describe('libvirt: what the programs do', () => {
  test.each([
    ['error: failed to connect to the hypervisor\\nerror: Failed to connect socket to x: Connection refused\\n', 'is libvirtd'],
    [
      'error: failed to connect to the hypervisor\\nerror: Failed to connect socket to \\0047/var/run/libvirt/libvirt-sock\\0047: Permission denied\\n',
      'to the group libvirt',
    ],
    [
      'error: authentication unavailable: no polkit agent available to authenticate action org.libvirt.unix.manage\\n',
      'to the group libvirt',
    ],
    ['error: End of file while reading data: Input/output error\\n', 'hung up'],
  ])('libvirt that does not answer is unreachable, and its machines are not absent: %s', async (stderr, says) => {
    const host = hostOf({ virsh: saying(stderr), 'qemu-img': [`echo '{"virtual-size": 512, "format": "qcow2"}'`] });
    for (const call of [() => host.read(uuid), () => host.readTemplates(), () => host.readUse(), () => host.create(aMachine())])
      await expect(call()).rejects.toMatchObject({ fault: 'unreachable', message: expect.stringContaining(says) });
  });

  test.each([
    ['what nobody recognises', saying('error: Lorem\\nerror: ipsum\\n'), 'refused', 'virsh: error: Lorem / error: ipsum'],
    ['rubbish', ['echo Lorem ipsum'], 'unintelligible', 'no definition of a domain'],
    ['nothing', ['exit 0'], 'unintelligible', 'no definition of a domain'],
    ['half of an answer', [`echo "<domain><name>headnode-${uuid}</name>"`], 'unintelligible', 'no definition of a domain'],
    ['another thing', ['echo "<network/>"'], 'unintelligible', 'no definition of a domain'],
    ['a crash', ['kill -SEGV $$'], 'unreachable', 'virsh'],
    ['endless output', ['yes'], 'unintelligible', 'printed more than'],
  ])('a machine is not absent because of %s', async (_, lines, fault, says) => {
    await expect(hostOf({ virsh: lines }).read(uuid)).rejects.toMatchObject({ fault, message: expect.stringContaining(says) });
  });

  test('a machine is absent only where libvirt lists all and not that one', async () => {
    const notFound = `*dumpxml*) echo "error: failed to get domain '${uuid}'" >&2; exit 1;;`;
    const listing = (what: string) => hostOf({ virsh: [`case "$*" in ${notFound} *"list --uuid --all"*) ${what};; esac`] });
    expect(await listing(`echo ${aMachine().uuid}; echo`).read(uuid)).toEqual({ state: 'absent' });
    await expect(listing(`echo ${uuid}`).read(uuid)).rejects.toMatchObject({ fault: 'unintelligible' });
    await expect(listing('echo Lorem').read(uuid)).rejects.toMatchObject({ fault: 'unintelligible' });
    await expect(listing('exit 1').read(uuid)).rejects.toMatchObject({ fault: 'refused' });
  });

  test.each([
    ["type='pflash'", false],
    ["type='pflash' readonly='no'", false],
    ["type='pflash' readonly='yes'", true],
    ["type='rom'", true],
  ])('a template is cloned only where its machines do not write to its firmware: %s', async (loader, isOffered) => {
    const os = `<os><type>hvm</type><loader ${loader}>/OVMF.fd</loader></os>`;
    const disk = "<disk type='file'><driver type='qcow2'/><source file='/golden.qcow2'/></disk>";
    const size = "<memory unit='KiB'>65536</memory><vcpu>1</vcpu>";
    const domain = `<domain><name>golden</name><uuid>${uuid}</uuid>${size}${os}<devices>${disk}</devices></domain>`;
    const host = hostOf(
      {
        virsh: [`case "$*" in *dumpxml*) echo "${domain}";; *domstate*) echo shut off;; esac`],
        'qemu-img': [`echo '{"virtual-size": 512, "format": "qcow2"}'`],
      },
      undefined,
      { templates: { golden: { domain: 'golden' } } },
    );
    const { templates, problems } = await host.readTemplates();
    expect(templates).toHaveLength(isOffered ? 1 : 0);
    expect(problems).toEqual(isOffered ? [] : [expect.stringContaining('write to its firmware')]);
  });

  test.each([0o777, 0o1777, 0o775])('a folder in which others may write is not used: mode %o', async (mode) => {
    const folder = aFolder();
    chmodSync(folder, mode);
    const host = hostOf({ virsh: ['exit 0'] }, undefined, { folder });
    const problem = expect.stringContaining(`run "chmod go-w ${folder}"`);
    expect(await host.readTemplates()).toEqual({ templates: [], problems: [problem] });
    await expect(host.create(aMachine())).rejects.toMatchObject({ fault: 'refused', message: problem });
  });

  test.skipIf(process.getuid?.() !== 0)('a folder of somebody else is not used', async () => {
    const folder = aFolder();
    chownSync(folder, 65534, 65534);
    const host = hostOf({ virsh: ['exit 0'] }, undefined, { folder });
    expect((await host.readTemplates()).problems).toEqual([expect.stringContaining('belongs to another user')]);
  });

  test('what is called off while it reads was not begun', async () => {
    const controller = new AbortController();
    const host = hostOf({ virsh: ['exec sleep 600'] }, controller.signal);
    const reading = host.read(uuid);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ fault: 'unreachable', message: expect.stringContaining('called off') });
    await expect(host.create(aMachine())).rejects.toMatchObject({ fault: 'unreachable' });
  });

  test.each([
    ['virsh', 'install libvirt-clients'],
    ['qemu-img', 'install qemu-utils'],
  ])('without %s it says what to install', async (program, says) => {
    const host = hostOf(program === 'virsh' ? {} : { virsh: ['exit 0'] });
    // Nothing else is to be found.
    const before = process.env['PATH'];
    process.env['PATH'] = before?.split(':')[0];
    onTestFinished(() => {
      process.env['PATH'] = before;
    });
    await expect(host.readTemplates()).rejects.toMatchObject({ fault: 'unreachable', message: expect.stringContaining(says) });
  });
});
