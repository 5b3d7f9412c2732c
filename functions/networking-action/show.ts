import { z } from 'zod';
import { type CommandStatus, readCurrent, showCheck } from '../../db/queries/commands.ts';
import { showNetworkingAction as readAction, type ShownAction } from '../../db/queries/networking-actions.ts';
import { mayActFor } from '../http/caller.ts';
import { nothing, reading } from '../http/operation.ts';
import { checkReport, reportOf } from '../rules/check-report.ts';

const uuid = z.uuid();

const common = {
  status: z.enum(['PENDING', 'DONE', 'ERROR']),
  /** Why it is an ERROR. */
  error: z.string().nullable(),
  queued_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
};

/** Tells what became of a change of a NIC's networks, for which rights follow the node's project of today, or of a check of a switch. */
export const showNetworkingAction = reading({
  id: 'show_networking_action',
  summary: "Show what became of a change of a NIC's networks, or of a check of a switch",
  method: 'GET',
  path: '/networking_action/{status_id}',
  access: 'user',
  params: z.strictObject({ status_id: z.string() }),
  query: nothing,
  result: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.enum(['modify_port', 'revert_port']),
      node: z.string(),
      nic: z.string(),
      channel: z.string(),
      new_network: z.string().nullable(),
      ...common,
    }),
    z.strictObject({ type: z.literal('switch_check'), switch: z.string(), result: checkReport.optional(), ...common }),
  ]),
  refusals: {
    unknown_action: ['NotFoundError', 'no networking action has this id'],
    not_your_node: ['AuthorizationError', 'the node is free, or of a project that the caller does not act for'],
    not_for_users: ['AuthorizationError', 'it is of a kind that only administrators ask for'],
  },

  async read({ sql, caller, refuse }, { params }) {
    const id = uuid.safeParse(params.status_id).data;
    const action = id === undefined ? undefined : await readCurrent(sql, () => readAction(sql, id));
    const check = id === undefined || action ? undefined : await readCurrent(sql, () => showCheck(sql, id));
    const found = action ?? check;
    if (!found) throw refuse('unknown_action', `there is no networking action ${params.status_id}`);
    const status = statusOf(found);
    const answer = {
      status,
      error: status === 'ERROR' ? found.message : null,
      queued_at: found.queuedAt,
      finished_at: found.finishedAt,
    };
    if (check) {
      if (!caller.isAdmin) throw refuse('not_for_users', 'only administrators check switches, and see what was found');
      const result = reportOf(check);
      return { type: 'switch_check' as const, switch: check.switch, ...answer, ...(result ? { result } : {}) };
    }
    if (!action || !mayActFor(caller, action.projectId)) {
      throw refuse('not_your_node', `node ${action?.node} is free, or of a project that you do not act for`);
    }
    return {
      type: typeOf(action),
      node: action.node,
      nic: action.nic,
      channel: action.channel,
      new_network: action.change === 'connect' ? action.network : null,
      ...answer,
    };
  },
});

function typeOf({ change }: ShownAction): 'modify_port' | 'revert_port' {
  return change === 'revert' ? 'revert_port' : 'modify_port';
}

function statusOf({ status }: { readonly status: CommandStatus }): 'PENDING' | 'DONE' | 'ERROR' {
  switch (status) {
    case 'queued':
    case 'running':
      return 'PENDING';
    case 'done':
      return 'DONE';
    case 'failed':
    case 'refused':
    case 'unknown':
      return 'ERROR';
  }
}
