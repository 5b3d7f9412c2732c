import { sql } from 'drizzle-orm';
import { bigint, boolean, check, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { id, moment, reference } from './columns.ts';

/** The processes on management nodes that touch devices. `login` is the Postgres role that such a process signs in as. */
export const agents = pgTable('agents', {
  id: id(),
  label: text().notNull().unique(),
  login: text().notNull().unique(),
  /** X25519 JWK; credentials of this agent's devices are sealed to it. */
  publicKey: jsonb().notNull(),
  lastSeenAt: moment(),
  version: text(),
  /** What its host offers for headnodes, as it told last: `vmHostReport`; null where there are to be none. */
  vmHost: jsonb(),
});

/**
 * Anything that takes commands, one at a time and in order: `switch/nexus-01`.
 * Rows stay when the switch is deleted, so that a later one of the same label never repeats a seq.
 */
export const devices = pgTable(
  'devices',
  {
    id: id(),
    label: text().notNull().unique(),
    /** Null once that agent was deleted: then nothing of this label is registered. */
    agentId: reference().references(() => agents.id, { onDelete: 'set null' }),
    lastSeq: bigint({ mode: 'number' }).notNull().default(0),
    /** Commands up to this seq were signed for an address that the device has no more: what they find says nothing of it. */
    movedSeq: bigint({ mode: 'number' }).notNull().default(0),
    /** Whether unfinished commands may exist: keeps the claim from looking at idle devices. */
    waiting: boolean().notNull().default(false),
    /** The process that works on the device now, until its lease ends. */
    leaseHolder: text(),
    leaseUntil: moment(),
    /** Grows with every lease; whoever settles must name the current one. */
    fence: bigint({ mode: 'number' }).notNull().default(0),
    /** When the switch's running configuration was changed and not yet saved on it. */
    unsavedSince: moment(),
    /** When the device last answered an agent that had logged in. */
    lastContactAt: moment(),
    /** What the device last said of its software. */
    version: text(),
  },
  (table) => [
    index('devices_waiting').on(table.agentId, table.id).where(sql`${table.waiting}`),
    index().on(table.agentId),
    check('lease_is_whole', sql`(${table.leaseHolder} is null) = (${table.leaseUntil} is null)`),
  ],
);
