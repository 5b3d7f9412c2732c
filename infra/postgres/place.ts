import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, link, lstat, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ClusterError } from './cluster-error.ts';
import { mayAccess, type OsUser, type Owner } from './os-user.ts';

/** The files of one cluster. */
export interface Place {
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly log: string;
  /** Remembers the port, so that a restart does not change the URL. */
  readonly port: string;
}

const recordFile = z.string().trim().startsWith('/').max(4096);
const recordName = 'data-location';

function filesIn(folder: string): Place {
  const file = (name: string) => join(folder, name);
  return { folder, data: file('data'), password: file('password'), log: file('postgres.log'), port: file('port') };
}

/** Answers undefined for what is not there, and throws for everything else. */
export async function ifPresent<T>(read: Promise<T>): Promise<T | undefined> {
  return read.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

/**
 * Where an earlier start put the data of `directory`, and who owns it; undefined when there was none.
 * Throws ClusterError when the data was kept elsewhere and is gone.
 */
export async function recordedPlace(directory: string): Promise<{ place: Place; owner: Owner | undefined } | undefined> {
  const record = join(directory, recordName);
  const text = await ifPresent(readFile(record, 'utf8'));
  const parsed = recordFile.safeParse(text);
  if (text !== undefined && !parsed.success) {
    throw new ClusterError(`the file ${record} does not name a folder: restore it, or remove it to start with an empty database`);
  }
  const place = filesIn(parsed.data ?? directory);
  const owner = await ifPresent(stat(place.data));
  if (owner) return { place, owner };
  if (text === undefined) return undefined;
  if (!(await ifPresent(stat(place.folder)))) {
    throw new ClusterError(
      `the database was kept in ${place.folder}, which is gone: restore it, or remove ${record} to start with an empty database`,
    );
  }
  return { place, owner: undefined };
}

/**
 * Chooses where the data of `directory` goes: into it, or, when `user` cannot get there because a folder above is closed to others,
 * into a new folder below `elsewhere`, which is then written down in the file `data-location` of `directory`.
 */
export async function choosePlace(directory: string, user: OsUser, elsewhere: string): Promise<Place> {
  if (!user.switched || (await mayEnter(user, directory))) return filesIn(directory);
  await makeOpenFolder(elsewhere);
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  // Never a folder that is there already: it would bring back the data of a state folder that somebody removed.
  const folder = await mkdtemp(join(elsewhere, `${name}-`));
  await writeFile(join(folder, 'belongs-to'), `${directory}\n`);
  await chmod(folder, 0o711);
  await writeOnce(join(directory, recordName), `${folder}\n`, 0o644);
  const recorded = (await readFile(join(directory, recordName), 'utf8')).trim();
  // Another process, starting at the same time, wrote its choice first.
  if (recorded !== folder) await rm(folder, { recursive: true });
  return filesIn(recorded);
}

async function mayEnter(user: OsUser, directory: string): Promise<boolean> {
  const probe = await mkdtemp(join(directory, '.probe-'));
  try {
    await chmod(probe, 0o755);
    return await mayAccess(user, '-x', probe);
  } finally {
    await rm(probe, { recursive: true });
  }
}

/** Makes a folder, and those above it, that everybody may read and enter; leaves one alone that is there already. */
export async function makeOpenFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o755 });
  // The umask may have taken rights away.
  if (first !== undefined) await chmod(path, 0o755);
}

/** Writes a file that appears complete or not at all, and leaves one alone that is there already. */
async function writeOnce(path: string, content: string, mode: number, user?: OsUser): Promise<void> {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(draft, content, { mode, flag: 'wx' });
  try {
    if (user?.switched) await chown(draft, user.uid, user.gid);
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** The superuser's password, made at the first start. Throws ClusterError when there is data and no password for it. */
export async function superuserPassword(place: Place, user: OsUser, dataExists: boolean): Promise<string> {
  if (dataExists && !(await ifPresent(stat(place.password)))) {
    throw new ClusterError(`the file ${place.password} is missing, without which nobody can log in to the database: restore it`);
  }
  await writeOnce(place.password, randomBytes(24).toString('base64url'), 0o600, user);
  return readFile(place.password, 'utf8');
}

/** The longest path of a socket is 103 bytes on macOS and 107 on Linux. */
const LONGEST_SOCKET_PATH = 103;

/**
 * The folder of the cluster's unix socket, which only `user` may enter: in `place`, or a short one in /tmp where that path is too long.
 * Throws ClusterError when somebody else has taken the name.
 */
export async function socketFolder(place: Place, user: OsUser): Promise<string> {
  const near = join(place.folder, 'socket');
  const hash = createHash('sha256').update(place.folder).digest('hex').slice(0, 16);
  const short = Buffer.byteLength(join(near, '.s.PGSQL.65535')) <= LONGEST_SOCKET_PATH;
  const folder = short ? near : join('/tmp', `haas-${user.uid}-${hash}`);
  await mkdir(folder, { mode: 0o700 }).then(
    () => (user.switched ? chown(folder, user.uid, user.gid) : undefined),
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== user.uid || (found.mode & 0o077) !== 0) {
    throw new ClusterError(
      `the folder ${folder} for the database's socket belongs to somebody else or is open to others: remove it`,
    );
  }
  return folder;
}
