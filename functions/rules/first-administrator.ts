import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { users } from '../../db/schema.ts';
import { hashPassword } from '../passwords.ts';

/** Makes the administrator `admin` in a deployment without users. False: there are users already, and nothing was changed. */
export async function createFirstAdministrator(database: Database, password: string): Promise<boolean> {
  const passwordHash = await hashPassword(password);
  return database.transaction(async (tx) => {
    // Two API hosts may start at once.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('haas first administrator'))`);
    const [someone] = await tx.select({ id: users.id }).from(users).limit(1);
    if (someone) return false;
    await tx.insert(users).values({ label: 'admin', passwordHash, isAdmin: true });
    return true;
  });
}
