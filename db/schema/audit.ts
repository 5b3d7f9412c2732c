import { sql } from 'drizzle-orm';
import { bigint, check, index, jsonb, pgTable, primaryKey, text, unique, uuid } from 'drizzle-orm/pg-core';
import { moment } from './columns.ts';

/**
 * What was changed, by whom, and what came of it. An entry is written in the transaction of what it tells; a sequencer then chains it:
 * gives it its place (`seq`) and a hash over its text and the hash before. What is chained is never altered.
 */
export const audit = pgTable(
  'audit',
  {
    id: uuid().primaryKey().default(sql`gen_random_uuid()`),
    /** Null: not chained yet. Without gaps. */
    seq: bigint({ mode: 'number' }),
    /** SHA-256 of the hash before, the place and the text of the entry, in base64url. */
    hash: text(),
    /** The hash and the place, signed by the API host that chained it: of the last entry of those that were chained together. */
    signature: text(),
    at: moment().notNull().default(sql`clock_timestamp()`),
    /** The id of an operation, or what followed from one: `node_project`, `nic_network`, `command_ended`. */
    event: text().notNull(),
    /** A user's name, as `Caller.label`, or `agent <label>`; null: somebody without credentials, or nobody. */
    actor: text(),
    /** The id of the API token that they signed in with, if it was one. */
    token: uuid(),
    /** Where the request came from. */
    address: text(),
    /** The request's id, which its sender may have chosen. */
    request: text(),
    /** The entry of the request that this followed from. */
    cause: uuid(),
    /** The node that it is about. */
    node: text(),
    /** Ids of the projects that it concerned then. They are not given to others later, as labels may be. */
    projects: bigint({ mode: 'number' }).array().notNull().default(sql`'{}'`),
    /** What the request named in its path. */
    subject: jsonb().notNull().default(sql`'{}'`),
    /** What it asked for, without secrets; of what followed: what was before and is after. */
    details: jsonb().notNull().default(sql`'{}'`),
    result: jsonb().notNull().default(sql`'{}'`),
  },
  (table) => [
    unique('audit_seq').on(table.seq),
    check('chained_is_whole', sql`(${table.seq} is null) = (${table.hash} is null)`),
    check('only_the_chained_is_signed', sql`${table.signature} is null or ${table.seq} is not null`),
    index('audit_not_chained').on(table.at).where(sql`${table.seq} is null`),
    index('audit_at').on(table.at),
    index('audit_history').on(table.node, table.at).where(sql`${table.event} in ('node_project', 'nic_network')`),
    // What is asked for is listed in the order of the chain.
    index('audit_actor').on(table.actor, table.seq).where(sql`${table.seq} is not null`),
    index('audit_event').on(table.event, table.seq).where(sql`${table.seq} is not null`),
    index('audit_node').on(table.node, table.seq).where(sql`${table.seq} is not null`),
    index('audit_request').on(table.request, table.seq).where(sql`${table.seq} is not null`),
  ],
);

/** The entries that a project may read. */
export const auditProjects = pgTable(
  'audit_projects',
  {
    /** No reference: what was done with a project outlives it. */
    projectId: bigint({ mode: 'number' }).notNull(),
    seq: bigint({ mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.seq] }), index().on(table.seq)],
);

/** What was forgotten of the beginning of the chain, because it was too old. */
export const auditPrunings = pgTable('audit_prunings', {
  /** The last entry that was forgotten. */
  through: bigint({ mode: 'number' }).primaryKey(),
  hash: text().notNull(),
  signature: text().notNull(),
  /** From then on nothing is missing. */
  completeFrom: moment().notNull(),
  prunedAt: moment().notNull().default(sql`now()`),
});
