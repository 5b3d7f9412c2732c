import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { type Connection, connect, openDatabase } from './client.ts';

const migrationsFolder = fileURLToPath(new URL('migrations', import.meta.url));

/** One number that all HaaS programs agree on, so that two of them never migrate at once. */
const MIGRATION_LOCK = 0x4841_4153;

/** The database and this version of HaaS do not fit together; the message says which is the older. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

function compare(applied: readonly string[]): { unknown: number; missing: number } {
  const known = new Set(readMigrationFiles({ migrationsFolder }).map((migration) => migration.hash));
  return {
    unknown: applied.filter((hash) => !known.has(hash)).length,
    missing: known.size - applied.filter((hash) => known.has(hash)).length,
  };
}

function refuseUnknown(unknown: number): void {
  if (unknown > 0) {
    throw new SchemaError(
      `the database has ${unknown} migration(s) that this version of HaaS does not know: run the version that made them, or a newer one`,
    );
  }
}

/**
 * Brings the database at `ownerUrl` (a login of the role haas_owner) to this version's schema.
 * Safe to call from several programs at once. Throws SchemaError when the database is newer than this version.
 */
export async function migrate(ownerUrl: string): Promise<void> {
  const lock = connect(ownerUrl, 'haas migrate lock', 1);
  const database = openDatabase(ownerUrl, 'haas migrate', 1);
  try {
    await lock`select pg_advisory_lock(${MIGRATION_LOCK})`;
    const [table] = await lock`select to_regclass('drizzle.__drizzle_migrations') is not null as present`;
    if (table?.['present'] === true) {
      refuseUnknown(
        compare((await lock`select hash from drizzle.__drizzle_migrations`).map((row) => String(row['hash']))).unknown,
      );
    }
    await applyMigrations(database, { migrationsFolder });
  } finally {
    await database.$client.end();
    await lock.end();
  }
}

/** Refuses a database whose schema is not exactly this version's. For programs that do not migrate: API hosts and agents. */
export async function checkSchema(connection: Connection): Promise<void> {
  const applied = await connection`select hash from applied_migrations() as hash`.catch((error: unknown) => {
    if (error instanceof postgres.PostgresError && error.code === '42883') return [];
    throw error;
  });
  const { unknown, missing } = compare(applied.map((row) => String(row['hash'])));
  refuseUnknown(unknown);
  if (missing > 0)
    throw new SchemaError(
      `the database lacks ${missing} migration(s) of this version of HaaS: run "npm run haas-admin -- migrate" first`,
    );
}
