import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { z } from 'zod';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const apiHost = fileURLToPath(new URL('../../infra/hosts/node.ts', import.meta.url));
const announcement = z.object({ msg: z.literal('the API answers'), port: z.int() });
const PATIENCE = 30_000;

let hosts = 0;

/** Starts an API host that answers on a free port; its log goes to a file in `folder`, as a service's would, without a reader. */
export async function startApiHost(
  folder: string,
  env: Record<string, string>,
): Promise<{ url: string; stop: () => Promise<void> }> {
  hosts += 1;
  const path = join(folder, `api-${hosts}.log`);
  const log = await open(path, 'w', 0o600);
  // Not execa, which gives a child no open file to write to.
  const child = spawn(process.execPath, ['--import', 'tsx', apiHost], {
    cwd: repository,
    env: { PATH: process.env['PATH'], HAAS_LISTEN: '127.0.0.1:0', ...env },
    stdio: ['ignore', log.fd, 'inherit'],
    // Ctrl-C does not reach it: what depends on it ends first.
    detached: true,
  });
  await log.close();
  const stop = stopper(child, once(child, 'exit'));
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await delay(50)) {
    for (const line of (await readFile(path, 'utf8')).split('\n').slice(0, -1)) {
      const said = announcement.safeParse(JSON.parse(line));
      if (said.success) return { url: `http://127.0.0.1:${said.data.port}`, stop };
    }
  }
  await stop();
  throw new Error(`the API host did not start: ${path}`);
}

/** A program of the benchmarks, in a process of its own. */
export interface Program {
  /** Tells it something, and waits for what it says next. */
  ask<T extends z.ZodType>(message: Readonly<Record<string, string | number | boolean>>, answer: T): Promise<z.output<T>>;
  /** Waits for what it says next. */
  hear<T extends z.ZodType>(answer: T): Promise<z.output<T>>;
  stop(): Promise<void>;
}

/** Starts a program, given as the URL of its file. It ends when this process does. */
export function startProgram(program: string, env: Record<string, string>): Program {
  const child = execa(process.execPath, ['--import', 'tsx', fileURLToPath(program)], {
    cwd: repository,
    extendEnv: false,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'inherit',
    buffer: false,
    reject: false,
    ipc: true,
    detached: true,
    env: { PATH: process.env['PATH'], ...env },
  });
  return {
    async ask(message, answer) {
      const heard = child.getOneMessage();
      await child.sendMessage(message);
      return answer.parse(await heard);
    },
    hear: async (answer) => answer.parse(await child.getOneMessage()),
    stop: stopper(child, child),
  };
}

/** Processes that end with this one, however it ends. */
const running = new Set<() => void>();
process.once('exit', () => {
  for (const kill of running) kill();
});

/** How to end a process at once. */
function stopper(child: { kill(signal: 'SIGKILL'): boolean }, ended: PromiseLike<unknown>): () => Promise<void> {
  const kill = () => void child.kill('SIGKILL');
  running.add(kill);
  return async () => {
    kill();
    await ended;
    running.delete(kill);
  };
}
