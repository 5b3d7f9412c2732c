import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { TestContext } from 'vitest';
import { until } from './until.ts';

/** A program in a process of its own. */
export interface RunningProgram {
  readonly pid: number;
  /** All that it has printed. */
  output(): string;
  /** Waits until it has printed something, and answers the first group. Rejects, with what it printed instead, when it ends before. */
  said(what: RegExp): Promise<string>;
  /** Sends it a signal, and answers how it ended: an exit code, or the signal that ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string | undefined>;
}

/** Builds what runs in production in a folder of this test alone: neither the sources nor their packages are near. Answers the folder. */
export async function built(test: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const folder = await temporaryFolder(test);
  await execa(process.execPath, ['--import', 'tsx', 'infra/build.ts', folder]);
  return folder;
}

/** A folder, removed with all that is in it when the test finishes. */
export async function temporaryFolder(test: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-built-'));
  test.onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts a program of Node with this environment and no other, in a folder; it ends with the test. */
export function startProgram(
  test: Pick<TestContext, 'onTestFinished'>,
  folder: string,
  [, ...args]: readonly string[],
  env: Record<string, string>,
): RunningProgram {
  const child = execa(process.execPath, args, {
    cwd: folder,
    extendEnv: false,
    env: { PATH: process.env['PATH'], ...env },
    reject: false,
    buffer: false,
    all: true,
  });
  test.onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
  let output = '';
  let hasEnded = false;
  child.all.setEncoding('utf8').on('data', (part: string) => {
    output += part;
  });
  const ended = child.then(({ exitCode, signal }) => {
    hasEnded = true;
    return signal ?? exitCode;
  });
  if (child.pid === undefined) throw new Error(`${args.join(' ')} has no process`);
  return {
    pid: child.pid,
    output: () => output,
    async said(what) {
      await until(() => what.test(output) || hasEnded, `${args.join(' ')} says ${what}`);
      const found = what.exec(output);
      if (!found) throw new Error(`${args.join(' ')} ended, and did not say ${what}: ${output}`);
      return found[1] ?? found[0];
    },
    end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
