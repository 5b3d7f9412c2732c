import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { findPackage, prepareBinaries } from './binaries.ts';
import { ClusterError } from './cluster-error.ts';
import { checkDataFolder, createDataFolder } from './data-folder.ts';
import { databaseUser } from './os-user.ts';
import { choosePlace, ifPresent, recordedPlace, socketFolder, superuserPassword } from './place.ts';
import { freePort } from './postmaster.ts';
import { findRunning, type Running, startServer, stopServer } from './server.ts';

export { ClusterError } from './cluster-error.ts';

/** How to run an embedded PostgreSQL. */
export interface ClusterOptions {
  /** A folder for this cluster alone, made when it is missing. */
  readonly directory: string;
  /** False: faster, and a crash of the machine may lose everything. For tests. Default true. */
  readonly durable?: boolean;
  /** A port of 127.0.0.1. Default: the one of the last start if it is free, else any. */
  readonly port?: number;
  /** More configuration parameters, for instance `{max_connections: 300}`. They hold for a server that is started, not for an adopted one. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Where root puts what the user `postgres` could not reach in `directory` or in node_modules. Default `/var/lib/haas`. */
  readonly elsewhere?: string;
}

/** A PostgreSQL server that accepts connections. */
export interface Cluster {
  /** Whether it ran already. */
  readonly adopted: boolean;
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** The superuser. */
  readonly user: string;
  readonly password: string;
  /** Where the data is. */
  readonly data: string;
  /** A URL for one database, as the superuser unless told otherwise. */
  url(database: string, user?: string, password?: string): string;
  /** Stops the server, whoever started it, ending every session. Does nothing when it has stopped already. Throws ClusterError when it stays. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const SUPERUSER = 'postgres';
const portFile = z.coerce.number().int().min(1).max(65535);
const settingNames = z.record(z.string().regex(/^[A-Za-z_][\w.]*$/), z.union([z.string(), z.number()]));

/** Root's folder must let another user through; nobody may list it. */
async function makeDirectory(directory: string): Promise<void> {
  await mkdir(dirname(directory), { recursive: true });
  await mkdir(directory, { mode: process.getuid?.() === 0 ? 0o711 : 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    if (!(await stat(directory)).isDirectory())
      throw new ClusterError(`${directory} should be a folder and is not: move it away`);
  });
}

async function ensure(options: ClusterOptions, directory: string): Promise<Running & { password: string; data: string }> {
  const folder = findPackage();
  await makeDirectory(directory);
  const { durable = true, elsewhere = '/var/lib/haas' } = options;
  const recorded = await recordedPlace(directory);
  const user = await databaseUser(recorded?.owner);
  const place = recorded?.place ?? (await choosePlace(directory, user, elsewhere));
  const binaries = await prepareBinaries(folder, user, user.switched ? elsewhere : place.folder);
  const dataExists = await checkDataFolder(place.data, binaries.major, user);
  const password = await superuserPassword(place, user, dataExists);
  const reached = { password, data: place.data };
  if (!dataExists) await createDataFolder(place, binaries, user, durable);

  const running = await findRunning(place);
  if (running) return { ...running, ...reached };
  const remembered = portFile.safeParse(await ifPresent(readFile(place.port, 'utf8'))).data;
  const port = options.port ?? (await freePort(remembered));
  const sockets = await socketFolder(place, user);
  const settings = {
    listen_addresses: HOST,
    // A list: the quotes keep a comma or a blank in the path from ending an element.
    unix_socket_directories: `"${sockets.replaceAll('"', '""')}"`,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...settingNames.parse(options.settings ?? {}),
  };
  const launch = { place, binaries, user, settings };
  let started = await startServer(launch, port);
  // A port that nobody asked for may have been taken since it was found free.
  if (started === 'port busy' && options.port === undefined) started = await startServer(launch, await freePort());
  if (started === 'port busy') {
    throw new ClusterError(
      `PostgreSQL cannot use port ${port} of ${HOST}, another program does: choose another port or stop that program`,
    );
  }
  await writeFile(place.port, `${started.port}\n`);
  return { ...started, ...reached };
}

/**
 * Answers a PostgreSQL server that runs on the data in `directory`: one that runs there already, or a new one, on new data when there is none.
 * It outlives this process; `stop()` ends it. It listens on 127.0.0.1 and on a socket in a folder of its own, and takes passwords only.
 * Safe to call from several processes at once, and after PostgreSQL or this process was killed.
 *
 * For root, PostgreSQL runs as the user `postgres` (or the owner of the data). Where that user cannot reach `directory` or the
 * programs in node_modules, the data, or a copy of the programs, goes below `elsewhere`; `directory` then holds a file `data-location`.
 *
 * Throws ClusterError, in one sentence with a remedy, for: a platform without binaries, no user to run as, a folder that cannot be
 * used, data that is damaged or of another version, a busy port, and a server that does not start.
 */
export async function ensureCluster(options: ClusterOptions): Promise<Cluster> {
  const directory = resolve(options.directory);
  const { password, data, ...running } = await ensure(options, directory).catch((error: unknown) => {
    if (error instanceof Error && 'syscall' in error) {
      throw new ClusterError(`the folder ${directory} cannot be used for PostgreSQL's data: ${error.message}`, { cause: error });
    }
    throw error;
  });
  return {
    adopted: running.adopted,
    pid: running.pid,
    host: HOST,
    port: running.port,
    user: SUPERUSER,
    password,
    data,
    url: (database, user = SUPERUSER, secret = password) =>
      `postgres://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@${HOST}:${running.port}/${encodeURIComponent(database)}`,
    stop: () => stopServer(data),
  };
}
