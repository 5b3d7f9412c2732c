import { z } from 'zod';
import type { Connection } from '../client.ts';

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
