import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { databaseUser, run } from '../../infra/postgres/os-user.ts';
import { freePort } from '../../infra/postgres/postmaster.ts';

/** Debian's programs of PostgreSQL 15, the oldest that HaaS supports, with those of its client. */
export const debianPrograms = '/usr/lib/postgresql/15/bin';

/** Why tests with them are skipped; undefined where they are not. */
export const debianMissing = existsSync(join(debianPrograms, 'initdb'))
  ? undefined
  : 'no PostgreSQL 15: apt-get install postgresql-15';

const PASSWORD = 'superuser';

/** Starts an empty server of Debian's PostgreSQL 15, which keeps nothing and ends with the test. Answers its superuser's URL. */
export async function startDebianServer(test: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const user = await databaseUser(undefined);
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'haas-debian-'));
  const password = join(folder, 'password');
  await writeFile(password, PASSWORD);
  await chmod(folder, 0o711);
  if (user.switched) for (const path of [folder, password]) await chown(path, user.uid, user.gid);
  const data = join(folder, 'data');
  const postgres = async (program: string, ...options: string[]) => {
    const { exitCode, output } = await run(join(debianPrograms, program), [`--pgdata=${data}`, ...options], user);
    if (exitCode !== 0) throw new Error(`${program}: ${output}`);
  };
  test.onTestFinished(async () => {
    await postgres('pg_ctl', '--mode=immediate', '--silent', 'stop').catch(() => {});
    await rm(folder, { recursive: true });
  });
  await postgres(
    'initdb',
    '--username=postgres',
    `--pwfile=${password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  );
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: folder, fsync: 'off', autovacuum: 'off' };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  await postgres('pg_ctl', `--log=${join(folder, 'log')}`, '--silent', '--wait', `--options=${options.join(' ')}`, 'start');
  return `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`;
}
