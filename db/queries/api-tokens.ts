import { and, eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import { apiTokens, users } from '../schema.ts';
import { moment } from './moment.ts';

const bearer = z.object({
  id: z.string(),
  userId: z.coerce.number(),
  user: z.string(),
  isAdmin: z.boolean(),
  readOnly: z.boolean(),
  projectId: z.coerce.number().nullable(),
  projects: z.array(z.coerce.number()),
});

/** A token that is good now, and what its user may do. */
export type TokenBearer = z.output<typeof bearer>;

/** Finds a token that has not expired. One of a project is good while its user may act for that. `hash` is SHA-256, in base64url. */
export async function findToken(connection: Connection, hash: string): Promise<TokenBearer | undefined> {
  const [row] = await connection`
    select t.id, u.id as "userId", u.label as user, u.is_admin as "isAdmin", t.read_only as "readOnly", t.project_id as "projectId",
        array(select m.project_id from project_members m where m.user_id = u.id) as projects
      from api_tokens t join users u on u.id = t.user_id
      where t.hash = ${hash} and (t.expires_at is null or t.expires_at > now())
        and (t.project_id is null or u.is_admin
          or exists (select from project_members m where m.user_id = u.id and m.project_id = t.project_id))`;
  return row && bearer.parse(row);
}

/** Writes down that a token was used, unless that was done in the last minute, by whichever host. */
export async function markTokenUsed(connection: Connection, id: string): Promise<void> {
  await connection`
    update api_tokens set last_used_at = now()
      where id = ${id} and (last_used_at is null or last_used_at < now() - interval '1 minute')`;
}

const shown = z.object({
  id: z.string(),
  name: z.string(),
  user: z.string(),
  project: z.string().nullable(),
  read_only: z.boolean(),
  created_at: moment,
  expires_at: moment.nullable(),
  last_used_at: moment.nullable(),
});

/** A token as people are shown it. */
export type ShownToken = z.output<typeof shown>;

/** Reads the tokens of a user, or the one of them with this id, in order of their names: those as well that have expired. */
export async function listTokens(connection: Connection, userId: number, id: string | null): Promise<ShownToken[]> {
  const rows = await connection`
    select t.id, t.label as name, u.label as user, p.label as project, t.read_only, t.created_at, t.expires_at, t.last_used_at
      from api_tokens t join users u on u.id = t.user_id left join projects p on p.id = t.project_id
      where t.user_id = ${userId} and (${id}::uuid is null or t.id = ${id}::uuid) order by t.label collate "C"`;
  return z.array(shown).parse(rows);
}

/** Locks a user who makes a token: nobody else makes one for them, or deletes them, until the transaction ends. */
export async function lockTokensOf(tx: Tx, userId: number): Promise<{ isUser: boolean; labels: string[] }> {
  const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update');
  await tx.delete(apiTokens).where(and(eq(apiTokens.userId, userId), lt(apiTokens.expiresAt, sql`now()`)));
  const tokens = await tx.select({ label: apiTokens.label }).from(apiTokens).where(eq(apiTokens.userId, userId));
  return { isUser: user !== undefined, labels: tokens.map(({ label }) => label) };
}

/** A token that is to be made. `hash` is SHA-256 in base64url, `expiresIn` in seconds. */
export interface NewToken {
  readonly id: string;
  readonly userId: number;
  readonly projectId: number | null;
  readonly label: string;
  readonly hash: string;
  readonly readOnly: boolean;
  readonly expiresIn: number | null;
}

const made = z.object({ createdAt: moment, expiresAt: moment.nullable() });

/** Makes a token, and tells from when to when it is good. */
export async function insertToken(tx: Tx, { expiresIn, ...token }: NewToken): Promise<z.output<typeof made>> {
  const expiresAt = expiresIn === null ? null : sql`now() + make_interval(secs => ${expiresIn})`;
  const [row] = await tx
    .insert(apiTokens)
    .values({ ...token, expiresAt })
    .returning({ createdAt: apiTokens.createdAt, expiresAt: apiTokens.expiresAt });
  return made.parse(row);
}

/** Deletes a token of a user, or of anybody (null). Answers whether there was one. */
export async function deleteToken(tx: Tx, id: string, userId: number | null): Promise<boolean> {
  const rows = await tx
    .delete(apiTokens)
    .where(and(eq(apiTokens.id, id), userId === null ? undefined : eq(apiTokens.userId, userId)))
    .returning({ id: apiTokens.id });
  return rows.length > 0;
}
