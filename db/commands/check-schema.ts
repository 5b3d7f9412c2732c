import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import postgres from 'postgres';
import type { Connection } from '../client.ts';

/** The migrations of this version of HaaS. */
export const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** The database and this version of HaaS do not fit together; the message says which is the older. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** Throws SchemaError when the migrations applied to a database are not all known here. Answers how many known ones are missing there. */
export function refuseUnknownMigrations(applied: readonly string[]): number {
  const known = new Set(readMigrationFiles({ migrationsFolder }).map(({ hash }) => hash));
  const unknown = applied.filter((hash) => !known.has(hash)).length;
  if (unknown > 0) {
    throw new SchemaError(
      `the database has ${unknown} migration(s) that this version of HaaS does not know: run the version that made them, or a newer one`,
    );
  }
  return known.size - applied.length;
}

/** Refuses a database whose schema is not exactly this version's. For programs that do not migrate: API hosts and agents. */
export async function checkSchema(connection: Connection): Promise<void> {
  const applied = await connection`select hash from applied_migrations() as hash`.catch((error: unknown) => {
    // No such function: nothing was migrated yet.
    if (error instanceof postgres.PostgresError && error.code === '42883') return [];
    throw error;
  });
  const missing = refuseUnknownMigrations(applied.map((row) => String(row['hash'])));
  if (missing > 0) {
    throw new SchemaError(
      `the database lacks ${missing} migration(s) of this version of HaaS: run "npm run haas-admin -- migrate" first`,
    );
  }
}
