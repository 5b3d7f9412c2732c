import { z } from 'zod';
import { listTokens as readTokens } from '../../db/queries/api-tokens.ts';
import { findUserWithRights } from '../../db/queries/users.ts';
import { projectLabel, timestamp, tokenId, tokenLabel, userLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { tokenOf } from '../http/sign-in/api-tokens.ts';

/** Lists the caller's tokens or, for administrators, a user's. Whoever signed in with a token sees that one. */
export const listTokens = reading({
  id: 'list_tokens',
  summary: 'List API tokens, without what is secret of them',
  method: 'GET',
  path: '/auth/tokens',
  access: 'user',
  params: nothing,
  query: z.strictObject({
    user: userLabel
      .optional()
      .meta({ description: 'Name of the user whose tokens to list; without it: the caller', examples: ['ada'] }),
  }),
  result: z.array(
    z.strictObject({
      id: tokenId,
      name: tokenLabel,
      user: userLabel,
      project: projectLabel
        .nullable()
        .meta({ description: 'Name of the only project that it acts for, if it is limited to one', examples: ['blue'] }),
      read_only: z.boolean().meta({ description: 'Whether nothing can be changed with it', examples: [false] }),
      created_at: timestamp,
      expires_at: timestamp
        .nullable()
        .meta({ description: 'When it expires, in UTC, if it does', examples: ['2026-05-31T09:30:00.000Z'] }),
      last_used_at: timestamp
        .nullable()
        .meta({ description: 'When it was last used, in UTC, to the minute', examples: ['2026-03-02T11:04:00.000Z'] }),
    }),
  ),
  refusals: {
    not_an_administrator: ['AuthorizationError', 'only administrators see the tokens of others'],
    unknown_user: ['NotFoundError', 'no user has this name'],
  },

  async read({ sql, caller, refuse }, { query }) {
    if (query.user === undefined || query.user === caller.label) {
      return caller.id === null ? [] : readTokens(sql, caller.id, tokenOf(caller));
    }
    if (!caller.isAdmin) throw refuse('not_an_administrator', 'only administrators may do this; you may list your own');
    const user = await findUserWithRights(sql, query.user);
    if (!user) throw refuse('unknown_user', `there is no user ${query.user}`);
    return readTokens(sql, user.id, null);
  },
});
