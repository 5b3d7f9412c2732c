import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from './lab-error.ts';
import { until } from './wait.ts';

const script = fileURLToPath(new URL('private-machine.sh', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Where the lab keeps everything, within the private machine only. */
export const LAB_FOLDER = '/run/lab';

/** All folders of programs: those for administrators are not in everybody's path. */
export const programPath = [...new Set(`${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`.split(':'))].join(':');

/** A program that runs in namespaces of its own: what it mounts, starts and connects ends with it, however it ends. */
export interface PrivateMachine {
  /** The exit code; null when it was killed. */
  readonly ended: Promise<number | null>;
  /** The first process in it, as this machine numbers it: `nsenter --target` takes it. Throws LabError when it ends before it begins. */
  firstProcess(): Promise<number>;
  /** Ends its input, which tells the program to come to an end. */
  leave(): void;
  /** Ends it and everything in it at once. */
  kill(): void;
}

/** Runs a program of this repository, as Node.js runs it, with its output to the screen. `program` is its path. */
export function startPrivateMachine(program: string, args: readonly string[]): PrivateMachine {
  const namespaces = ['--mount', '--net', '--pid', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  const command = [process.execPath, '--import', 'tsx', relative(repository, program), ...args];
  const child: ChildProcess = spawn('unshare', [...namespaces, 'sh', script, repository, ...command], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { PATH: programPath, HOME: LAB_FOLDER, LC_ALL: 'C.UTF-8' },
    // Ctrl-C is for the process that started it, which says by the input what becomes of it.
    detached: true,
  });
  child.stdin?.on('error', () => {});
  const ended = once(child, 'close').then(() => child.exitCode);
  return {
    ended,
    firstProcess: () =>
      until(
        'there are namespaces',
        async () => {
          const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').catch(() => {
            throw new LabError('unshare has ended at once');
          });
          return Number(children.trim());
        },
        { limit: 10_000, every: 10 },
      ),
    leave: () => void child.stdin?.end(),
    kill: () => void child.kill('SIGKILL'),
  };
}
