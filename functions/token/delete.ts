import { z } from 'zod';
import { deleteToken as remove } from '../../db/queries/api-tokens.ts';
import { tokenId } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { tokenOf } from '../http/sign-in/api-tokens.ts';

/** Deletes a token: nobody signs in with it any more. Whoever signed in with a token deletes that one; administrators delete any. */
export const deleteToken = writing({
  id: 'token_delete',
  summary: 'Delete an API token: nobody signs in with it any more',
  method: 'DELETE',
  path: '/auth/token/{token}',
  access: 'user',
  params: z.strictObject({ token: tokenId }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_token: ['NotFoundError', 'the caller has no token of this id'],
  },

  async write({ tx, caller, services, refuse, afterCommit }, { params }) {
    const isSeen = caller.isAdmin || (caller.id !== null && (tokenOf(caller) ?? params.token) === params.token);
    if (!isSeen || !(await remove(tx, params.token, caller.isAdmin ? null : caller.id))) {
      throw refuse('unknown_token', `you have no token ${params.token}: GET /v0/auth/tokens lists yours`);
    }
    afterCommit(() => services.callers.forget());
    return undefined;
  },
});
