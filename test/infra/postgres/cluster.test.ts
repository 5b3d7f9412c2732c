import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { connect } from '../../../db/client.ts';
import { findPackage, prepareBinaries } from '../../../infra/postgres/binaries.ts';
import { type Cluster, ClusterError, type ClusterOptions, ensureCluster } from '../../../infra/postgres/cluster.ts';
import { databaseUser, mayAccess, type OsUser } from '../../../infra/postgres/os-user.ts';
import { poll } from '../../../infra/postgres/poll.ts';
import { fate } from '../../../infra/postgres/postmaster.ts';
import { stopServer } from '../../../infra/postgres/server.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
/** Starts the cluster of a folder in a process of its own, and leaves it running. */
const script = fileURLToPath(new URL('start-cluster.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;

/** An empty folder that everybody may enter, removed after the test. */
async function newFolder(name = 'haas-cluster-'): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), name)));
  await chmod(folder, 0o755);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** ensureCluster, for data that nobody needs, stopped after the test. */
async function start(options: ClusterOptions): Promise<Cluster> {
  const cluster = await ensureCluster({ durable: false, ...options });
  onTestFinished(() => cluster.stop());
  return cluster;
}

/** Runs one statement as the superuser and answers the first row. */
async function ask(
  cluster: Cluster,
  statement: string,
  url = cluster.url('postgres'),
): Promise<Record<string, unknown> | undefined> {
  const connection = connect(url, 'cluster test', 1);
  try {
    return (await connection.unsafe(statement))[0];
  } finally {
    await connection.end();
  }
}

