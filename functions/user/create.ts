import { z } from 'zod';
import { users } from '../../db/schema.ts';
import { userLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { hashPassword } from '../passwords.ts';
import { adminFlag, adminFlagFields, adminFlagsAgree, adminFlagsDiffer } from '../rules/admin-flag.ts';
import { password, passwordHash } from '../rules/password.ts';

/** Makes a user, who is a member of no project. */
export const createUser = writing({
  id: 'user_create',
  summary: 'Create a user',
  method: 'PUT',
  path: '/auth/basic/user/{user}',
  access: 'admin',
  params: z.strictObject({ user: userLabel }),
  body: z
    .strictObject({
      password: password.optional().meta({ description: 'Password of the user; it is kept as a hash and never shown' }),
      password_hash: passwordHash.optional(),
      ...adminFlagFields,
    })
    .refine(adminFlagsAgree, adminFlagsDiffer)
    .refine((body) => (body.password === undefined) !== (body.password_hash === undefined), {
      path: ['password'],
      error: 'give password, or the password_hash of one, and not both',
    }),
  result: empty,
  refusals: {
    duplicate_user: ['DuplicateError', 'a user has this name already'],
  },

  async write({ tx, services, refuse, afterCommit }, { params, body }) {
    const [user] = await tx
      .insert(users)
      .values({
        label: params.user,
        passwordHash: await hashOf(body),
        isAdmin: adminFlag(body) ?? false,
      })
      .onConflictDoNothing()
      .returning({ id: users.id });
    if (!user)
      throw refuse(
        'duplicate_user',
        `there is a user ${params.user} already: PATCH changes their password, and whether they are an administrator`,
      );
    afterCommit(() => services.callers.forget());
    return undefined;
  },
});

async function hashOf(body: { password?: string | undefined; password_hash?: string | undefined }): Promise<string> {
  if (body.password !== undefined) return hashPassword(body.password);
  if (body.password_hash === undefined) throw new Error('a user needs a password, or the hash of one');
  return body.password_hash;
}
