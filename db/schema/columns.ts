import { bigint, timestamp } from 'drizzle-orm/pg-core';

/** A surrogate key: internal, never shown to users. */
export const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();

/** A column that refers to a surrogate key. */
export const reference = () => bigint({ mode: 'number' });

/** A point in time, read and written as text. */
export const moment = () => timestamp({ withTimezone: true, mode: 'string' });
