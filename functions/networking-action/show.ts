import { z } from 'zod';
import type { Connection } from '../../db/client.ts';
import { vncPort } from '../../db/devices/headnode.ts';
import { bootDevice } from '../../db/devices/obm.ts';
import { readCurrent, showCheck } from '../../db/queries/commands.ts';
import { type ShownHeadnodeAction, showHeadnodeAction } from '../../db/queries/headnode-actions.ts';
import { showNetworkingAction as readAction } from '../../db/queries/networking-actions.ts';
import { type ShownNodeAction, showNodeAction } from '../../db/queries/node-actions.ts';
import { mayActFor } from '../http/caller.ts';
import { channel, headnodeLabel, networkLabel, nicLabel, nodeLabel, switchLabel, timestamp } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { actionStatus } from '../rules/action-status.ts';
import { bmcReport, bmcReportOf } from '../rules/bmc-report.ts';
import { checkReport, reportOf } from '../rules/check-report.ts';
import { headnodeRead } from '../rules/headnode-action.ts';
import { bootRead, powerRead, powerStatus, powerStatusOf } from '../rules/node-action.ts';

const uuid = z.uuid();

const common = {
  status: z.enum(['PENDING', 'DONE', 'ERROR']).meta({
    description: 'PENDING until the device has done it (DONE), or it is known to have failed or to be in doubt (ERROR)',
    examples: ['DONE'],
  }),
  error: z
    .string()
    .nullable()
    .meta({ description: 'Why it is an ERROR; null if it is not', examples: [null] }),
  queued_at: timestamp.meta({ description: 'When it was asked for, in UTC' }),
  finished_at: timestamp.nullable().meta({ description: 'When it ended, in UTC; null while it is PENDING' }),
};

const consoleAction = z.enum(['console_input', 'console_break']).meta({
  description: 'Something was to be typed into a serial console, or a break sent',
  examples: ['console_input'],
});

/**
 * Tells what became of something that a device was to do: of a change of a NIC's networks or of what was asked of a node's BMC, for which
 * rights follow the node's project of today, of what was asked of a headnode, or of a check.
 */
