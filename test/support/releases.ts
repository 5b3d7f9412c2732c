import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { z } from 'zod';
import { type Connection, openDatabase } from '../../db/client.ts';
import { migrationsFolder } from '../../db/commands/check-schema.ts';

const journal = z.looseObject({ entries: z.array(z.looseObject({ idx: z.int(), tag: z.string() })) });

/** What `migrateStepwise` tells of each migration. */
interface Steps {
  /** The migration was applied, and the rows of its release are not there yet. */
  readonly migrated?: (tag: string) => Promise<void>;
  /** They are. */
  readonly filled?: (tag: string) => Promise<void>;
}

/**
 * Applies the migrations one at a time to an empty database, as releases did, and gives it the rows of each release, as there were at the
 * time: `test/support/releases/<number>.sql`, for those migrations with which there was anything new to hold. Every table has rows then.
 */
export async function migrateStepwise(ownerUrl: string, { migrated, filled }: Steps = {}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-migrations-'));
  const database = openDatabase(ownerUrl, 'haas migrate', 1);
  try {
    await cp(migrationsFolder, folder, { recursive: true });
    const file = join(folder, 'meta', '_journal.json');
    const all = journal.parse(JSON.parse(await readFile(file, 'utf8')));
    for (const { idx, tag } of all.entries) {
      await writeFile(file, JSON.stringify({ ...all, entries: all.entries.slice(0, idx + 1) }));
      await migrate(database, { migrationsFolder: folder });
      await migrated?.(tag);
      const rows = await readFile(new URL(`releases/${tag.slice(0, 4)}.sql`, import.meta.url), 'utf8').catch(() => undefined);
      if (rows !== undefined) await database.$client.unsafe(rows);
      await filled?.(tag);
    }
  } finally {
    await database.$client.end();
    await rm(folder, { recursive: true });
  }
}

/** The rows of every table, each as its columns. */
export async function allRows(sql: Connection): Promise<Map<string, readonly Readonly<Record<string, unknown>>[]>> {
  const tables = await sql`
    select table_name::text as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`;
  const rows = new Map<string, Readonly<Record<string, unknown>>[]>();
  for (const { name } of tables) {
    const found = await sql`select to_jsonb(t) as row from ${sql(String(name))} t`;
    rows.set(
      String(name),
      found.map(({ row }) => z.record(z.string(), z.unknown()).parse(row)),
    );
  }
  return rows;
}
