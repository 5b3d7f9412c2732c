import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { id, reference } from './columns.ts';

/** People who sign in with a password. */
export const users = pgTable(
  'users',
  {
    id: id(),
    label: text().notNull().unique(),
    /** argon2id, in PHC format. */
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
  },
  (table) => [index('projects_in_order').on(sql`${table.label} collate "C"`)],
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
