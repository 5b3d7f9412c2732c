import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { id, reference } from './columns.ts';

/** People who sign in with a password. */
export const users = pgTable(
  'users',
  {
    id: id(),
    label: text().notNull().unique(),
    /** argon2id, in PHC format; of who comes from the predecessor, sha512-crypt until they sign in. */
    passwordHash: text().notNull(),
    isAdmin: boolean().notNull().default(false),
  },
  (table) => [index('users_in_order').on(sql`${table.label} collate "C"`)],
);

/** The unit that owns: nodes, networks and headnodes belong to projects, users are members of them. */
export const projects = pgTable(
  'projects',
  {
    id: id(),
    label: text().notNull().unique(),
    /** How many nodes, networks and headnodes it may have; null: any number. Triggers keep to it, whoever adds one. */
    maxNodes: integer(),
    maxNetworks: integer(),
    maxHeadnodes: integer(),
  },
  (table) => [
    check('quota_is_a_number', sql`least(${table.maxNodes}, ${table.maxNetworks}, ${table.maxHeadnodes}) >= 0`),
    index('projects_in_order').on(sql`${table.label} collate "C"`),
  ],
);

/** Which users act for which projects. */
export const projectMembers = pgTable(
  'project_members',
  {
    userId: reference()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    projectId: reference()
      .notNull()
      .references(() => projects.id, { onDelete: 'cascade' }),
  },
  (table) => [primaryKey({ columns: [table.userId, table.projectId] }), index().on(table.projectId)],
);
