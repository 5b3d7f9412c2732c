import { access, constants } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { execa } from 'execa';
import { ClusterError } from './cluster-error.ts';

/** The operating-system user that runs PostgreSQL. `switched` means: not the user of this process, which is then root. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly switched: boolean;
}

/** Who owns a file. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** How a program ended. `exitCode` is undefined when a signal ended it or it never started. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly output: string;
}

const SEARCH_PATH = `${process.env['PATH'] ?? ''}:/usr/bin:/bin:/usr/sbin:/sbin`;

/** The whole environment of the programs started here: messages in English, nothing of the caller's PG* variables. */
export const programEnvironment = { PATH: SEARCH_PATH, LC_ALL: 'C' };

/** The options of a child process that make it run as `user`. */
export function identity(user: OsUser): { uid?: number; gid?: number } {
  return user.switched ? { uid: user.uid, gid: user.gid } : {};
}

/** Runs a program to its end as `user`, or as the user of this process. Throws ClusterError when root may not become that user. */
export async function run(program: string, args: readonly string[], user?: OsUser): Promise<Ended> {
  const result = await execa(program, args, {
    ...(user ? identity(user) : {}),
    cwd: '/',
    env: programEnvironment,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
  });
  if (user?.switched && result.code === 'EPERM') {
    throw new ClusterError(
      `PostgreSQL refuses to run as root, and this process may not start programs as the user ${user.name}: run HaaS as an ordinary user, or set DATABASE_URL to a PostgreSQL server of yours`,
    );
  }
  return { exitCode: result.exitCode, output: result.all === '' ? (result.originalMessage ?? '') : result.all };
}

const accessModes = { '-x': constants.X_OK, '-r': constants.R_OK, '-w': constants.W_OK };

/** Whether `user` may execute or enter (-x), read (-r) or write (-w) what is at `path`, the folders above it included. */
export async function mayAccess(user: OsUser, mode: '-x' | '-r' | '-w', path: string): Promise<boolean> {
  // A process of that user gives the kernel's own answer, with access lists and mount options.
  if (user.switched) return (await run('test', [mode, path], user)).exitCode === 0;
  return access(path, accessModes[mode]).then(
    () => true,
    () => false,
  );
}

async function lookUp(name: string): Promise<OsUser | undefined> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
  if (uid.exitCode !== 0 || gid.exitCode !== 0) return undefined;
  return { name, uid: Number(uid.output), gid: Number(gid.output), switched: true };
}

async function createPostgresUser(): Promise<void> {
  const options = ['--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin'];
  let made = await run('useradd', [...options, '--user-group', 'postgres']);
  const NAME_TAKEN = 9;
  if (made.exitCode === NAME_TAKEN) made = await run('useradd', [...options, '--gid', 'postgres', 'postgres']);
  if (made.exitCode === 0) return;
  const reason = made.exitCode === undefined ? 'useradd is not there to make one' : `useradd failed: ${made.output}`;
  throw new ClusterError(
    `PostgreSQL refuses to run as root, there is no user "postgres", and ${reason}; create that user, run HaaS as an ordinary user, or set DATABASE_URL to a PostgreSQL server of yours`,
  );
}

/**
 * Who runs PostgreSQL: the user of this process; for root the owner of the data that is there already,
 * else the user `postgres`, which is created when it is missing. Throws ClusterError when that fails.
 */
export async function databaseUser(dataOwner: Owner | undefined): Promise<OsUser> {
  const { uid, gid, username } = userInfo();
  if (uid !== 0) return { name: username, uid, gid, switched: false };
  if (dataOwner && dataOwner.uid !== 0) return { name: `number ${dataOwner.uid}`, ...dataOwner, switched: true };
  const present = await lookUp('postgres');
  if (present) return present;
  await createPostgresUser();
  const created = await lookUp('postgres');
  if (!created) throw new ClusterError('the user "postgres" was created but cannot be found: check /etc/nsswitch.conf');
  return created;
}
