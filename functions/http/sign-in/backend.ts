import { z } from 'zod';
import type { Caller } from '../caller.ts';

/** What a request shows of who sends it. */
export interface Credentials {
  /** The header `Authorization`. */
  readonly authorization: string | undefined;
  /** The header `X-Auth-Token`, in which Keystone's tokens are sent. */
  readonly authToken: string | undefined;
  /** The header `Host`. */
  readonly host: string | undefined;
  /** The address that the request came from. */
  readonly address: string;
}

/** One way to sign in. */
export interface Backend {
  /** Its name among the active extensions, which are the predecessor's where it had one. */
  readonly extension: string;
  /** How to sign in this way, for whoever did not: `an API token (Bearer)`. */
  readonly hint: string;
  /** A challenge for the header `WWW-Authenticate`, where the way has one. */
  readonly challenge?: string;
  /**
   * Who sends these credentials; null: they are of this way, but not right; undefined: they are of another way.
   * Throws Problem when it cannot be found out now.
   */
  readonly identify: (credentials: Credentials) => Promise<Caller | null | undefined>;
}

/** The token of a header `Authorization: Bearer ...`; null: there is none, although there should be; undefined: something else. */
export function bearerToken(authorization = ''): string | null | undefined {
  if (!/^bearer\b/i.test(authorization)) return undefined;
  return /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1] ?? null;
}

/** What another system may call somebody: their name is shown to others, in logs and terminals. */
export const outsideName = z.string().regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,255}$/u);
