import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockAdmins, lockUser } from '../../db/queries/users.ts';
import { users } from '../../db/schema.ts';
import { userLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { hashPassword } from '../passwords.ts';
import { adminFlag, adminFlagFields, adminFlagsAgree, adminFlagsDiffer } from '../rules/admin-flag.ts';
import { password } from '../rules/password.ts';

/** Makes a user an administrator or an ordinary user, or changes a password: an administrator does, or users their own password. */
export const setAdmin = writing({
  id: 'user_set_admin',
  summary: 'Change whether a user is an administrator, or a password',
  method: 'PATCH',
  path: '/auth/basic/user/{user}',
  access: 'user',
  params: z.strictObject({ user: userLabel }),
  body: z
    .strictObject({
      password: password.optional().meta({ description: 'New password of the user; the old one stays unless given' }),
      ...adminFlagFields,
    })
    .refine(adminFlagsAgree, adminFlagsDiffer)
    .refine((body) => adminFlag(body) !== undefined || body.password !== undefined, {
      path: ['is_admin'],
      error: 'give is_admin, password, or both',
    }),
  result: empty,
  refusals: {
    not_an_administrator: ['AuthorizationError', 'only administrators change the rights of users, and the passwords of others'],
    password_required: ['AuthorizationError', 'a password was to be changed by its own user, who did not sign in with it'],
    unknown_user: ['NotFoundError', 'no user has this name'],
    yourself: ['IllegalStateError', 'nobody changes whether they are an administrator themselves'],
    last_admin: ['IllegalStateError', 'the user is the last administrator'],
  },

  async write({ tx, caller, services, refuse, afterCommit }, { params, body }) {
    const isAdmin = adminFlag(body);
    const isSelf = caller.id !== null && caller.label === params.user;
    if (!caller.isAdmin && (isAdmin !== undefined || !isSelf)) {
      throw refuse('not_an_administrator', 'only administrators may do this; you may change your own password');
    }
    // A token that was stolen must not become a password, which would outlive it.
    if (body.password !== undefined && isSelf && !caller.hasPassword) {
      throw refuse('password_required', 'sign in with your password to change it');
    }
    const admins = isAdmin === false ? await lockAdmins(tx) : [];
    const user = await lockUser(tx, params.user);
    // Somebody else may have got the name since the caller signed in.
    if (!user || (!caller.isAdmin && user.id !== caller.id)) throw refuse('unknown_user', `there is no user ${params.user}`);
    if (isAdmin !== undefined && isSelf) {
      throw refuse('yourself', 'you cannot change whether you are an administrator yourself: another administrator can');
    }
    if (isAdmin === false && user.isAdmin && !admins.some((id) => id !== user.id)) {
      throw refuse('last_admin', `${params.user} is the last administrator: make another user an administrator first`);
    }
    await tx
      .update(users)
      .set({
        ...(isAdmin === undefined ? {} : { isAdmin }),
        ...(body.password === undefined ? {} : { passwordHash: await hashPassword(body.password) }),
      })
      .where(eq(users.id, user.id));
    afterCommit(() => services.callers.forget());
    return undefined;
  },
});
