import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { XMLBuilder } from 'fast-xml-parser';
import type { Acceleration } from './acceleration.ts';
import { LabError } from './lab-error.ts';
import { run } from './program.ts';
import type { TinyLinux } from './tiny-linux.ts';
import { lastLines, until } from './wait.ts';

/** The template of headnodes, as a libvirt domain and in the agent's configuration. */
export const TEMPLATE = 'tiny';

/** A running libvirtd. */
export interface Libvirt {
  readonly version: string;
  /** The end of its log: warnings and errors. */
  log(): Promise<string>;
  /** The names of all domains, running or not. */
  domains(): Promise<string[]>;
  stop(): Promise<void>;
}

/** Everything runs as root in a machine of its own, with no cgroups and nobody else to be protected from. */
const QEMU_SETTINGS = `user = "root"
group = "root"
dynamic_ownership = 0
remember_owner = 0
security_driver = "none"
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
`;

/** Starts libvirtd where virsh looks for it. Throws LabError. */
export async function startLibvirt(folder: string): Promise<Libvirt> {
  const logFile = join(folder, 'libvirtd.log');
  await mkdir('/run/libvirt', { recursive: true });
  await writeFile('/etc/libvirt/qemu.conf', QEMU_SETTINGS);
  await writeFile(
    '/etc/libvirt/libvirtd.conf',
    `auth_unix_ro = "none"\nauth_unix_rw = "none"\nlog_outputs = "3:file:${logFile}"\n`,
  );
  const output = createWriteStream(join(folder, 'libvirtd.output'));
  const daemon = execa('libvirtd', ['--config', '/etc/libvirt/libvirtd.conf'], {
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
  });
  daemon.all.pipe(output);
  let ended = false;
  void daemon.then(() => {
    ended = true;
  });

  const log = async () => lastLines((await readFile(logFile, 'utf8').catch(() => '')) || 'nothing');
  const answer = await until(
    'libvirtd answers',
    async () => {
      if (ended) throw new LabError(`libvirtd has ended:\n${await log()}`);
      return run('virsh', ['version'], { limit: 60_000 }).catch(() => undefined);
    },
    { limit: 60_000, tail: log },
  );
  return {
    version: /using library: libvirt (\S+)/i.exec(answer)?.[1] ?? 'of an unknown version',
    log,
    domains: async () => (await run('virsh', ['list', '--all', '--name'])).split('\n').filter((name) => name !== ''),
    async stop() {
      daemon.kill('SIGTERM');
      await daemon;
    },
  };
}

/** Defines the domain that headnodes are cloned from: a tiny Linux that boots its kernel directly. Throws LabError. */
export async function defineTemplate(
  folder: string,
  linux: TinyLinux,
  acceleration: Acceleration,
  memory: number,
): Promise<void> {
  const build = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressBooleanAttributes: false });
  const xml: string = build.build({
    domain: {
      '@type': acceleration === 'kvm' ? 'kvm' : 'qemu',
      name: TEMPLATE,
      memory: { '@unit': 'MiB', '#text': memory },
      vcpu: 1,
      os: {
        type: { '@arch': 'x86_64', '@machine': 'pc', '#text': 'hvm' },
        kernel: linux.kernel,
        initrd: linux.headnodeInitrd,
        cmdline: 'console=ttyS0 quiet panic=-1',
      },
      features: { acpi: '' },
      devices: {
        disk: {
          '@type': 'file',
          '@device': 'disk',
          driver: { '@name': 'qemu', '@type': 'qcow2' },
          source: { '@file': linux.headnodeDisk },
          target: { '@dev': 'vda', '@bus': 'virtio' },
        },
      },
    },
  });
  const file = join(folder, `${TEMPLATE}.xml`);
  await writeFile(file, xml);
  await run('virsh', ['define', file]);
}
