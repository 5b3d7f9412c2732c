import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { debianPackages, missingRequirements } from '../../infra/lab/requirements.ts';
import { skipped } from '../support/lacking.ts';
import { until } from '../support/until.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const lab = ['--import', 'tsx', 'infra/lab.ts'];
const missing = await missingRequirements();
const kinds = ['mnt', 'net', 'pid', 'ipc'] as const;

/** What `npm run lab` runs, and what it has printed so far. */
interface RunningLab {
  readonly child: ChildProcess;
  readonly printed: () => string;
  /** The namespaces that it has made for itself. */
  namespaces(): Promise<string[]>;
}

function runLab(...options: string[]): RunningLab {
  const child = spawn(process.execPath, [...lab, ...options], {
    cwd: repository,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      printed += String(part);
    });
  }
  return {
    child,
    printed: () => printed,
    async namespaces() {
      const first = await until(() => /nsenter --target (\d+)/.exec(printed)?.[1], 'the lab has namespaces');
      return Promise.all(kinds.map((kind) => readlink(`/proc/${first}/ns/${kind}`)));
    },
  };
}

/** The processes that live in any of these namespaces: without one, a namespace and its mounts are no more. */
async function processesIn(namespaces: readonly string[]): Promise<string[]> {
  const found = (await readdir('/proc'))
    .filter((name) => /^\d+$/.test(name))
    .map(async (pid) => {
      const own = await Promise.all(kinds.map((kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => '')));
      if (!own.some((namespace) => namespaces.includes(namespace))) return [];
      return [`${pid} ${(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')}`];
    });
  return (await Promise.all(found)).flat();
}

/** What the lab could have left on the machine itself. */
async function traces(): Promise<string[]> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => / \/run\/(?:haas|lab|etc) /.test(line));
  const devices = (await readdir('/sys/class/net')).filter((name) => name.startsWith('node-'));
  const folders = (await readdir('/run')).filter((name) => ['haas', 'lab', 'etc'].includes(name));
  return [...mounts, ...devices, ...folders];
}

describe.skipIf(missing.length > 0)(`npm run lab${skipped(missing.length > 0 ? missing.join(' ') : undefined)}`, () => {
  test('shows the whole workflow, and leaves nothing behind', { timeout: 180_000 }, async () => {
    const before = await traces();
    const { child, printed, namespaces } = runLab();
    const own = await namespaces();
    // What it says is to be seen, if it is too slow.
    const impatient = setTimeout(() => child.kill(), 170_000);
    await once(child, 'close');
    clearTimeout(impatient);
    expect(printed()).toMatch(/The whole workflow works on this machine\.\n$/);
    expect(child.exitCode).toBe(0);
    for (const shown of [
      /node-1 has booted over that network: its shell tells the token/,
      /node-2 has booted over that network: its shell tells the token/,
      /found nothing to boot/,
      /none has crossed/,
      /every VLAN is back in the pool/,
      /no process is left/,
    ])
      expect(printed()).toMatch(shown);
    expect(await processesIn(own)).toEqual([]);
    expect(await traces()).toEqual(before);
  });

  test('leaves nothing behind when it is killed', { timeout: 60_000 }, async () => {
    const before = await traces();
    const { child, printed, namespaces } = runLab();
    const own = await namespaces();
    await until(() => printed().includes('libvirtd'), 'the lab has started some of its programs', 40_000);
    expect((await processesIn(own)).length).toBeGreaterThan(3);
    child.kill('SIGKILL');
    await until(async () => (await processesIn(own)).length === 0, 'all of it has ended');
    expect(await traces()).toEqual(before);
  });

  test('says what this machine has not got, and which package brings it', async () => {
    const hideRom = 'mount -t tmpfs none /usr/lib/ipxe && exec "$@"';
    const { exitCode, stdout, stderr } = await execa(
      'unshare',
      ['--mount', 'sh', '-c', hideRom, 'sh', process.execPath, ...lab],
      {
        cwd: repository,
        reject: false,
      },
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/iPXE.*\n.*\n {2}apt-get install --no-install-recommends ipxe-qemu$/);
  });
});

test('the page on the lab names every Debian package that it needs', async () => {
  const command = /apt-get install --no-install-recommends ([^`]+)/.exec(await readFile('docs/lab.md', 'utf8'))?.[1] ?? '';
  expect(command.split(/[\s\\]+/).filter((word) => word !== '')).toEqual(debianPackages);
});
