import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { connect, openDatabase } from './client.ts';
import { migrationsFolder, refuseUnknownMigrations } from './commands/check-schema.ts';

/** One number that all HaaS programs agree on, so that two of them never migrate at once. */
const MIGRATION_LOCK = 0x4841_4153;

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
      refuseUnknownMigrations((await lock`select hash from drizzle.__drizzle_migrations`).map((row) => String(row['hash'])));
    }
    await applyMigrations(database, { migrationsFolder });
  } finally {
    await database.$client.end();
    await lock.end();
  }
}
