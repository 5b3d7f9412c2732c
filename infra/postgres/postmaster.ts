import { readFile, readlink, realpath, rename, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { ifPresent } from './place.ts';

/** What PostgreSQL's lock file says about the server that holds a data folder. `status` is empty until the server has written it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number | undefined;
  readonly status: string;
}

const lockFile = z.tuple([z.coerce.number().int().positive()], z.string());
const portLine = z.coerce.number().int().min(1).max(65535);

function lockPath(data: string): string {
  return join(data, 'postmaster.pid');
}

/** Reads the lock file of a data folder; undefined when there is none, or one that PostgreSQL is just writing. */
export async function readLock(data: string): Promise<Postmaster | undefined> {
  const lines = (await ifPresent(readFile(lockPath(data), 'utf8')))?.split('\n');
  const parsed = lockFile.safeParse(lines);
  if (!parsed.success) return undefined;
  const [pid, , , port] = parsed.data;
  return { pid, port: portLine.safeParse(port).data, status: parsed.data[7]?.trim() ?? '' };
}

/** Whether a process has this number, be it a zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * What became of the process that a lock file names: `running`; `dead`; `zombie`, dead but not yet collected by its parent,
 * which makes PostgreSQL believe that it runs; or `other`, another program that got the same number later.
 */
export async function fate(pid: number, data: string): Promise<'running' | 'dead' | 'zombie' | 'other'> {
  if (!isAlive(pid)) return 'dead';
  if (process.platform !== 'linux') return 'running';
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (status === undefined) return 'dead';
  const state = status.slice(status.lastIndexOf(')') + 2, status.lastIndexOf(')') + 3);
  if (state === 'Z' || state === 'X') return 'zombie';
  if (!status.includes('(postgres)')) return 'other';
  // A server works in its data folder; without the right to look, its name must do.
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return folder === undefined || folder === (await realpath(data).catch(() => data)) ? 'running' : 'other';
}

/** Whether something accepts connections at this port of 127.0.0.1. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2000, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

/** A port of 127.0.0.1 that is free: `wanted` if that is, else any. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (wanted === 0 ? reject(error) : resolve(freePort())));
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** A number that no process ever has, on Linux or macOS. */
const NO_PROCESS = 2 ** 31 - 1;

/**
 * Frees a data folder from the lock of a server that is certainly dead, although a process has its number.
 * The rest of the lock file stays: by it PostgreSQL finds out whether helpers of the dead server still run.
 */
export async function releaseLock(data: string, dead: Postmaster): Promise<void> {
  const path = lockPath(data);
  const aside = `${path}.${process.pid}`;
  // Taken away first, so that of two processes that come here one does it.
  if ((await ifPresent(rename(path, aside).then(() => true))) !== true) return;
  const text = await readFile(aside, 'utf8');
  const [first, ...rest] = text.split('\n');
  if (Number(first) === dead.pid) await writeFile(aside, [NO_PROCESS, ...rest].join('\n'));
  await rename(aside, path);
}
