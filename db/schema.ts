import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

const id = () => bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity();
const reference = () => bigint({ mode: 'number' });
const moment = () => timestamp({ withTimezone: true, mode: 'string' });

/** People who sign in with a password. */
export const users = pgTable('users', {
  id: id(),
  label: text().notNull().unique(),
  /** argon2id, in PHC format. */
  passwordHash: text().notNull(),
  isAdmin: boolean().notNull().default(false),
});

/** The unit that owns: nodes, networks and headnodes belong to projects, users are members of them. */
export const projects = pgTable('projects', {
  id: id(),
  label: text().notNull().unique(),
});

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

/** The processes on management nodes that touch devices. `login` is the Postgres role that such a process signs in as. */
export const agents = pgTable('agents', {
  id: id(),
  label: text().notNull().unique(),
  login: text().notNull().unique(),
  /** X25519 JWK; credentials of this agent's devices are sealed to it. */
  publicKey: jsonb().notNull(),
  lastSeenAt: moment(),
  version: text(),
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
    /** Whether unfinished commands may exist: keeps the claim from looking at idle devices. */
    waiting: boolean().notNull().default(false),
    /** The process that works on the device now, until its lease ends. */
    leaseHolder: text(),
    leaseUntil: moment(),
    /** Grows with every lease; whoever settles must name the current one. */
    fence: bigint({ mode: 'number' }).notNull().default(0),
    /** When the switch's running configuration was changed and not yet saved on it. */
    unsavedSince: moment(),
  },
  (table) => [
    index('devices_waiting').on(table.agentId, table.id).where(sql`${table.waiting}`),
    index().on(table.agentId),
    check('lease_is_whole', sql`(${table.leaseHolder} is null) = (${table.leaseUntil} is null)`),
  ],
);

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
    /** BMC user and password, a JWE that only the agent opens. */
    obmSealed: text(),
  },
  (table) => [
    check(
      'one_way_to_the_bmc',
      sql`num_nonnulls(${table.obmdUri}, ${table.obmdToken}) = 2 and num_nonnulls(${table.obmType}, ${table.obmHost}, ${table.obmPort}, ${table.obmSealed}) = 0
        or num_nonnulls(${table.obmdUri}, ${table.obmdToken}) = 0 and num_nonnulls(${table.obmType}, ${table.obmHost}, ${table.obmPort}, ${table.obmSealed}, ${table.agentId}) = 5`,
    ),
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

/** Small virtual machines to provision from. */
export const headnodes = pgTable(
  'headnodes',
  {
    id: id(),
    label: text().notNull().unique(),
    projectId: reference()
      .notNull()
      .references(() => projects.id),
  },
  (table) => [index().on(table.projectId)],
);

/** What agents are told to do. `signed` alone is binding; the other columns find it, order it and say what became of it. */
export const commands = pgTable(
  'commands',
  {
    id: uuid().primaryKey(),
    /** Null once that agent was deleted. */
    agentId: reference().references(() => agents.id, { onDelete: 'set null' }),
    deviceId: reference()
      .notNull()
      .references(() => devices.id),
    seq: bigint({ mode: 'number' }).notNull(),
    kind: text().notNull(),
    /** Compact JWS; see `envelope.ts`. */
    signed: text().notNull(),
    status: text({ enum: ['queued', 'running', 'done', 'failed', 'refused', 'unknown'] })
      .notNull()
      .default('queued'),
    /** Times that it was claimed. */
    attempt: integer().notNull().default(0),
    /** The fence of the lease under which it was last claimed. */
    fence: bigint({ mode: 'number' }),
    /** Why it was refused or did not succeed, from a closed list. */
    reason: text(),
    message: text(),
    result: jsonb(),
    queuedAt: moment().notNull().default(sql`now()`),
    notAfter: moment().notNull(),
    finishedAt: moment(),
  },
  (table) => [
    unique('commands_device_seq').on(table.deviceId, table.seq),
    check('status_is_known', sql`${table.status} in ('queued', 'running', 'done', 'failed', 'refused', 'unknown')`),
    check('finished_has_a_time', sql`(${table.status} in ('queued', 'running')) = (${table.finishedAt} is null)`),
    check('unfinished_has_an_agent', sql`${table.status} not in ('queued', 'running') or ${table.agentId} is not null`),
    check('refusal_has_a_reason', sql`${table.status} not in ('failed', 'refused', 'unknown') or ${table.reason} is not null`),
    index('commands_unfinished').on(table.deviceId, table.seq).where(sql`${table.status} in ('queued', 'running')`),
    index('commands_finished_at').on(table.finishedAt).where(sql`${table.finishedAt} is not null`),
    index('commands_agent_unfinished').on(table.agentId).where(sql`${table.status} in ('queued', 'running')`),
  ],
);

/** Changes to a NIC's networks that users asked for; the command of the same id carries each out. */
export const networkingActions = pgTable(
  'networking_actions',
  {
    id: uuid()
      .primaryKey()
      .references(() => commands.id, { onDelete: 'cascade' }),
    nicId: reference()
      .notNull()
      .references(() => nics.id, { onDelete: 'cascade' }),
    portId: reference().references(() => ports.id, { onDelete: 'set null' }),
    change: text({ enum: ['connect', 'detach', 'revert'] }).notNull(),
    networkId: reference().references(() => networks.id, { onDelete: 'set null' }),
    /** The network's label at the time; it outlives the network. */
    network: text(),
    channel: text().notNull(),
    /** Every VLAN that the port may be on while the outcome is not known. */
    vlans: smallint().array().notNull(),
    finishedAt: moment(),
  },
  (table) => [
    uniqueIndex('one_unfinished_action_per_nic').on(table.nicId).where(sql`${table.finishedAt} is null`),
    check('change_is_known', sql`${table.change} in ('connect', 'detach', 'revert')`),
    index().on(table.nicId),
    index().on(table.networkId),
    index().on(table.portId),
  ],
);
