import { sql } from 'drizzle-orm';
import { bigint, check, index, integer, jsonb, pgTable, smallint, text, unique, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { moment, reference } from './columns.ts';
import { agents, devices } from './devices.ts';
import { nics, nodes, ports } from './hardware.ts';
import { headnodes } from './headnodes.ts';
import { networks } from './networks.ts';
import { projects } from './people.ts';

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
    /** The entry of the audit that tells of the change that it belongs to; null: it changes nothing. */
    cause: uuid().default(sql`nullif(current_setting('haas.cause', true), '')::uuid`),
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

/** What users asked of a node's BMC or console; the command of the same id carries each out. */
export const nodeActions = pgTable(
  'node_actions',
  {
    id: uuid()
      .primaryKey()
      .references(() => commands.id, { onDelete: 'cascade' }),
    nodeId: reference()
      .notNull()
      .references(() => nodes.id, { onDelete: 'cascade' }),
    action: text({
      enum: [
        'power_on',
        'power_off',
        'power_cycle',
        'power_status',
        'boot_device',
        'obm_check',
        'console_input',
        'console_break',
      ],
    }).notNull(),
  },
  (table) => [
    check(
      'action_is_known',
      sql`${table.action} in ('power_on', 'power_off', 'power_cycle', 'power_status', 'boot_device', 'obm_check', 'console_input', 'console_break')`,
    ),
    index().on(table.nodeId),
  ],
);

/** What users asked of a headnode or its console; the command of the same id carries each out. It outlives the headnode. */
export const headnodeActions = pgTable(
  'headnode_actions',
  {
    id: uuid()
      .primaryKey()
      .references(() => commands.id, { onDelete: 'cascade' }),
    /** Null once it was deleted. */
    headnodeId: reference().references(() => headnodes.id, { onDelete: 'set null' }),
    headnode: text().notNull(),
    /** Whose it is: a headnode never changes hands. Null once the project was deleted. */
    projectId: reference().references(() => projects.id, { onDelete: 'set null' }),
    action: text({
      enum: ['headnode_start', 'headnode_stop', 'headnode_delete', 'console_input', 'console_break'],
    }).notNull(),
  },
  (table) => [
    check(
      'headnode_action_is_known',
      sql`${table.action} in ('headnode_start', 'headnode_stop', 'headnode_delete', 'console_input', 'console_break')`,
    ),
    index().on(table.headnodeId),
    index().on(table.projectId),
  ],
);
