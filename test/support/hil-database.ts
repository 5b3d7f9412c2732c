import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inject, type TestContext } from 'vitest';
import { type Connection, connect } from '../../db/client.ts';
import { emptyDatabase } from './database.ts';

/** A HIL database of one test. */
export interface HilTestDatabase {
  /** As superuser. */
  readonly sql: Connection;
  /** The address for a login that may read everything, and write nothing; without its password. */
  readonly url: string;
  readonly password: string;
}

/** Makes a HIL database of these files of test/support/hil-database, one on top of the other; it is dropped when the test finishes. */
export async function hilDatabase(test: TestContext, ...files: readonly string[]): Promise<HilTestDatabase> {
  const reader = `hil_reader_${randomBytes(6).toString('hex')}`;
  const { password } = inject('databaseServer');
  const admin = connect(inject('databaseServer').url, 'hil test', 1);
  test.onTestFinished(async () => {
    await admin.unsafe(`drop role if exists ${reader}`);
    await admin.end();
  });
  const { superuserUrl } = await emptyDatabase(test);
  const sql = connect(superuserUrl, 'hil test', 1);
  test.onTestFinished(() => sql.end());
  for (const file of files) await sql.unsafe(readFileSync(new URL(`./hil-database/${file}.sql`, import.meta.url), 'utf8'));
  await sql.unsafe(`create role ${reader} login password '${password}' in role pg_read_all_data`);
  await sql.unsafe(`grant connect on database ${new URL(superuserUrl).pathname.slice(1)} to ${reader}`);
  const url = new URL(superuserUrl);
  Object.assign(url, { username: reader, password: '' });
  return { sql, url: url.href, password };
}
