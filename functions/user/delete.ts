import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockAdmins, lockUser } from '../../db/queries/users.ts';
import { users } from '../../db/schema.ts';
import { userLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';

/** Deletes a user and their memberships. Administrators may delete themselves, except the last one. */
export const deleteUser = writing({
  id: 'user_delete',
  summary: 'Delete a user',
  method: 'DELETE',
  path: '/auth/basic/user/{user}',
  access: 'admin',
  params: z.strictObject({ user: userLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_user: ['NotFoundError', 'no user has this name'],
    last_admin: ['IllegalStateError', 'the user is the last administrator'],
  },

  async write({ tx, services, refuse, afterCommit }, { params }) {
    const admins = await lockAdmins(tx);
    const user = await lockUser(tx, params.user);
    if (!user) throw refuse('unknown_user', `there is no user ${params.user}`);
    if (user.isAdmin && !admins.some((id) => id !== user.id)) {
      throw refuse('last_admin', `${params.user} is the last administrator: make another user an administrator first`);
    }
    await tx.delete(users).where(eq(users.id, user.id));
    afterCommit(() => services.callers.forget());
    return undefined;
  },
});