/** The ClusterError that a start ends with. */
async function failure(options: ClusterOptions): Promise<string> {
  const outcome = await start(options).then(
    () => 'it started',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(ClusterError);
  return String(outcome);
}

async function killAndWait(cluster: Cluster): Promise<void> {
  process.kill(cluster.pid, 'SIGKILL');
  const over = async () => ((await fate(cluster.pid, cluster.data)) === 'running' ? undefined : true);
  expect(await poll(5000, over)).toBe(true);
}

/** Runs a program as the owner of a file while `use` runs. */
async function asOwner(file: string, [program = '', ...args]: string[], use: (pid: number) => Promise<void>): Promise<void> {
  const { uid, gid } = await stat(file);
  const child = execa(program, args, { ...(isRoot ? { uid, gid } : {}), cwd: '/', reject: false });
  try {
    if (child.pid === undefined) throw new Error(`${program} did not start`);
    await use(child.pid);
  } finally {
    child.kill('SIGKILL');
    await child;
  }
}

describe('a cluster', () => {
  test('starts on an empty folder, takes its password only, and listens on this machine only', async () => {
    const directory = join(await newFolder(), 'state', 'postgres');
    const cluster = await start({ directory, settings: { max_connections: 17 } });
    expect(cluster.adopted).toBe(false);
    expect(
      await ask(cluster, "select current_setting('listen_addresses') as a, current_setting('max_connections') as b"),
    ).toEqual({
      a: '127.0.0.1',
      b: '17',
    });
    await expect(ask(cluster, 'select 1', cluster.url('postgres', 'postgres', 'wrong'))).rejects.toThrow(
      /password authentication failed/,
    );
    for (const name of ['password', 'postgres.log']) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'socket'))).mode & 0o777).toBe(0o700);
    expect(
      await ask(cluster, "select 'É' < 'a' as smaller, lower('É') as lower, datlocprovider as by from pg_database limit 1"),
    ).toEqual({
      smaller: false,
      lower: 'é',
      by: 'b',
    });
  });

  test('is adopted by a second start, also one at the same moment', async () => {
    const directory = join(await newFolder(), 'postgres');
    const [first, second] = await Promise.all([start({ directory }), start({ directory })]);
    const third = await start({ directory });
    expect(new Set([first.pid, second.pid, third.pid]).size).toBe(1);
    expect(third.adopted).toBe(true);
    expect(await ask(third, 'select 1 as one')).toEqual({ one: 1 });
    expect((await readdir(directory)).sort()).toEqual(['data', 'password', 'port', 'postgres.log', 'socket']);
  });

  test('keeps its data and its port over a stop and a start, and stopping twice is harmless', async () => {
    const directory = join(await newFolder(), 'postgres');
    const first = await start({ directory });
    await ask(first, 'create table kept as select 42 as n');
    await first.stop();
    await first.stop();
    const second = await start({ directory });
    expect(second).toMatchObject({ adopted: false, port: first.port, password: first.password });
    expect(await ask(second, 'select n from kept')).toEqual({ n: 42 });
  });

  test('outlives the process that started it, killed or not', async () => {
    const directory = join(await newFolder(), 'postgres');
    const child = await execa(process.execPath, ['--import', 'tsx', script, directory], { cwd: repository });
    const { pid } = z.object({ pid: z.number() }).parse(JSON.parse(child.stdout));
    const cluster = await start({ directory });
    expect(cluster).toMatchObject({ adopted: true, pid });
    expect(await ask(cluster, 'select 1 as one')).toEqual({ one: 1 });
  });

  test('is started again after a kill -9 of PostgreSQL', async () => {
    const directory = join(await newFolder(), 'postgres');
    const first = await start({ directory });
    await ask(first, 'create table kept as select 42 as n');
    await ask(first, 'checkpoint');
    await killAndWait(first);
    const second = await start({ directory });
    expect(second).toMatchObject({ adopted: false, port: first.port });
    expect(await ask(second, 'select n from kept')).toEqual({ n: 42 });
  });

  test('is started again although another program has the number of the killed server', async () => {
    const directory = join(await newFolder(), 'postgres');
    const first = await start({ directory });
    const lock = await readFile(join(first.data, 'postmaster.pid'), 'utf8');
    await killAndWait(first);
    await asOwner(first.data, ['sleep', '60'], async (pid) => {
      await writeFile(join(first.data, 'postmaster.pid'), lock.replace(/^\d+/, String(pid)));
      expect((await start({ directory })).adopted).toBe(false);
    });
  });

  if (process.platform === 'linux') {
    test('is started again although nobody collects the killed server, as in a container without an init', async () => {
      const directory = join(await newFolder(), 'postgres');
      const first = await start({ directory });
      const lock = await readFile(join(first.data, 'postmaster.pid'), 'utf8');
      await killAndWait(first);
      await asOwner(first.data, ['sh', '-c', 'true & exec sleep 60'], async (parent) => {
        const zombie = await poll(5000, async () => {
          const child = Number((await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8')).trim());
          return child > 0 && (await fate(child, first.data)) === 'zombie' ? child : undefined;
        });
        await writeFile(join(first.data, 'postmaster.pid'), lock.replace(/^\d+/, String(zombie)));
        expect((await start({ directory })).adopted).toBe(false);
      });
    });
  }

  test.each(['with \'two\' "kinds" of quotes, a $HOME and a blank', `long-${'x'.repeat(120)}`])(
    'lives in a folder named %s',
    async (name) => {
      const cluster = await start({ directory: join(await newFolder(), name) });
      const row = await ask(cluster, "select current_setting('unix_socket_directories') as list");
      const sockets = String(row?.['list']).slice(1, -1).replaceAll('""', '"');
      expect(await readdir(sockets)).toContain(`.s.PGSQL.${cluster.port}`);
      if (sockets.startsWith('/tmp/haas-')) onTestFinished(() => rm(sockets, { recursive: true, force: true }));
    },
  );
});

