import { sql } from 'drizzle-orm';
import { bigint, boolean, check, customType, index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { id, moment, reference } from './columns.ts';
import { nodes } from './hardware.ts';
import { headnodes } from './headnodes.ts';
import { projects } from './people.ts';

const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => 'bytea' });

/**
 * Serial consoles and their logs: one for each reservation of a node in which its console was opened, and one for a headnode. When the
 * node changes its project a trigger releases its console, and nothing is ever added to it again.
 */
export const consoles = pgTable(
  'consoles',
  {
    id: id(),
    nodeId: reference().references(() => nodes.id, { onDelete: 'cascade' }),
    headnodeId: reference().references(() => headnodes.id, { onDelete: 'cascade' }),
    /** Null: the node was free, or the project was deleted since. */
    projectId: reference().references(() => projects.id, { onDelete: 'set null' }),
    openedAt: moment().notNull().default(sql`now()`),
    releasedAt: moment(),
    /** Whether the agent is to hold the console and log what it says. */
    logging: boolean().notNull().default(true),
    /** How it stands with the agent's session: `opening` until the agent has said anything. */
    state: text({ enum: ['opening', 'open', 'down'] })
      .notNull()
      .default('opening'),
    stateSince: moment().notNull().default(sql`now()`),
    /** Why it is down. */
    problem: text(),
    /** The seq of the next chunk. */
    nextSeq: bigint({ mode: 'number' }).notNull().default(1),
    /** Bytes of output that are kept. */
    bytes: bigint({ mode: 'number' }).notNull().default(0),
    /** The user who may type, through which connection, since when, and when that connection was last known to be there. */
    writer: text(),
    writerSession: uuid(),
    writerSince: moment(),
    writerSeenAt: moment(),
  },
  (table) => [
    uniqueIndex('one_console_per_reservation').on(table.nodeId).where(sql`${table.releasedAt} is null`),
    uniqueIndex('one_console_per_headnode').on(table.headnodeId),
    check('console_is_of_one_machine', sql`num_nonnulls(${table.nodeId}, ${table.headnodeId}) = 1`),
    check('console_state_is_known', sql`${table.state} in ('opening', 'open', 'down')`),
    check('released_is_not_logging', sql`${table.releasedAt} is null or not ${table.logging}`),
    check(
      'writer_is_whole',
      sql`num_nonnulls(${table.writer}, ${table.writerSession}, ${table.writerSince}, ${table.writerSeenAt}) in (0, 4)`,
    ),
    index().on(table.nodeId),
    index().on(table.projectId),
    index('consoles_released_at').on(table.releasedAt).where(sql`${table.releasedAt} is not null`),
  ],
);

/**
 * What a console said, in order of `seq`: bytes as they came, or a gap, which says what is missing and why.
 * @public Statements name it in SQL; drizzle-kit reads it here.
 */
export const consoleChunks = pgTable(
  'console_chunks',
  {
    consoleId: reference()
      .notNull()
      .references(() => consoles.id, { onDelete: 'cascade' }),
    seq: bigint({ mode: 'number' }).notNull(),
    /** When the agent read it. */
    at: moment().notNull(),
    data: bytea().notNull(),
    gap: text(),
  },
  (table) => [
    primaryKey({ columns: [table.consoleId, table.seq] }),
    check('a_gap_has_no_data', sql`(${table.gap} is null) = (length(${table.data}) > 0)`),
    index('console_chunks_at').on(table.at),
  ],
);
