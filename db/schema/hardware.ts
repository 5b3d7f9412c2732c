import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { id, moment, reference } from './columns.ts';
import { agents, devices } from './devices.ts';
import { projects } from './people.ts';

/** Switches. Credentials are a JWE that only the agent opens. */
export const switches = pgTable(
  'switches',
  {
    id: id(),
    label: text().notNull().unique(),
    type: text().notNull(),
    deviceId: reference()
      .notNull()
      .unique('switches_device')
      .references(() => devices.id),
    agentId: reference()
      .notNull()
      .references(() => agents.id),
    hostname: text().notNull(),
    port: integer().notNull(),
    settings: jsonb().notNull(),
    sealed: text().notNull(),
    /** What a port without a network is: shut, or up in no VLAN. */
    idle: text({ enum: ['shut', 'up'] })
      .notNull()
      .default('shut'),
  },
  (table) => [
    check('idle_is_known', sql`${table.idle} in ('shut', 'up')`),
    // Two names of one switch would be two devices with a writer each.
    uniqueIndex('switches_address').on(table.hostname, table.port).where(sql`${table.type} <> 'mock'`),
    check('port_is_tcp', sql`${table.port} between 1 and 65535`),
    index().on(table.agentId),
  ],
);

/** Switch ports, by their canonical names. A suspect port may be on any of `suspectVlans`: its state could not be proven. */
export const ports = pgTable(
  'ports',
  {
    id: id(),
    switchId: reference()
      .notNull()
      .references(() => switches.id),
    label: text().notNull(),
    /** Overrides the switch's `idle`. */
    idle: text({ enum: ['shut', 'up'] }),
    suspectSince: moment(),
    suspectReason: text(),
    suspectVlans: smallint().array().notNull().default([]),
    /** The port as last read back from the switch, and when. */
    readState: jsonb(),
    readAt: moment(),
  },
  (table) => [
    unique('ports_switch_label').on(table.switchId, table.label),
    check('port_idle_is_known', sql`${table.idle} in ('shut', 'up')`),
    index('ports_suspect').on(table.id).where(sql`${table.suspectSince} is not null`),
  ],
);

/** Machines. Their BMC is reached either by an `obmd` service or by an agent (`obm`). */
export const nodes = pgTable(
  'nodes',
  {
    id: id(),
    label: text().notNull().unique(),
    projectId: reference().references(() => projects.id),
    agentId: reference().references(() => agents.id),
    obmdUri: text(),
    /** The obmd admin token, encrypted with a key of the API host: see `functions/api-secrets.ts`. */
    obmdToken: text(),
    obmType: text(),
    obmHost: text(),
    obmPort: integer(),
    /** Cipher suite and privilege level, where they are set: `bmcSettings`. */
    obmSettings: jsonb().notNull().default({}),
    /** BMC user and password, a JWE that only the agent opens. */
    obmSealed: text(),
    /** Whether users may reach the BMC: always while an `obm` node is reserved, unless they close it; where `obmd` gave a token, otherwise. */
    obmEnabled: boolean().notNull().default(false),
    /** The token that obmd gave for users' requests, encrypted like `obmdToken`. */
    obmdSession: text(),
  },
  (table) => [
    check(
      'one_way_to_the_bmc',
      sql`num_nonnulls(${table.obmdUri}, ${table.obmdToken}) = 2 and num_nonnulls(${table.obmType}, ${table.obmHost}, ${table.obmPort}, ${table.obmSealed}) = 0
        or num_nonnulls(${table.obmdUri}, ${table.obmdToken}) = 0 and num_nonnulls(${table.obmType}, ${table.obmHost}, ${table.obmPort}, ${table.obmSealed}, ${table.agentId}) = 5`,
    ),
    check(
      'obmd_is_enabled_by_a_token',
      sql`case when ${table.obmdUri} is null then ${table.obmdSession} is null else ${table.obmEnabled} = (${table.obmdSession} is not null) end`,
    ),
    // Two nodes at one BMC would switch each other's machine.
    uniqueIndex('nodes_bmc_address').on(table.obmHost, table.obmPort).where(sql`${table.obmType} = 'ipmi'`),
    // Lists are in this order, whatever the database's own is.
    index('nodes_in_order').on(sql`${table.label} collate "C"`),
    index('nodes_free').on(table.label).where(sql`${table.projectId} is null`),
    index().on(table.projectId),
    index().on(table.agentId),
  ],
);

/** Free-form facts about a node; `value` is JSON text. */
export const nodeMetadata = pgTable(
  'node_metadata',
  {
    nodeId: reference()
      .notNull()
      .references(() => nodes.id, { onDelete: 'cascade' }),
    label: text().notNull(),
    value: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.nodeId, table.label] })],
);

/** Network interfaces of nodes; `portId` is where the cable goes. */
export const nics = pgTable(
  'nics',
  {
    id: id(),
    nodeId: reference()
      .notNull()
      .references(() => nodes.id),
    label: text().notNull(),
    macAddress: text().notNull(),
    portId: reference()
      .unique('nics_port')
      .references(() => ports.id),
  },
  (table) => [unique('nics_node_label').on(table.nodeId, table.label)],
);
