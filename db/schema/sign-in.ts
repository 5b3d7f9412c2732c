import { boolean, index, integer, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { moment, reference } from './columns.ts';
import { projects, users } from './people.ts';

/** What users made for their scripts to sign in with. A token goes with its user, and with the project that it is limited to. */
export const apiTokens = pgTable(
  'api_tokens',
  {
    id: uuid().primaryKey(),
    userId: reference()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** The only project that it acts for; null: whatever its user may do. */
    projectId: reference().references(() => projects.id, { onDelete: 'cascade' }),
    label: text().notNull(),
    /** SHA-256 of the token, in base64url: 32 random bytes need no slow hash. */
    hash: text().notNull().unique(),
    readOnly: boolean().notNull().default(false),
    createdAt: moment().notNull().defaultNow(),
    /** Null: never. */
    expiresAt: moment(),
    /** To the minute. */
    lastUsedAt: moment(),
  },
  (table) => [unique('api_tokens_user_label').on(table.userId, table.label), index().on(table.projectId)],
);

/** How often somebody failed to sign in under a name from an address, lately. */
export const failedLogins = pgTable(
  'failed_logins',
  {
    /** SHA-256 of it as it was given, in base64url: there need be no such user. */
    login: text().notNull(),
    address: text().notNull(),
    failures: integer().notNull(),
    lastAt: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.login, table.address] }), index().on(table.address), index().on(table.lastAt)],
);

/** Requests that were sent with an `Idempotency-Key`, and what they were answered. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    /** Who sent it, as `Caller.identity`. */
    caller: text().notNull(),
    key: text().notNull(),
    /** An HMAC of method, path and body: another request must not use the key. */
    request: text().notNull(),
    /** What it came to, encrypted with the API hosts' key, since it may hold secrets; null: it has not ended, or nobody knows how. */
    outcome: text(),
    createdAt: moment().notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] }), index().on(table.createdAt)],
);
