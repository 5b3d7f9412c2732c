import { readMigrationFiles } from 'drizzle-orm/migrator';
import { describe, expect, type TestContext, test } from 'vitest';
import { type Connection, connect } from '../../db/client.ts';
import { checkSchema, migrationsFolder, SchemaError } from '../../db/commands/check-schema.ts';
import { migrate } from '../../db/migrate.ts';
import { emptyDatabase, type TestDatabase, testDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';

const MIGRATIONS = readMigrationFiles({ migrationsFolder }).length;
const UNKNOWN = /1 migration\(s\) that this version of HaaS does not know.*run the version that made them, or a newer one/;

function open(t: TestContext, url: string): Connection {
  const connection = connect(url, 'test', 2);
  t.onTestFinished(() => connection.end());
  return connection;
}

/** Writes down a migration as a newer version of HaaS would. */
async function addUnknownMigration(sql: Connection): Promise<void> {
  await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of the future', 99999999999999)`;
}

/** Everything that says what a database looks like: tables, columns, indexes, constraints, functions, rights, and what migrations wrote. */
async function shape(sql: Connection): Promise<unknown> {
  return Promise.all([
    sql`select c.relname::text, c.relkind::text, c.relacl::text, a.attname::text, a.atttypid::regtype::text, a.attnotnull
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 where c.relnamespace = 'public'::regnamespace order by 1, a.attnum`,
    sql`select conname::text, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace order by 1`,
    sql`select proname::text, pg_get_functiondef(oid), proacl::text from pg_proc where pronamespace = 'public'::regnamespace order by 1`,
    sql`select tgname::text, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1`,
    sql`select id, hash from drizzle.__drizzle_migrations order by 1`,
    sql`select count(*)::int as vlans from vlans`,
  ]);
}

/** How many migrators wait for another one to finish. */
async function waiting(sql: Connection, { name }: TestDatabase): Promise<number> {
  const found = await sql`select from pg_stat_activity
    where datname = ${name} and application_name = 'haas migrate lock' and wait_event_type = 'Lock' and wait_event = 'advisory'`;
  return found.length;
}

describe('migrating', () => {
  test('an empty database, four at once: all succeed, and each migration is there once', async (t) => {
    const database = await emptyDatabase(t);
    const sql = open(t, database.superuserUrl);
    // While somebody looks, nobody may create a schema: so all four are under way before the first can finish.
    const migrators = await sql.begin(async (tx) => {
      await tx`lock table pg_catalog.pg_namespace in share mode`;
      const four = [1, 2, 3, 4].map(() => migrate(database.ownerUrl));
      // Whoever fails early is asked below; until then nobody listens.
      for (const one of four) one.catch(() => {});
      await until(async () => (await waiting(sql, database)) === 3, 'three wait for the fourth');
      return { four };
    });
    expect(await Promise.allSettled(migrators.four)).toEqual(Array(4).fill({ status: 'fulfilled', value: undefined }));
    expect(await sql`select distinct hash from drizzle.__drizzle_migrations`).toHaveLength(MIGRATIONS);
    expect(await sql`select from drizzle.__drizzle_migrations`).toHaveLength(MIGRATIONS);
    await checkSchema(open(t, database.apiUrl));
  });

  test('a second time changes nothing', async (t) => {
    const database = await testDatabase(t);
    const sql = open(t, database.superuserUrl);
    await sql`update vlans set pooled = true where id = 100`;
    const before = await shape(sql);
    await migrate(database.ownerUrl);
    expect(await shape(sql)).toEqual(before);
    expect(await sql`select id from vlans where pooled`).toEqual([{ id: 100 }]);
  });

  test('refuses a database of a newer version, changes nothing, and lets go of the lock', async (t) => {
    const database = await testDatabase(t);
    const sql = open(t, database.superuserUrl);
    await addUnknownMigration(sql);
    const before = await shape(sql);
    for (let time = 0; time < 2; time++) {
      await expect(migrate(database.ownerUrl)).rejects.toThrow(SchemaError);
      await expect(migrate(database.ownerUrl)).rejects.toThrow(UNKNOWN);
    }
    expect(await shape(sql)).toEqual(before);
    await until(
      async () =>
        (
          await sql`select from pg_locks where locktype = 'advisory' and database =
      (select oid from pg_database where datname = current_database())`
        ).length === 0,
      'nobody holds a lock',
    );
  });

  test('leaves nothing of a migration that fails, and the next attempt does it all', async (t) => {
    const database = await emptyDatabase(t);
    const sql = open(t, database.superuserUrl);
    // Something of this name is in the way of the last table of the first migration.
    await sql`create table vlans ()`;
    await expect(migrate(database.ownerUrl)).rejects.toThrow();
    const left = await sql`select tablename::text from pg_tables where schemaname = 'public'`;
    expect(left).toEqual([{ tablename: 'vlans' }]);
    await sql`drop table vlans`;
    await migrate(database.ownerUrl);
    await checkSchema(open(t, database.apiUrl));
  });
});

describe('a program that does not migrate', () => {
  const logins = ['api', 'agent'] as const;
  const url = async (database: TestDatabase, login: (typeof logins)[number]) =>
    login === 'api' ? database.apiUrl : database.agentUrl('rack-1');

  test.for(logins)('as %s takes a database of its own version', async (login, t) => {
    await checkSchema(open(t, await url(await testDatabase(t), login)));
  });

  test.for(logins)('as %s refuses a database that was never migrated, and says what to run', async (login, t) => {
    const connection = open(t, await url(await emptyDatabase(t), login));
    await expect(checkSchema(connection)).rejects.toThrow(SchemaError);
    await expect(checkSchema(connection)).rejects.toThrow(
      `the database lacks ${MIGRATIONS} migration(s) of this version of HaaS: run "npm run haas-admin -- migrate" first`,
    );
  });

  test.for(logins)('as %s refuses a database of an older version, and says what to run', async (login, t) => {
    const database = await testDatabase(t);
    await open(t, database.superuserUrl)`delete from drizzle.__drizzle_migrations where id = 1`;
    await expect(checkSchema(open(t, await url(database, login)))).rejects.toThrow(
      /lacks 1 migration\(s\).*haas-admin -- migrate/,
    );
  });

  test.for(logins)('as %s refuses a database of a newer version', async (login, t) => {
    const database = await testDatabase(t);
    await addUnknownMigration(open(t, database.superuserUrl));
    const connection = open(t, await url(database, login));
    await expect(checkSchema(connection)).rejects.toThrow(SchemaError);
    await expect(checkSchema(connection)).rejects.toThrow(UNKNOWN);
  });

  test('does not take another trouble of the database for a missing schema', async (t) => {
    const database = await testDatabase(t);
    await open(t, database.superuserUrl)`revoke execute on function applied_migrations() from haas_api`;
    await expect(checkSchema(open(t, database.apiUrl))).rejects.toMatchObject({ code: '42501' });
  });
});
