import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { inject, type TestContext } from 'vitest';
import { databaseUser, identity } from '../../infra/postgres/os-user.ts';
import { answers, freePort } from '../../infra/postgres/postmaster.ts';
import { lackOf } from './lacking.ts';
import { until } from './until.ts';

/** Why tests with a pooler are skipped; undefined where they are not. */
export const pgbouncerMissing = lackOf(['pgbouncer']);

/** Sessions of Postgres that a pooler of these tests has for each login: fewer than HaaS opens connections. */
const SESSIONS = 2;

/** Starts a PgBouncer, as docs/database.md has it, before the server of the tests; it ends with the test. Answers the URL through it. */
export async function startPgbouncer(
  test: Pick<TestContext, 'onTestFinished'>,
  mode: 'session' | 'transaction',
  users: readonly string[],
): Promise<(databaseUrl: string) => string> {
  const server = inject('databaseServer');
  const { hostname, port } = new URL(server.url);
  const folder = await mkdtemp(join(tmpdir(), 'haas-pgbouncer-'));
  const own = await freePort();
  await writeFile(join(folder, 'users.txt'), users.map((user) => `"${user}" "${server.password}"\n`).join(''));
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
pool_mode = ${mode}
default_pool_size = ${mode === 'transaction' ? SESSIONS : 20}
${mode === 'transaction' ? '' : 'ignore_startup_parameters = idle_in_transaction_session_timeout'}
`,
  );
  // It refuses to run as root.
  const user = await databaseUser(undefined);
  for (const path of [folder, join(folder, 'users.txt'), join(folder, 'pgbouncer.ini')]) {
    if (user.switched) await chown(path, user.uid, user.gid);
  }
  await chmod(folder, 0o700);
  const child = execa('pgbouncer', [join(folder, 'pgbouncer.ini')], { ...identity(user), reject: false, all: true });
  test.onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
    await rm(folder, { recursive: true });
  });
  let ended: string | undefined;
  void child.then(({ all }) => {
    ended = all;
  });
  await until(() => {
    if (ended !== undefined) throw new Error(`pgbouncer ended: ${ended}`);
    return answers(own);
  }, 'pgbouncer answers');
  return (databaseUrl) => {
    const url = new URL(databaseUrl);
    url.port = String(own);
    return url.href;
  };
}
