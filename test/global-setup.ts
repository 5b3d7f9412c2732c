import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { access, chmod, constants, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { type Connection, connect } from '../db/client.ts';
import { migrate } from '../db/migrate.ts';
import { createRoles } from '../db/roles.ts';
import { ensureCluster } from '../infra/postgres/cluster.ts';
import { ifPresent } from '../infra/postgres/place.ts';
import { isAlive } from '../infra/postgres/postmaster.ts';
import { stopServer } from '../infra/postgres/server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that this run uses: see test/support/database.ts. */
    databaseServer: {
      /** A URL of the superuser. */
      url: string;
      /** A migrated database to clone. */
      template: string;
      /** What the names of this run's databases begin with. */
      prefix: string;
      /** The password of every HaaS login. */
      password: string;
    };
  }
}

const environment = z.object({ HAAS_TEST_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional() });

const RUN_FOLDER = /^haas-test-(\d+)-/;
const ENOUGH_MEMORY = 1024 ** 3;

/** Memory, where there is enough of it (a container often has 64 MB): cloning a database then takes half the time. */
async function baseFolder(): Promise<string> {
  const memory = '/dev/shm';
  const usable = await Promise.all([access(memory, constants.W_OK), statfs(memory)]).then(
    ([, { bavail, bsize }]) => bavail * bsize > ENOUGH_MEMORY,
    () => false,
  );
  return usable ? memory : tmpdir();
}

/** Ends the servers and removes the folders of this user's runs that were killed before they could do so. */
async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const owner = RUN_FOLDER.exec(name)?.[1];
    if (owner === undefined || isAlive(Number(owner))) continue;
    const folder = join(base, name);
    // It may be gone by now: another run does the same.
    if ((await ifPresent(stat(folder)))?.uid !== process.getuid?.()) continue;
    await stopServer(join(folder, 'postgres', 'data'));
    await rm(folder, { recursive: true, force: true });
  }
}

interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** A server for this run alone, that ends with it, however it ends. */
async function ownServer(): Promise<Server> {
  const base = await baseFolder();
  await removeLeftovers(base);
  const folder = await mkdtemp(join(base, `haas-test-${process.pid}-`));
  await chmod(folder, 0o711);
  const cluster = await ensureCluster({
    directory: join(folder, 'postgres'),
    durable: false,
    settings: { max_connections: 300, autovacuum: 'off', wal_level: 'minimal', max_wal_senders: 0, max_wal_size: '256MB' },
  });
  let stopped = false;
  const abandon = () => {
    if (stopped) return;
    stopped = true;
    if (isAlive(cluster.pid)) process.kill(cluster.pid, 'SIGQUIT');
    rmSync(folder, { recursive: true, force: true, maxRetries: 40, retryDelay: 50 });
  };
  process.once('exit', abandon);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      abandon();
      process.kill(process.pid, signal);
    });
  }
  return {
    url: cluster.url('postgres'),
    stop: async () => {
      if (stopped) return;
      await cluster.stop();
      stopped = true;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const DATABASES = 'haas_test_';

async function haasRoles(admin: Connection): Promise<string[]> {
  return (await admin`select rolname from pg_roles where rolname like 'haas\\_%'`).map((row) => String(row['rolname']));
}

/** Removes all test databases, and the HaaS roles that are not to be kept. */
async function clear(admin: Connection, rolesToKeep: readonly string[]): Promise<void> {
  for (const { datname } of await admin`select datname from pg_database where starts_with(datname, ${DATABASES})`) {
    await admin`alter database ${admin(String(datname))} is_template false`;
    await admin`drop database ${admin(String(datname))} with (force)`;
  }
  for (const role of await haasRoles(admin)) if (!rolesToKeep.includes(role)) await admin`drop role ${admin(role)}`;
}

/** Takes a server of somebody else for this run, removes what a killed run left there, and answers how to leave it. */
async function borrowServer(admin: Connection): Promise<() => Promise<void>> {
  const [lock] = await admin`select pg_try_advisory_lock(hashtext('haas tests')) as free`;
  if (lock?.['free'] !== true) throw new Error('another test run uses the server of HAAS_TEST_DATABASE_URL: wait for its end');
  // The tests change the passwords of the roles.
  const owned = await admin`select datname from pg_database join pg_roles on pg_roles.oid = datdba where rolname = 'haas_owner'`;
  const names = owned.map((row) => String(row['datname']));
  const precious = names.find((name) => !name.startsWith(DATABASES));
  if (precious !== undefined) {
    throw new Error(`the server of HAAS_TEST_DATABASE_URL is in use by HaaS (database ${precious}): name one that is not`);
  }
  if (names.length > 0) await clear(admin, []);
  const rolesBefore = await haasRoles(admin);
  return () => clear(admin, rolesBefore);
}

/**
 * Before all tests: a PostgreSQL server with one migrated database, which test/support/database.ts clones for each test.
 * The server is embedded and made for this run, or the one that HAAS_TEST_DATABASE_URL names (a superuser's URL; one run at a time).
 * After all tests nothing of it stays. An interrupted run removes the embedded server too; what else a killed run left, the next removes.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const external = environment.parse(process.env).HAAS_TEST_DATABASE_URL;
  const { url, stop } = external === undefined ? await ownServer() : { url: external, stop: async () => {} };
  const admin = connect(url, 'haas tests', 1);
  const leave = external === undefined ? async () => {} : await borrowServer(admin);
  const prefix = `${DATABASES}${randomBytes(4).toString('hex')}_`;
  const template = `${prefix}template`;
  const password = randomBytes(12).toString('hex');
  const tearDown = async () => {
    await leave();
    await admin.end();
    await stop();
  };
  try {
    await createRoles(url, template, { owner: password, api: password });
    const owner = new URL(url);
    Object.assign(owner, { username: 'haas_owner', password, pathname: `/${template}` });
    await migrate(owner.href);
    await admin`alter database ${admin(template)} is_template true allow_connections false`;
  } catch (error) {
    await tearDown();
    throw error;
  }
  project.provide('databaseServer', { url, template, prefix, password });
  return tearDown;
}
