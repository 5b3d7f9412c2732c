import { z } from 'zod';
import type { Connection } from '../../db/client.ts';
import { bootDevice } from '../../db/devices/obm.ts';
import { readCurrent, showCheck } from '../../db/queries/commands.ts';
import { type ShownHeadnodeAction, showHeadnodeAction } from '../../db/queries/headnode-actions.ts';
import { showNetworkingAction as readAction } from '../../db/queries/networking-actions.ts';
import { type ShownNodeAction, showNodeAction } from '../../db/queries/node-actions.ts';
import { mayActFor } from '../http/caller.ts';
import { nothing, reading } from '../http/operation.ts';
import { actionStatus } from '../rules/action-status.ts';
import { bmcReport, bmcReportOf } from '../rules/bmc-report.ts';
import { checkReport, reportOf } from '../rules/check-report.ts';
import { headnodeRead } from '../rules/headnode-action.ts';
import { bootRead, powerRead, powerStatus, powerStatusOf } from '../rules/node-action.ts';

const uuid = z.uuid();

const common = {
  status: z.enum(['PENDING', 'DONE', 'ERROR']),
  /** Why it is an ERROR. */
  error: z.string().nullable(),
  queued_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
};

const consoleAction = z.enum(['console_input', 'console_break']);

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
  params: z.strictObject({ status_id: z.string() }),
  query: nothing,
  result: z.union([
    z.strictObject({
      type: z.enum(['modify_port', 'revert_port']),
      node: z.string(),
      nic: z.string(),
      channel: z.string(),
      new_network: z.string().nullable(),
      ...common,
    }),
    z.strictObject({ type: z.literal('switch_check'), switch: z.string(), result: checkReport.optional(), ...common }),
    z.strictObject({
      type: z.enum(['power_on', 'power_off', 'power_cycle', 'power_status']),
      node: z.string(),
      /** As it was read last, once there is anything. */
      power_status: powerStatus.shape.power_status.optional(),
      ...common,
    }),
    z.strictObject({
      type: z.literal('boot_device'),
      node: z.string(),
      /** As it was read back. */
      bootdev: bootDevice.shape.device.optional(),
      persistent: z.boolean().optional(),
      uefi: z.boolean().optional(),
      ...common,
    }),
    z.strictObject({
      type: z.enum(['headnode_start', 'headnode_stop', 'headnode_delete']),
      headnode: z.string(),
      /** As it was read last, once there is anything. */
      state: z.enum(['running', 'stopped', 'absent']).optional(),
      vncport: z.int().nullable().optional(),
      ...common,
    }),
    z.strictObject({ type: consoleAction, node: z.string(), ...common }),
    z.strictObject({ type: consoleAction, headnode: z.string(), ...common }),
    z.strictObject({ type: z.literal('obm_check'), node: z.string(), result: bmcReport.optional(), ...common }),
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
