import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, primaryKey, smallint, text, unique } from 'drizzle-orm/pg-core';
import { id, reference } from './columns.ts';
import { nics } from './hardware.ts';
import { projects } from './people.ts';

/** Isolated layer-2 networks. Owned by a project, or by the administrator (null). */
export const networks = pgTable(
  'networks',
  {
    id: id(),
    label: text().notNull().unique(),
    ownerId: reference().references(() => projects.id),
    isPublic: boolean().notNull().default(false),
  },
  (table) => [
    check('only_the_administrator_opens_a_network_to_all', sql`not ${table.isPublic} or ${table.ownerId} is null`),
    index('networks_in_order').on(sql`${table.label} collate "C"`),
    index().on(table.ownerId),
    index('networks_public').on(table.id).where(sql`${table.isPublic}`),
  ],
);

/**
 * Every VLAN id there is, and the one network that has it. `pooled` ids are given out to networks that ask for none in particular.
 * `reserved` ids belong to a registered switch (its dummy VLAN, its family's own) and can be no network's.
 */
export const vlans = pgTable(
  'vlans',
  {
    id: smallint().primaryKey(),
    pooled: boolean().notNull().default(false),
    reserved: boolean().notNull().default(false),
    networkId: reference()
      .unique('vlans_network')
      .references(() => networks.id, { onDelete: 'set null' }),
  },
  (table) => [
    check('vlan_id_is_legal', sql`${table.id} between 1 and 4094`),
    check('a_reserved_vlan_is_no_networks', sql`not ${table.reserved} or ${table.networkId} is null`),
    index('vlans_available').on(table.id).where(sql`${table.pooled} and not ${table.reserved} and ${table.networkId} is null`),
  ],
);

/** Which projects may use a network that is not public. */
export const networkAccess = pgTable(
  'network_access',
  {
    networkId: reference()
      .notNull()
      .references(() => networks.id, { onDelete: 'cascade' }),
    projectId: reference()
      .notNull()
      .references(() => projects.id),
  },
  (table) => [primaryKey({ columns: [table.networkId, table.projectId] }), index().on(table.projectId)],
);

/** Which networks a NIC is on, as proven on the switch. Only settling a command writes here. */
export const attachments = pgTable(
  'attachments',
  {
    nicId: reference()
      .notNull()
      .references(() => nics.id, { onDelete: 'cascade' }),
    networkId: reference()
      .notNull()
      .references(() => networks.id),
    channel: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.nicId, table.networkId] }),
    unique('attachments_nic_channel').on(table.nicId, table.channel),
    check('channel_is_known', sql`${table.channel} ~ '^vlan/(native|[1-9][0-9]{0,3})$'`),
    index().on(table.networkId),
  ],
);
