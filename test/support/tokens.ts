import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Answer, World } from './world.ts';

/** A token that every test may know, since it is never made: see `haveToken`. */
const KNOWN = `haas_${'A'.repeat(43)}`;
/** The headers that sign in with it. */
export const knownToken = { authorization: `Bearer ${KNOWN}` };

/** Gives a user the token that tests know, as one that was just used: using it changes no row. */
export async function haveToken(w: World, user: string): Promise<void> {
  const hash = createHash('sha256').update(KNOWN).digest('base64url');
  await w.sql`insert into api_tokens (id, user_id, label, hash, last_used_at)
    select gen_random_uuid(), id, 'known', ${hash}, now() from users where label = ${user}`;
}

const created = z.object({ id: z.uuid(), token: z.string() });

/** What a token was made with, besides its name. */
export interface TokenFields {
  readonly name?: string;
  readonly expires_in?: number;
  readonly project?: string;
  readonly read_only?: boolean;
}

/** An API token of a user of a test. */
export interface Token {
  readonly id: string;
  readonly token: string;
  /** The headers that sign in with it. */
  readonly headers: { readonly authorization: string };
  /** Sends a request with it. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** Has a user make a token, with their password. Throws unless that succeeds. */
export async function makeToken(w: World, user: string, fields: TokenFields = {}): Promise<Token> {
  const answer = await w.call(user, 'POST', '/auth/token', { name: 'ci', ...fields });
  if (answer.status !== 200) throw new Error(`${user} got no token: ${answer.status} ${answer.text}`);
  const { id, token } = created.parse(answer.body);
  const headers = { authorization: `Bearer ${token}` };
  return { id, token, headers, call: (method, path, body) => w.call(null, method, path, body, headers) };
}