describe('a start that cannot work says why', () => {
  test('on a platform without binaries', () => {
    expect(() => findPackage('win32-x64')).toThrow(/win32-x64.*DATABASE_URL/);
  });

  test.each([
    ['has no PG_VERSION', { PG_VERSION: null }, /not a PostgreSQL data folder, or a damaged one \(PG_VERSION/],
    ['has garbage in PG_VERSION', { PG_VERSION: '\0\0' }, /damaged \(PG_VERSION is not a number/],
    ['is of another version', { PG_VERSION: '13\n' }, /PostgreSQL 13.*PostgreSQL 18.*pg_dump/],
    ['has lost its password', { '../password': null }, /password is missing/],
  ])('when the data folder %s', async (_what, change, message) => {
    const directory = join(await newFolder(), 'postgres');
    const data = join(directory, 'data');
    await mkdir(data, { recursive: true });
    const files = { PG_VERSION: '18\n', 'postgresql.conf': '', '../password': 'secret', ...change };
    for (const [name, content] of Object.entries(files)) if (content !== null) await writeFile(join(data, name), content);
    const { uid, gid } = await databaseUser(undefined);
    await chown(data, uid, gid);
    expect(await failure({ directory })).toMatch(message);
  });

  test('when the data folder is damaged inside', async () => {
    const directory = join(await newFolder(), 'postgres');
    const { data, stop } = await start({ directory });
    await stop();
    await writeFile(join(data, 'postgresql.conf'), 'nonsense');
    expect(await failure({ directory })).toMatch(/did not start.*syntax error/);
    await writeFile(join(data, 'postgresql.conf'), '');
    await rm(join(data, 'global/pg_control'));
    expect(await failure({ directory })).toMatch(/did not start.*pg_control/);
    await rm(data, { recursive: true });
    await writeFile(data, '');
    expect(await failure({ directory })).toMatch(/is not a folder/);
  });

  test('when the port is busy', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect(await failure({ directory: join(await newFolder(), 'postgres'), port })).toMatch(
      new RegExp(`port ${port} of 127.0.0.1`),
    );
  });

  test('when a setting is wrong, with the last lines of the log', async () => {
    const settings = { shared_buffers: 'plenty' };
    expect(await failure({ directory: join(await newFolder(), 'postgres'), settings })).toMatch(
      /invalid value for parameter "shared_buffers"/,
    );
  });

  test('when the folder is a file, or cannot be made', async () => {
    const directory = join(await newFolder(), 'postgres');
    await writeFile(directory, '');
    expect(await failure({ directory })).toMatch(/should be a folder/);
    expect(await failure({ directory: join(directory, 'below') })).toMatch(/below cannot be used .*(EEXIST|ENOTDIR)/);
  });
});

describe('the programs', () => {
  test('work from a package whose install script was not allowed to run', async () => {
    const folder = await newFolder();
    const source = findPackage();
    const isLink = async (path: string) => (await realpath(path)) !== path;
    await cp(source, folder, { recursive: true, filter: async (path) => path.endsWith('linux-x64') || !(await isLink(path)) });
    const user = await databaseUser(undefined);
    const binaries = await prepareBinaries(folder, user, join(folder, 'copies'));
    expect(binaries.initdb.startsWith(join(folder, 'native'))).toBe(true);
    const { stdout } = await execa(binaries.initdb, ['--version']);
    expect(stdout).toContain(`PostgreSQL) ${binaries.major}.`);
  });
});

if (isRoot) {
  describe('for root', () => {
    /** A folder that only root may enter. */
    async function closedFolder(): Promise<string> {
      const folder = await newFolder('haas-closed-');
      await chmod(folder, 0o700);
      return folder;
    }

    test('PostgreSQL runs as another user, who owns its data', async () => {
      const cluster = await start({ directory: join(await newFolder(), 'postgres') });
      const { uid } = await stat(cluster.data);
      expect(uid).not.toBe(0);
      expect((await stat(`/proc/${cluster.pid}`)).uid).toBe(uid);
    });

    test('data that this user could not reach goes elsewhere, is found again, and is missed when it is gone', async () => {
      const directory = join(await closedFolder(), 'state', 'postgres');
      const elsewhere = join(await newFolder(), 'elsewhere');
      const first = await start({ directory, elsewhere });
      expect(first.data.startsWith(`${elsewhere}/`)).toBe(true);
      await ask(first, 'create table kept as select 42 as n');
      await first.stop();
      const second = await start({ directory, elsewhere });
      expect(second.data).toBe(first.data);
      expect(await ask(second, 'select n from kept')).toEqual({ n: 42 });
      await second.stop();
      await rm(elsewhere, { recursive: true });
      expect(await failure({ directory, elsewhere })).toMatch(/was kept in .*, which is gone: .*data-location/);
    });

    test('a state folder that was removed and made again starts empty', async () => {
      const directory = join(await closedFolder(), 'postgres');
      const elsewhere = await newFolder();
      const first = await start({ directory, elsewhere });
      await first.stop();
      await rm(directory, { recursive: true });
      expect((await start({ directory, elsewhere })).data).not.toBe(first.data);
    });

    test('programs that this user could not reach are copied, once', async () => {
      const closed = await closedFolder();
      await symlink(findPackage(), join(closed, 'package'));
      const copies = join(await newFolder(), 'copies');
      const user = await databaseUser(undefined);
      const binaries = await prepareBinaries(join(closed, 'package'), user, copies);
      expect(binaries.postgres.startsWith(copies)).toBe(true);
      const { stdout } = await execa(binaries.postgres, ['--version'], { uid: user.uid, gid: user.gid, cwd: '/' });
      expect(stdout).toContain(`PostgreSQL) ${binaries.major}.`);
      const made = (await stat(binaries.postgres)).ctimeMs;
      await prepareBinaries(join(closed, 'package'), user, copies);
      expect((await stat(binaries.postgres)).ctimeMs).toBe(made);
      expect(await readdir(copies)).toEqual([`postgresql-${binaries.version}`]);
    });

    test('data that belongs to root is refused with the remedy', async () => {
      const directory = join(await newFolder(), 'postgres');
      const cluster = await start({ directory });
      await cluster.stop();
      await chown(cluster.data, 0, 0);
      expect(await failure({ directory })).toMatch(/belongs to the user number 0.*chown/);
    });

    test('data of an ordinary user is run as that user', async () => {
      const directory = join(await newFolder(), 'postgres');
      const nobody: OsUser = { name: 'nobody', uid: 65534, gid: 65534, switched: true };
      await mkdir(directory);
      await chown(directory, nobody.uid, nobody.gid);
      const clone = await cloneFor(nobody);
      const startAsNobody = (folder: string) =>
        execa(join(clone, 'node'), ['--import', 'tsx', join(clone, relative(repository, script)), folder], {
          uid: nobody.uid,
          gid: nobody.gid,
          cwd: clone,
          env: { HOME: '/nonexistent' },
          reject: false,
        });
      expect((await startAsNobody(join(await closedFolder(), 'postgres'))).stderr).toMatch(
        /ClusterError: .*cannot be used.*EACCES/,
      );
      const child = await startAsNobody(directory);
      const started = z.object({ adopted: z.boolean(), pid: z.number(), data: z.string() }).parse(JSON.parse(child.stdout));
      onTestFinished(() => stopServer(started.data));
      expect(started).toMatchObject({ adopted: false, data: join(directory, 'data') });
      expect((await stat(`/proc/${started.pid}`)).uid).toBe(nobody.uid);
      await stopServer(started.data);
      const cluster = await start({ directory });
      expect((await stat(`/proc/${cluster.pid}`)).uid).toBe(nobody.uid);
    });

    /** This repository, with Node.js as `node` in it, where `user` can run it: links to what that user can reach, copies of the rest. */
    async function cloneFor(user: OsUser): Promise<string> {
      const clone = await newFolder('haas-clone-');
      const parts: [string, string][] = ['infra', 'test', 'package.json', 'node_modules'].map((part) => [
        join(repository, part),
        join(clone, part),
      ]);
      for (const [from, to] of [...parts, [process.execPath, join(clone, 'node')] as const]) {
        if (await mayAccess(user, '-r', from)) await symlink(from, to);
        else await cp(from, to, { recursive: true, verbatimSymlinks: true });
      }
      return clone;
    }
  });
}