export const showNetworkingAction = reading({
  id: 'show_networking_action',
  summary: "Show what became of a change of a NIC's networks, of what was asked of a node's BMC or of a headnode, or of a check",
  method: 'GET',
  path: '/networking_action/{status_id}',
  access: 'user',
  params: z.strictObject({
    status_id: z.string().meta({
      description: 'Id that the operation answered which asked for it',
      examples: ['0b7e4a2c-5d1f-4c8e-9a63-2f1d7c90b8e4'],
    }),
  }),
  query: nothing,
  result: z.union([
    z.strictObject({
      type: z.enum(['modify_port', 'revert_port']).meta({
        description: "The NIC's networks were to be changed; revert_port: it was to be taken off all of them",
        examples: ['modify_port'],
      }),
      node: nodeLabel,
      nic: nicLabel,
      channel: z.union([channel, z.literal('')]).meta({
        description: 'Channel that was to be changed; empty: all of them, with revert_port',
        examples: ['vlan/native'],
      }),
      new_network: networkLabel.nullable().meta({
        description: 'Network that the channel was to carry from then on; null: none',
      }),
      ...common,
    }),
    z.strictObject({
      type: z.literal('switch_check').meta({ description: 'A switch was to be checked', examples: ['switch_check'] }),
      switch: switchLabel,
      result: checkReport.optional().meta({ description: 'What was found, once it has ended' }),
      ...common,
    }),
    z.strictObject({
      type: z.enum(['power_on', 'power_off', 'power_cycle', 'power_status']).meta({
        description: 'The power of a node was to be changed or, power_status, read',
        examples: ['power_cycle'],
      }),
      node: nodeLabel,
      power_status: powerStatus.shape.power_status.optional().meta({
        description: 'Whether the node had power when that was read last; absent if it was not read',
      }),
      ...common,
    }),
    z.strictObject({
      type: z.literal('boot_device').meta({ description: 'What a node boots from was to be set', examples: ['boot_device'] }),
      node: nodeLabel,
      bootdev: bootDevice.shape.device.optional().meta({
        description: 'What the node boots from, as it was read back; absent if it was not',
        examples: ['pxe'],
      }),
      persistent: z
        .boolean()
        .optional()
        .meta({ description: 'From then on, and not once only', examples: [false] }),
      uefi: z
        .boolean()
        .optional()
        .meta({ description: 'By UEFI, and not as the legacy BIOS does', examples: [true] }),
      ...common,
    }),
    z.strictObject({
      type: z.enum(['headnode_start', 'headnode_stop', 'headnode_delete']).meta({
        description: 'A headnode was to be started, stopped or deleted',
        examples: ['headnode_start'],
      }),
      headnode: headnodeLabel,
      state: z
        .enum(['running', 'stopped', 'absent'])
        .optional()
        .meta({
          description:
            'What the virtual machine did when that was read last; absent: there was none; left out if it was not read',
          examples: ['running'],
        }),
      vncport: vncPort.optional(),
      ...common,
    }),
    z.strictObject({ type: consoleAction, node: nodeLabel, ...common }),
    z.strictObject({ type: consoleAction, headnode: headnodeLabel, ...common }),
    z.strictObject({
      type: z.literal('obm_check').meta({ description: 'The BMC of a node was to be checked', examples: ['obm_check'] }),
      node: nodeLabel,
      result: bmcReport.optional().meta({ description: 'What was found, once it has ended' }),
      ...common,
    }),
  ]),
  refusals: {
    unknown_action: ['NotFoundError', 'no networking action has this id'],
    not_your_node: ['AuthorizationError', 'the node is free, or of a project that the caller does not act for'],
    not_your_headnode: ['AuthorizationError', 'the headnode is, or was, of a project that the caller does not act for'],
    not_for_users: ['AuthorizationError', 'it is of a kind that only administrators ask for'],
  },

  async read({ sql, caller, refuse }, { params }) {
    const id = uuid.safeParse(params.status_id).data;
    const found = id === undefined ? undefined : await findAction(sql, id);
    if (!found) throw refuse('unknown_action', `there is no networking action ${params.status_id}`);
    const { status: state, message, queuedAt: queued_at, finishedAt: finished_at } = found.action;
    const status = actionStatus(state);
    const answer = { status, error: status === 'ERROR' ? message : null, queued_at, finished_at };

    if (found.of === 'switch') {
      if (!caller.isAdmin) throw refuse('not_for_users', 'only administrators check switches, and see what was found');
      const result = reportOf(found.action);
      return { type: 'switch_check' as const, switch: found.action.switch, ...answer, ...(result ? { result } : {}) };
    }
    if (found.of === 'headnode') {
      const { headnode, projectId } = found.action;
      if (!mayActFor(caller, projectId)) {
        throw refuse('not_your_headnode', `headnode ${headnode} is, or was, of a project that you do not act for`);
      }
      return { headnode, ...answer, ...toldOfHeadnode(found.action) };
    }
    const { node, projectId } = found.action;
    if (found.of === 'bmc' && found.action.action === 'obm_check' && !caller.isAdmin) {
      throw refuse('not_for_users', 'only administrators check BMCs, and see what was found');
    }
    if (!mayActFor(caller, projectId)) {
      throw refuse('not_your_node', `node ${node} is free, or of a project that you do not act for`);
    }
    if (found.of === 'bmc') return { node, ...answer, ...toldOf(found.action) };
    const { change, nic, channel, network } = found.action;
    return {
      type: change === 'revert' ? ('revert_port' as const) : ('modify_port' as const),
      node,
      nic,
      channel,
      new_network: change === 'connect' ? network : null,
      ...answer,
    };
  },
});

/** Looks for it among what devices of each kind are asked for: ids are those of commands, so that at most one has it. */
async function findAction(sql: Connection, id: string) {
  const onNic = await readCurrent(sql, () => readAction(sql, id));
  if (onNic) return { of: 'nic', action: onNic } as const;
  const onBmc = await readCurrent(sql, () => showNodeAction(sql, id));
  if (onBmc) return { of: 'bmc', action: onBmc } as const;
  const onHeadnode = await readCurrent(sql, () => showHeadnodeAction(sql, id));
  if (onHeadnode) return { of: 'headnode', action: onHeadnode } as const;
  const check = await readCurrent(sql, () => showCheck(sql, id));
  return check && ({ of: 'switch', action: check } as const);
}

/** What was asked of a BMC, and what it told. */
function toldOf(action: ShownNodeAction) {
  switch (action.action) {
    case 'obm_check': {
      const result = bmcReportOf(action);
      return { type: action.action, ...(result ? { result } : {}) };
    }
    case 'boot_device': {
      const read = bootRead(action);
      return { type: action.action, ...(read ? { bootdev: read.device, persistent: read.persistent, uefi: read.uefi } : {}) };
    }
    case 'console_input':
    case 'console_break':
      return { type: action.action };
    case 'power_status':
      return { type: action.action, ...(action.finishedAt === null ? {} : { power_status: powerStatusOf(action).power_status }) };
    default: {
      const read = powerRead(action);
      return { type: action.action, ...(read ? { power_status: read } : {}) };
    }
  }
}

/** What was asked of a headnode, and what it did then. */
function toldOfHeadnode(action: ShownHeadnodeAction) {
  if (action.action === 'console_input' || action.action === 'console_break') return { type: action.action };
  const read = headnodeRead(action);
  return { type: action.action, ...read };
}
