import { sql } from 'drizzle-orm';
import { boolean, check, index, integer, pgTable, text, unique, uuid } from 'drizzle-orm/pg-core';
import { id, reference } from './columns.ts';
import { agents } from './devices.ts';
import { networks } from './networks.ts';
import { projects } from './people.ts';

/**
 * Small virtual machines to provision from, on the host of an agent. Nothing but the row exists before the first start, and with it the
 * headnode is frozen.
 */
export const headnodes = pgTable(
  'headnodes',
  {
    id: id(),
    label: text().notNull().unique(),
    projectId: reference()
      .notNull()
      .references(() => projects.id),
    agentId: reference()
      .notNull()
      .references(() => agents.id),
    /** The virtual machine's, and by it everything of it on the host is named. */
    uuid: uuid().notNull().unique('headnodes_uuid'),
    /** The template, by the name that the agent gives it. */
    baseImage: text().notNull(),
    /** MiB. */
    memory: integer().notNull(),
    vcpus: integer().notNull(),
    /** GiB. */
    disk: integer().notNull(),
    /** The disk is a whole copy, instead of written beside the template's. */
    fullCopy: boolean().notNull().default(false),
    /** What cloud-init is told, a JWE that only the agent opens: it may hold passwords. */
    seedSealed: text(),
    /** Whether there may be a virtual machine: a start was done, or nobody can tell. Only settling a command writes here. */
    made: boolean().notNull().default(false),
  },
  (table) => [
    check('headnode_has_a_size', sql`${table.memory} > 0 and ${table.vcpus} > 0 and ${table.disk} > 0`),
    index().on(table.projectId),
    index().on(table.agentId),
  ],
);

/** Network interfaces of headnodes, each on one network or none. */
export const hnics = pgTable(
  'hnics',
  {
    id: id(),
    headnodeId: reference()
      .notNull()
      .references(() => headnodes.id, { onDelete: 'cascade' }),
    label: text().notNull(),
    macAddress: text().notNull().unique('hnics_mac_address'),
    networkId: reference().references(() => networks.id),
  },
  (table) => [
    unique('hnics_headnode_label').on(table.headnodeId, table.label),
    check('hnic_mac_address_is_canonical', sql`${table.macAddress} ~ '^[0-9a-f]{2}(:[0-9a-f]{2}){5}$'`),
    index().on(table.networkId),
  ],
);
