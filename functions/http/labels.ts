import { z } from 'zod';

/** What users name things by: 1 to 255 printable characters, no `/`, not beginning with `-`. */
export const label = z
  .string()
  .regex(
    /^(?!-)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/]{1,255}$/u,
    'must be 1 to 255 printable characters, without "/", and must not begin with "-"',
  );

/** A user's name: a label without `:`, which would end it in HTTP Basic credentials. */
export const userLabel = label.regex(/^[^:]*$/, 'must not contain ":"');

/** A switch port as people type it; the switch's family decides what it means. */
export const portLabel = z
  .string()
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u, 'must be the name of a port, 1 to 64 printable characters');

/** An agent's name; it becomes part of a Postgres login. */
export const agentLabel = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be 1 to 40 characters of a-z, 0-9 and "-", beginning with a letter');

/** Free text that Postgres can hold. */
export const plainText = z.string().regex(/^[^\0\p{Cs}]*$/u, 'must not contain NUL or half a surrogate pair');
