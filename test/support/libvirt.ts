import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import type { LibvirtConfig } from '../../agents/vm-host-config.ts';
import { lackOf } from './lacking.ts';

const startScript = fileURLToPath(new URL('libvirt.sh', import.meta.url));

/** Why there can be no libvirt on this machine; undefined when there can be. */
export function libvirtMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'this needs root, for namespaces';
  const programs = [
    'libvirtd',
    'virsh',
    'qemu-img',
    'qemu-system-x86_64',
    'ovs-vswitchd',
    'ovsdb-server',
    'ovs-vsctl',
    'ip',
    'xorriso',
  ];
  const packages = 'libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils openvswitch-switch iproute2 xorriso';
  const lack = lackOf(programs, packages.split(' '));
  if (lack !== undefined) return lack;
  if (spawnSync('sh', ['-c', 'unshare --net --mount --pid --fork true']).status !== 0) return 'this machine makes no namespaces';
  return undefined;
}

/** A running libvirt, and an Open vSwitch with bridge `br0`, as an agent on the same machine has them. */
export interface LibvirtLab {
  /** Of its own; goes when it ends. */
  readonly folder: string;
  /** Programs that work where libvirt does, to stand in front of all others in PATH. */
  readonly programs: string;
  /** What an agent there is configured with: templates by what `template` made. */
  config(more?: Partial<LibvirtConfig>): LibvirtConfig;
  /** Makes an image in the folder; `content` is what its disk begins with. Answers its path. */
  image(name: string, gibibytes: number, content?: Buffer): Promise<string>;
  /** Runs `virsh`. Rejects when it fails. */
  virsh(...words: string[]): Promise<string>;
  /** Runs `ovs-vsctl`. Rejects when it fails. */
  vsctl(...words: string[]): Promise<string>;
  /** Ends libvirt, its machines not, as a crash would; or starts it again. */
  libvirtd(order: 'stop' | 'start'): Promise<void>;
  close(): Promise<void>;
}

/** Starts libvirt, in namespaces that end with it and with this process. */
export async function startLibvirt(): Promise<LibvirtLab> {
  // The path of a socket must not be long.
  const folder = mkdtempSync('/tmp/haas-vm-');
  const script = spawn('sh', [startScript, folder], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  let complaints = '';
  script.stderr.on('data', (bytes: Buffer) => {
    complaints += bytes.toString();
  });
  script.stdin.on('error', () => {});
  const ended = new Promise<void>((resolve) => script.once('close', () => resolve()));
  const lines = createInterface({ input: script.stdout })[Symbol.asyncIterator]();
  const expectLine = async (wanted: string) => {
    const line = await lines.next();
    if (line.value === wanted) return;
    await ended;
    throw new Error(`libvirt or Open vSwitch ended: ${complaints}`);
  };
  const close = async () => {
    script.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  await expectLine('ready').catch((error: unknown) => close().then(() => Promise.reject(error)));

  const uri = `qemu+unix:///system?socket=${folder}/libvirt-sock`;
  const programs = join(folder, 'bin');
  const headnodes = join(folder, 'headnodes');
  mkdirSync(programs);
  mkdirSync(headnodes);
  const child = readFileSync(`/proc/${script.pid}/task/${script.pid}/children`, 'utf8').trim();
  stand(programs, 'ovs-vsctl', `exec env OVS_RUNDIR=${folder}/run/openvswitch ${pathOf('ovs-vsctl')} "$@"`);
  stand(programs, 'ip', `exec nsenter --net=/proc/${child}/ns/net ${pathOf('ip')} "$@"`);
  const run = async (file: string, words: readonly string[]) => (await execa(file, words)).stdout;
  const image = async (name: string, gibibytes: number, content?: Buffer) => {
    const file = join(folder, name);
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', file, `${gibibytes}G`]);
    if (content) {
      writeFileSync(`${file}.raw`, content);
      await run('qemu-img', ['convert', '-n', '-f', 'raw', '-O', 'qcow2', `${file}.raw`, file]);
    }
    return file;
  };
  return {
    folder,
    programs,
    config: (more = {}) => ({
      driver: 'libvirt',
      uri,
      folder: headnodes,
      virtualization: 'tcg',
      networks: { openvswitch: 'br0' },
      limits: { memory: 4096, vcpus: 8, disk: 100 },
      templates: {},
      ...more,
    }),
    image,
    virsh: (...words) => run('virsh', ['--quiet', '--connect', uri, ...words]),
    vsctl: (...words) => run(join(programs, 'ovs-vsctl'), ['--timeout=10', ...words]),
    async libvirtd(order) {
      script.stdin.write(`${order}\n`);
      await expectLine(order);
    },
    close,
  };
}

/** Where a program is. */
export function pathOf(program: string): string {
  return spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
}

/** Writes a program of a few lines of shell that stands in the place of another. */
export function stand(folder: string, name: string, ...lines: string[]): void {
  const file = join(folder, name);
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
}

/** Has programs be looked for in these folders first, for as long as the test runs. */
export function lookIn(...folders: string[]): void {
  const before = process.env['PATH'];
  process.env['PATH'] = [...folders, before].join(':');
  onTestFinished(() => {
    process.env['PATH'] = before;
  });
}
