import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { programPath } from './private-machine.ts';
import { findKernel, isStatic } from './tiny-linux.ts';

/** Programs, and the Debian packages that have them. */
const PROGRAMS = {
  busybox: 'busybox-static',
  cpio: 'cpio',
  dnsmasq: 'dnsmasq-base',
  ip: 'iproute2',
  ipmi_sim: 'openipmi',
  ipmitool: 'ipmitool',
  ldd: 'libc-bin',
  libvirtd: 'libvirt-daemon-system',
  modprobe: 'kmod',
  'ovs-vsctl': 'openvswitch-switch',
  'ovs-vswitchd': 'openvswitch-switch',
  'ovsdb-server': 'openvswitch-switch',
  'ovsdb-tool': 'openvswitch-switch',
  'qemu-img': 'qemu-utils',
  'qemu-system-x86_64': 'qemu-system-x86',
  tcpdump: 'tcpdump',
  unshare: 'util-linux',
  virsh: 'libvirt-clients',
} as const;

/** What else must be there: packages with the file that tells, as programs do not. */
const FILES = [
  {
    what: 'the driver of libvirt for QEMU',
    package: 'libvirt-daemon-driver-qemu',
    files: ['/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so'],
  },
  { what: 'iPXE for virtual machines', package: 'ipxe-qemu', files: ['/usr/lib/ipxe/qemu/efi-virtio.rom'] },
];

/** Every Debian package that the lab needs. */
export const debianPackages = [
  ...new Set([...Object.values(PROGRAMS), ...FILES.map((file) => file.package), 'linux-image-cloud-amd64']),
].sort();

/** What the lab is missing on this machine, as lines to read, with the remedy where there is one; none where nothing is missing. */
export async function missingRequirements(): Promise<string[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return ['The lab needs Linux on x86-64.'];
  if (process.getuid?.() !== 0) return ['The lab needs root, for namespaces and virtual networks: run it as root, or by sudo.'];

  const missing: { readonly what: string; readonly package: string }[] = [];
  for (const [program, name] of Object.entries(PROGRAMS)) if (!isProgram(program)) missing.push({ what: program, package: name });
  for (const { files, ...file } of FILES) if (!files.some((path) => existsSync(path))) missing.push(file);
  if (!(await findKernel())) missing.push({ what: 'a kernel in /boot with its modules', package: 'linux-image-cloud-amd64' });
  if (isProgram('busybox') && !(await isStatic('/bin/busybox')))
    missing.push({ what: 'a busybox that needs no libraries', package: 'busybox-static' });

  const lines = missing.map(({ what, package: name }) => `  ${what}  (Debian package ${name})`);
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((each) => each.package))].sort().join(' ');
    lines.unshift('The lab installs nothing, and this machine has not got:');
    lines.push(`On Debian, this brings it:\n  apt-get install --no-install-recommends ${packages}`);
  }
  const namespaces = spawnSync('unshare', ['--mount', '--net', '--pid', '--ipc', '--fork', 'true'], {
    env: { PATH: programPath },
  });
  if (namespaces.error === undefined && namespaces.status !== 0)
    lines.push('This machine makes no namespaces (unshare fails): in a container, the lab needs a privileged one.');
  if (!existsSync('/dev/net/tun')) lines.push('There is no /dev/net/tun, for the networks of virtual machines: modprobe tun.');
  return lines;
}

function isProgram(name: string): boolean {
  return programPath.split(':').some((folder) => folder !== '' && existsSync(`${folder}/${name}`));
}
