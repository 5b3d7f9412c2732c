import { chown, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { ClusterError } from './cluster-error.ts';
import { type OsUser, run } from './os-user.ts';
import { ifPresent, type Place } from './place.ts';
import { isAlive } from './postmaster.ts';

const startEmpty = 'restore it from a backup, or move it away to start with an empty database';

/**
 * Whether there is a data folder that this PostgreSQL and this user can work with; false when there is none, or an empty one.
 * Throws ClusterError, naming what is wrong, when there is one that they cannot.
 */
export async function checkDataFolder(data: string, major: number, user: OsUser): Promise<boolean> {
  const found = await ifPresent(stat(data));
  if (!found) return false;
  if (!found.isDirectory())
    throw new ClusterError(`${data} should be PostgreSQL's data folder and is not a folder: ${startEmpty}`);
  if (found.uid !== user.uid) {
    throw new ClusterError(
      `PostgreSQL's data folder ${data} belongs to the user number ${found.uid}, but ${user.name} would run it: start HaaS as that user or as root, or change the folder's owner with chown -R`,
    );
  }
  const version = (await ifPresent(readFile(join(data, 'PG_VERSION'), 'utf8')))?.trim();
  if (version === undefined) {
    if ((await readdir(data)).length === 0) return false;
    throw new ClusterError(`${data} is not a PostgreSQL data folder, or a damaged one (PG_VERSION is missing): ${startEmpty}`);
  }
  if (!/^\d{1,3}$/.test(version))
    throw new ClusterError(`the data folder ${data} is damaged (PG_VERSION is not a number): ${startEmpty}`);
  if (Number(version) !== major) {
    throw new ClusterError(
      `the data folder ${data} was made by PostgreSQL ${version}, and this HaaS brings PostgreSQL ${major}: move the data with pg_dump and pg_restore, or go back to the HaaS that made it`,
    );
  }
  return true;
}

/** Removes what an interrupted first start left behind. */
async function removeDrafts(data: string): Promise<void> {
  for (const name of await readdir(dirname(data))) {
    const maker = /^data\.new-(\d+)-/.exec(name)?.[1];
    if (maker === undefined || isAlive(Number(maker))) continue;
    await rm(join(dirname(data), name), { recursive: true, force: true });
  }
}

/**
 * Makes a new, empty data folder: UTF-8, sorted and classified by PostgreSQL itself, so that an update of the operating system
 * changes no index; every login by password (scram). It appears complete or not at all. Throws ClusterError with what initdb said.
 */
export async function createDataFolder(place: Place, binaries: Binaries, user: OsUser, durable: boolean): Promise<void> {
  await removeDrafts(place.data);
  const draft = await mkdtemp(join(place.folder, `data.new-${process.pid}-`));
  try {
    if (user.switched) await chown(draft, user.uid, user.gid);
    const ended = await run(
      binaries.initdb,
      [
        ...['--pgdata', draft, '--username', 'postgres', `--pwfile=${place.password}`, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
        ...(durable ? [] : ['--no-sync']),
      ],
      user,
    );
    if (ended.exitCode !== 0) {
      throw new ClusterError(
        `PostgreSQL could not make its data folder ${place.data}: ${ended.output.trim().split('\n').slice(-6).join(' | ')}`,
      );
    }
    await rename(draft, place.data).catch((error: NodeJS.ErrnoException) => {
      // Another process made it meanwhile, with the same password.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
