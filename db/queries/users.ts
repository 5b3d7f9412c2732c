import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import { users } from '../schema.ts';
import { type Part, partOf } from './pages.ts';

const userWithRights = z.object({
  id: z.coerce.number(),
  label: z.string(),
  passwordHash: z.string(),
  isAdmin: z.boolean(),
  projects: z.array(z.coerce.number()),
});

/** A user, with the ids of the projects they are a member of. */
export type UserWithRights = z.output<typeof userWithRights>;

/** Finds a user by name. */
export async function findUserWithRights(sql: Connection, label: string): Promise<UserWithRights | undefined> {
  const [row] = await sql`
    select u.id, u.label, u.password_hash as "passwordHash", u.is_admin as "isAdmin",
        array(select m.project_id from project_members m where m.user_id = u.id) as projects
      from users u where u.label = ${label}`;
  return row && userWithRights.parse(row);
}

const hashOnly = z.object({ passwordHash: z.string() });

/** A hash of sha512-crypt, as the predecessor made them, that somebody still has; undefined where everybody has one of ours. */
export async function findSha512Crypt(sql: Connection): Promise<string | undefined> {
  const [row] = await sql`select password_hash as "passwordHash" from users where password_hash like '$6$%' limit 1`;
  return row && hashOnly.parse(row).passwordHash;
}

/** Puts another hash of the same password in the place of the one that a user has, unless it was changed meanwhile. */
export async function replacePasswordHash(
  sql: Connection,
  { id, passwordHash }: Pick<UserWithRights, 'id' | 'passwordHash'>,
  next: string,
): Promise<void> {
  await sql`update users set password_hash = ${next} where id = ${id} and password_hash = ${passwordHash}`;
}

const listedUser = z.object({ label: z.string(), isAdmin: z.boolean(), projects: z.array(z.string()) });

/** A user with the labels of their projects, as the list of users shows them. */
export type ListedUser = z.output<typeof listedUser>;

/** Reads all users in order of their names, each with the projects in order. */
export async function listUsers(sql: Connection, part: Part): Promise<ListedUser[]> {
  const rows = await sql`
    select u.label, u.is_admin as "isAdmin",
        array(select p.label from project_members m join projects p on p.id = m.project_id
          where m.user_id = u.id order by p.label collate "C") as projects
      from users u where true ${partOf(sql, 'u.label', part)}`;
  return z.array(listedUser).parse(rows);
}

const columns = { id: users.id, label: users.label, isAdmin: users.isAdmin };

/** What operations on a user need to know of them. */
export type User = Pick<typeof users.$inferSelect, keyof typeof columns>;

/** Finds a user, and keeps them from being deleted before the transaction ends. */
export async function findUser(tx: Tx, label: string): Promise<User | undefined> {
  const [user] = await tx.select(columns).from(users).where(eq(users.label, label)).for('key share');
  return user;
}

/** Finds a user to change or delete them: nobody else may until the transaction ends. */
export async function lockUser(tx: Tx, label: string): Promise<User | undefined> {
  const [user] = await tx.select(columns).from(users).where(eq(users.label, label)).for('update');
  return user;
}

/**
 * The ids of all administrators, none of whom can be deleted or demoted by others until the transaction ends.
 * In one order for everybody, so that two who remove each other wait instead of deadlocking.
 */
export async function lockAdmins(tx: Tx): Promise<number[]> {
  const admins = await tx
    .select({ id: users.id })
    .from(users)
    .where(eq(users.isAdmin, true))
    .orderBy(asc(users.id))
    .for('update');
  return admins.map(({ id }) => id);
}
