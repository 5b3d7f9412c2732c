import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { chown, open, readFile, rename, stat } from 'node:fs/promises';
import type { Binaries } from './binaries.ts';
import { ClusterError } from './cluster-error.ts';
import { identity, type OsUser, programEnvironment } from './os-user.ts';
import { ifPresent, type Place } from './place.ts';
import { poll } from './poll.ts';
import { answers, fate, type Postmaster, readLock, releaseLock } from './postmaster.ts';

/** Milliseconds to wait for a server to start, to recover after a crash, or to stop. */
const PATIENCE = 60_000;
/** Milliseconds to wait for the system to collect a dead server. In a container nobody may ever do so. */
const ZOMBIE_PATIENCE = 3_000;
/** Bytes after which a start puts the old log aside. */
const LOG_LIMIT = 8 * 1024 * 1024;

/** A server that accepts connections. `adopted`: it ran already. */
export interface Running {
  readonly pid: number;
  readonly port: number;
  readonly adopted: boolean;
}

/** What a start needs to know. `settings` are configuration parameters, passed on the command line. */
export interface Launch {
  readonly place: Place;
  readonly binaries: Binaries;
  readonly user: OsUser;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** The server that runs on this data, once it accepts connections; undefined when none does, and then the folder is free to start one. */
export async function findRunning(place: Place): Promise<Running | undefined> {
  let zombieSince: number | undefined;
  const found = await poll(PATIENCE, async (): Promise<Running | 'none' | undefined> => {
    const lock = await readLock(place.data);
    if (!lock) return 'none';
    const state = await fate(lock.pid, place.data);
    if (state === 'dead') return 'none';
    if (state === 'zombie') zombieSince ??= performance.now();
    if (state === 'other' || (state === 'zombie' && performance.now() - (zombieSince ?? 0) > ZOMBIE_PATIENCE)) {
      await releaseLock(place.data, lock);
      return 'none';
    }
    return state === 'running' && isReady(lock) && (await answers(lock.port)) ? { ...lock, adopted: true } : undefined;
  });
  if (found === undefined) {
    throw new ClusterError(
      `a PostgreSQL server holds ${place.data} but did not accept connections for ${PATIENCE / 1000} seconds: see ${place.log}, and stop the process that ${place.data}/postmaster.pid names`,
    );
  }
  return found === 'none' ? undefined : found;
}

function isReady(lock: Postmaster): lock is Postmaster & { port: number } {
  return lock.status === 'ready' && lock.port !== undefined;
}

async function openLog(place: Place, user: OsUser) {
  const old = await ifPresent(stat(place.log));
  if (old && old.size > LOG_LIMIT) await rename(place.log, `${place.log}.1`);
  const log = await open(place.log, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  if (user.switched) await chown(place.log, user.uid, user.gid);
  return log;
}

/** Starts a server as a process of its own, which this process may leave behind. Answers its pid, or what it wrote before it gave up. */
async function launch({ place, binaries, user, settings }: Launch, port: number): Promise<{ pid: number } | { failure: string }> {
  const log = await openLog(place, user);
  try {
    const before = (await log.stat()).size;
    const options = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // Not execa, which gives a child no open file to write to, and the server must outlive this process.
    const child = spawn(binaries.postgres, ['-D', place.data, ...options], {
      ...identity(user),
      cwd: '/',
      env: programEnvironment,
      stdio: ['ignore', log.fd, log.fd],
      detached: true,
    });
    let ended: string | undefined;
    child.once('error', (error) => {
      ended = error.message;
    });
    child.once('exit', (code, signal) => {
      ended = `it ended with ${signal ?? `code ${code}`}`;
    });
    child.unref();
    const outcome = await poll(PATIENCE, async () => {
      if (ended !== undefined) return 'ended';
      const lock = await readLock(place.data);
      return lock && lock.pid === child.pid && isReady(lock) ? 'ready' : undefined;
    });
    if (outcome === 'ready' && child.pid !== undefined) return { pid: child.pid };
    if (outcome === undefined) {
      throw new ClusterError(`PostgreSQL was not ready after ${PATIENCE / 1000} seconds and is still starting: see ${place.log}`);
    }
    const written = (await readFile(place.log)).subarray(before).toString();
    return { failure: written.trim() === '' ? (ended ?? '') : written };
  } finally {
    await log.close();
  }
}

/**
 * Starts a server on an existing data folder and answers once it accepts connections; one that another process starts at the same time
 * is adopted. Answers 'port busy' when another program has the port. Throws ClusterError, with the last lines of the log, when it does not start.
 */
export async function startServer(start: Launch, port: number): Promise<Running | 'port busy'> {
  const outcome = await poll(PATIENCE, async (): Promise<Running | 'port busy' | undefined> => {
    const launched = await launch(start, port);
    if ('pid' in launched) return { pid: launched.pid, port, adopted: false };
    const { failure } = launched;
    // A dead server that is not collected yet, its helpers on their way out, or a start at the same time.
    if (/lock file "postmaster.pid" already exists|pre-existing shared memory block/.test(failure))
      return findRunning(start.place);
    if (/could not bind IPv4 address/.test(failure)) return 'port busy';
    const lines = failure.trim().split('\n').slice(-5).join(' | ');
    throw new ClusterError(`PostgreSQL did not start on ${start.place.data}: ${lines} (all of it in ${start.place.log})`);
  });
  if (outcome !== undefined) return outcome;
  throw new ClusterError(
    `PostgreSQL could not start on ${start.place.data}, which a dead server still holds: see ${start.place.log}`,
  );
}

/** Stops the server of a data folder: ends every session, writes everything down. Does nothing when none runs. Throws ClusterError when it stays. */
export async function stopServer(data: string): Promise<void> {
  const lock = await readLock(data);
  if (!lock || (await fate(lock.pid, data)) !== 'running') return;
  process.kill(lock.pid, 'SIGINT');
  const stopped = await poll(PATIENCE, async () => {
    const now = await readLock(data);
    return now?.pid !== lock.pid && (await fate(lock.pid, data)) !== 'running' ? true : undefined;
  });
  if (!stopped) throw new ClusterError(`PostgreSQL (process ${lock.pid}) did not stop within ${PATIENCE / 1000} seconds`);
}
