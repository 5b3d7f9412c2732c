import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';
import { lackOf } from '../../support/lacking.ts';

const startScript = fileURLToPath(new URL('start.sh', import.meta.url));

/** Why there can be no Open vSwitch on this machine; undefined when there can be. */
export function ovsMissing(): string | undefined {
  if (process.getuid?.() !== 0) return 'this needs root, for network namespaces';
  const programs = ['ovs-vswitchd', 'ovsdb-server', 'ovsdb-tool', 'ovs-vsctl', 'ovs-ofctl', 'ip', 'sysctl', 'unshare', 'python3'];
  const lack = lackOf(programs, ['openvswitch-switch', 'iproute2', 'procps', 'util-linux', 'python3']);
  if (lack !== undefined) return lack;
  if (spawnSync('sh', ['-c', 'unshare --net true']).status !== 0) return 'this machine makes no network namespaces';
  return undefined;
}

/** A frame that a host sends or has seen, in hexadecimal, as on the wire. */
export interface Frame {
  readonly host: number;
  readonly frame: string;
}

/** A running Open vSwitch with bridge `br0`, its ports `p1`, `p2`, ..., and a host at each, counted from 0. */
export interface OvsLab {
  /** Where its programs find each other: `OVS_RUNDIR`. */
  readonly folder: string;
  /** As `ovs-vsctl --db` takes it. */
  readonly database: string;
  readonly ports: readonly string[];
  /** Runs `ovs-vsctl` and answers what it printed. Rejects when it fails. */
  vsctl(...words: string[]): Promise<string>;
  /** Runs `ovs-ofctl` for the bridge. */
  ofctl(command: string, ...words: string[]): Promise<string>;
  /** Runs a program where the switch runs. */
  inside(file: string, ...words: string[]): Promise<void>;
  /** Has hosts send frames, round after round, and answers every frame that hosts have seen when all were forwarded. */
  send(...rounds: Frame[][]): Promise<Frame[]>;
  close(): Promise<void>;
}

const answer = z.object({ seen: z.array(z.tuple([z.int(), z.string()])) });

/** Starts an Open vSwitch of its own, in namespaces that end with it. */
export async function startOvs(count: number): Promise<OvsLab> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-ovs-'));
  // The hosts end when this process does, for then their input ends; and the switch ends with them.
  const script = spawn('sh', [startScript, folder, `${count}`], {
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
  const next = async () => {
    const line = await lines.next();
    if (!line.done) return line.value;
    await ended;
    throw new Error(`Open vSwitch or its hosts ended: ${complaints}`);
  };
  const close = async () => {
    script.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  if ((await next().catch((error: unknown) => close().then(() => Promise.reject(error)))) !== 'ready')
    throw new Error('the hosts are not ready');
  const database = `unix:${folder}/db.sock`;
  const run = async (file: string, words: readonly string[]) => (await execa(file, words)).stdout;

  return {
    folder,
    database,
    ports: Array.from({ length: count }, (_, index) => `p${index + 1}`),
    vsctl: (...words) => run('ovs-vsctl', ['--timeout=10', `--db=${database}`, ...words]),
    ofctl: (command, ...words) => run('ovs-ofctl', [command, `${folder}/br0.mgmt`, ...words]),
    async inside(file, ...words) {
      const pid = (await readFile(`/proc/${script.pid}/task/${script.pid}/children`, 'utf8')).trim();
      await run('nsenter', ['--net', '--pid', '--target', pid, file, ...words]);
    },
    async send(...rounds) {
      const request = { rounds: rounds.map((round) => round.map(({ host, frame }) => [host, frame])) };
      script.stdin.write(`${JSON.stringify(request)}\n`);
      return answer.parse(JSON.parse(await next())).seen.map(([host, frame]) => ({ host, frame }));
    },
    close,
  };
}
