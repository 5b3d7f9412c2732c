import { z } from 'zod';

/** The field that makes a user an administrator, under the name that the predecessor took and the one that its documents gave. */
export const adminFlagFields = {
  is_admin: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the user is an administrator', examples: [false] }),
  'is-admin': z
    .boolean()
    .optional()
    .meta({ description: 'The same as is_admin, by another name: give one of them', examples: [false] }),
};

interface AdminFlag {
  readonly is_admin?: boolean | undefined;
  readonly 'is-admin'?: boolean | undefined;
}

/** Whether a body does not say two different things. */
export function adminFlagsAgree(body: AdminFlag): boolean {
  return body.is_admin === undefined || body['is-admin'] === undefined || body.is_admin === body['is-admin'];
}

/** What to say of a body whose two flags differ. */
export const adminFlagsDiffer = { path: ['is-admin'], error: 'is another name of is_admin: give one of them' };

/** What a body says, by whichever name. */
export function adminFlag(body: AdminFlag): boolean | undefined {
  return body.is_admin ?? body['is-admin'];
}
