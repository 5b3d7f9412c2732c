import { hash, randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Connection } from '../../../db/client.ts';
import { findToken, markTokenUsed, type TokenBearer } from '../../../db/queries/api-tokens.ts';
import type { Caller } from '../caller.ts';
import { type Backend, bearerToken } from './backend.ts';
import { type Memory, remember } from './memory.ts';

/** By which people and scanners of secrets know what they found. */
const PREFIX = 'haas_';
const SECRET_BYTES = 32;
const TOKEN = /^haas_[A-Za-z0-9_-]{43}$/;
/** How often it is written down that a token was used, in ms. */
const NOTED_EVERY = 60_000;

/** A new token, which nobody can guess. */
export function makeToken(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/** What is kept of a token: SHA-256, in base64url. So much chance needs no slow hash. */
export function hashToken(token: string): string {
  return hash('sha256', token, 'base64url');
}

/** Who signed in with a token, as `Caller.identity`. */
const IDENTITY = 'token/';

/** The id of the token that a caller signed in with; null: they did otherwise. */
export function tokenOf({ identity }: Caller): string | null {
  return identity?.startsWith(IDENTITY) ? identity.slice(IDENTITY.length) : null;
}

/** Users' scripts, with tokens that the users made for them. */
export function apiTokenBackend(sql: Connection, memory: Memory, log: Logger): Backend {
  const noted = new Map<string, number>();

  const lookUp = memory.remembering(async (key) => {
    const token = await findToken(sql, key);
    return token && { id: token.id, caller: callerOf(key, token) };
  });

  function callerOf(key: string, { id, userId, user, isAdmin, readOnly, projectId, projects }: TokenBearer): Caller {
    return {
      label: user,
      id: userId,
      isAdmin: isAdmin && projectId === null,
      projects: new Set(projectId === null ? projects : [projectId]),
      identity: IDENTITY + id,
      isReadOnly: readOnly,
      hasPassword: false,
      current: async () => (await lookUp(key))?.caller ?? null,
    };
  }

  /** Nobody waits for it. */
  function note(id: string): void {
    if ((noted.get(id) ?? 0) > Date.now()) return;
    remember(noted, id, Date.now() + NOTED_EVERY);
    markTokenUsed(sql, id).catch((error: unknown) => {
      noted.delete(id);
      log.warn({ err: error, token: id }, 'the use of a token was not written down');
    });
  }

  return {
    extension: 'hil.ext.auth.database',
    hint: 'an API token (Bearer)',
    challenge: 'Bearer realm="HaaS"',
    async identify({ authorization }) {
      const token = bearerToken(authorization);
      if (token === null) return null;
      if (!token?.startsWith(PREFIX)) return undefined;
      const found = TOKEN.test(token) ? await lookUp(hashToken(token)) : undefined;
      if (!found) return null;
      note(found.id);
      return found.caller;
    },
  };
}
