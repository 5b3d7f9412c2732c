import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { LabError } from './lab-error.ts';
import { run } from './program.ts';

const parts = fileURLToPath(new URL('tiny-linux', import.meta.url));

/** What a virtual machine of QEMU has that Debian's kernels have no driver built in for. */
const MODULES = ['virtio_pci', 'virtio_net', 'virtio_blk'];

/** A Linux made of Debian's kernel and busybox. */
export interface TinyLinux {
  readonly version: string;
  readonly kernel: string;
  /** For a node: takes an address by DHCP, and gives its console a shell. */
  readonly nodeInitrd: string;
  /** For a headnode: unpacks its disk to /srv, has dnsmasq, and lets root log in at its console, without a password. */
  readonly headnodeInitrd: string;
  /** A headnode's disk, qcow2: the kernel and initrd of nodes, and what has iPXE load them. */
  readonly headnodeDisk: string;
}

/** The newest kernel of this machine that has its modules beside it, one made for virtual machines before all others. */
export async function findKernel(): Promise<{ version: string; kernel: string } | undefined> {
  const withModules = new Set(await readdir('/lib/modules').catch(() => []));
  const versions = (await readdir('/boot').catch(() => []))
    .flatMap((file) => /^vmlinuz-(.+)$/.exec(file)?.[1] ?? [])
    .filter((version) => withModules.has(version));
  const rank = (version: string) => (version.includes('cloud') ? 1 : 0);
  const [version] = versions.sort((a, b) => rank(b) - rank(a) || b.localeCompare(a, undefined, { numeric: true }));
  return version === undefined ? undefined : { version, kernel: `/boot/vmlinuz-${version}` };
}

/** Builds everything in a folder. Throws LabError. */
export async function buildTinyLinux(folder: string): Promise<TinyLinux> {
  const found = await findKernel();
  if (!found) throw new LabError('there is no kernel in /boot with its modules in /lib/modules');
  const { version, kernel } = found;
  const common = [
    { to: 'init', from: join(parts, 'init.sh') },
    { to: 'bin/busybox', from: '/bin/busybox' },
    ...(await modulesOf(version)),
  ];

  const nodeInitrd = join(folder, 'initrd.gz');
  const node = await root(join(folder, 'node'), [
    ...common,
    { to: 'role.sh', from: join(parts, 'node.sh') },
    { to: 'udhcpc.sh', from: join(parts, 'udhcpc.sh') },
  ]);
  // It goes over the network.
  await writeFile(nodeInitrd, gzipSync(node, { level: 9 }));

  const headnodeInitrd = join(folder, 'headnode.cpio');
  const headnode = await root(join(folder, 'headnode'), [
    ...common,
    ...(await withLibraries('/usr/sbin/dnsmasq')),
    { to: 'role.sh', from: join(parts, 'headnode.sh') },
    { to: 'etc/dnsmasq.conf', from: join(parts, 'dnsmasq.conf') },
    { to: 'etc/passwd', content: 'root::0:0:root:/:/bin/sh\n' },
  ]);
  await writeFile(headnodeInitrd, headnode);

  // An archive, for which no kernel has to know a file system.
  const served = join(folder, 'served.cpio');
  await writeFile(
    served,
    await archive(join(folder, 'served'), [
      { to: 'vmlinuz', from: kernel },
      { to: 'initrd.gz', from: nodeInitrd },
      { to: 'boot.ipxe', from: join(parts, 'boot.ipxe') },
    ]),
  );
  const headnodeDisk = join(folder, 'tiny.qcow2');
  await run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', served, headnodeDisk]);
  return { version, kernel, nodeInitrd, headnodeInitrd, headnodeDisk };
}

/** A file of a tiny Linux, by its path there. */
type File = { readonly to: string } & ({ readonly from: string } | { readonly content: string | Uint8Array });

/** The first files of a Linux, with folders for what it mounts and writes. */
async function root(folder: string, files: readonly File[]): Promise<Uint8Array> {
  for (const empty of ['dev', 'proc', 'sys', 'tmp', 'var/lib/misc', 'run']) await mkdir(join(folder, empty), { recursive: true });
  return archive(folder, files);
}

/** Files in a folder, and what is there already, in the form in which the kernel takes its first ones. */
async function archive(folder: string, files: readonly File[]): Promise<Uint8Array> {
  for (const file of files) {
    const path = join(folder, file.to);
    await mkdir(dirname(path), { recursive: true });
    if ('from' in file) await copyFile(file.from, path);
    else await writeFile(path, file.content);
    await chmod(path, 0o755);
  }
  const names = await readdir(folder, { recursive: true });
  const { stdout } = await execa('cpio', ['--create', '--format=newc', '--quiet'], {
    cwd: folder,
    input: `${['.', ...names.sort()].join('\n')}\n`,
    encoding: 'buffer',
    maxBuffer: 1 << 28,
  });
  return stdout;
}

/** The modules that are to be loaded, named so that their order is that of their names. */
async function modulesOf(version: string): Promise<File[]> {
  const paths = new Set<string>();
  for (const module of MODULES) {
    const needs = await run('modprobe', ['--show-depends', '--config=/dev/null', `--set-version=${version}`, module]);
    for (const [, path] of needs.matchAll(/^insmod (\S+)/gm)) if (path !== undefined) paths.add(path);
  }
  return Promise.all(
    [...paths].map(async (path, index) => {
      const order = `${index}`.padStart(2, '0');
      const to = `lib/modules/${order}-${basename(path).replace(/\.xz$/, '')}`;
      if (path.endsWith('.ko')) return { to, from: path };
      if (!path.endsWith('.ko.xz')) throw new LabError(`${path} is packed in a way that this lab does not know`);
      const { stdout } = await execa('/bin/busybox', ['xzcat', path], { encoding: 'buffer' });
      return { to, content: stdout };
    }),
  );
}

/** A program with every library that it loads. */
async function withLibraries(program: string): Promise<File[]> {
  const libraries = (await run('ldd', [program])).matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm);
  return [program, ...Array.from(libraries, ([, path]) => path ?? '')].map((path) => ({ to: path.slice(1), from: path }));
}

/** Whether a program needs nothing of the machine around it. */
export async function isStatic(program: string): Promise<boolean> {
  // A program without an interpreter is loaded by nobody but the kernel.
  const text = await readFile(program, 'latin1').catch(() => '');
  return text !== '' && !text.includes('/ld-linux');
}
