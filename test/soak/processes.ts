import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
/** How long a process may take to start, or to end when it is asked to, in ms. */
const PATIENCE = 60_000;

/** What is to run, and how one knows that it does. */
export interface Program {
  readonly name: string;
  /** Of the repository. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where its logs go, one of each start. */
  readonly folder: string;
  /** Looks whether it has started, and may read what it has printed. */
  readonly isReady: (printed: () => Promise<string>) => Promise<boolean>;
  /** Called when it ends and nobody has ended it. */
  readonly onDeath: (how: string) => void;
}

/** A program that is started, killed and started again. */
export class Restartable {
  readonly #program: Program;
  #child: ChildProcess | undefined;
  #starts = 0;

  constructor(program: Program) {
    this.#program = program;
  }

  get name(): string {
    return this.#program.name;
  }

  /** `api-1 (2nd)`: each start is another process. */
  get instance(): string {
    return `${this.name} #${this.#starts}`;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const { file, env, folder, name, isReady, onDeath } = this.#program;
    this.#starts += 1;
    const path = join(folder, `${name}.${this.#starts}.log`);
    const log = await open(path, 'w', 0o600);
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: repository,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', log.fd, log.fd],
      // Ctrl-C does not reach it: what depends on it ends first.
      detached: true,
    });
    await log.close();
    this.#child = child;
    running.add(child);
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (this.#child !== child) return;
      this.#child = undefined;
      onDeath(`${name} ended by itself (${signal ?? code}): ${path}`);
    });
    await until(
      async () => this.#child !== child || (await isReady(() => readFile(path, 'utf8'))),
      `${name} has started: ${path}`,
      PATIENCE,
    );
  }

  /** Ends it: at once (SIGKILL), or when it has finished what it has begun (SIGTERM). Does nothing when it does not run. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** Processes that end with this one, however it ends. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
