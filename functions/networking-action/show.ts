import { z } from 'zod';
import type { Connection } from '../../db/client.ts';
import { expireCommandsOf, showNetworkingAction as readAction, type ShownAction } from '../../db/queries/networking-actions.ts';
import { mayActFor } from '../http/caller.ts';
import { nothing, reading } from '../http/operation.ts';

const uuid = z.uuid();

/** Tells what became of a change of a NIC's networks. Rights follow the node's project of today. */
export const showNetworkingAction = reading({
  id: 'show_networking_action',
  summary: "Show what became of a change of a NIC's networks",
  method: 'GET',
  path: '/networking_action/{status_id}',
  access: 'user',
  params: z.strictObject({ status_id: z.string() }),
  query: nothing,
  result: z.strictObject({
    status: z.enum(['PENDING', 'DONE', 'ERROR']),
    node: z.string(),
    nic: z.string(),
    type: z.enum(['modify_port', 'revert_port']),
    channel: z.string(),
    new_network: z.string().nullable(),
    /** Why it is an ERROR. */
    error: z.string().nullable(),
    queued_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
  }),
  refusals: {
    unknown_action: ['NotFoundError', 'no networking action has this id'],
    not_your_node: ['AuthorizationError', 'the node is free, or of a project that the caller does not act for'],
  },

  async read({ sql, caller, refuse }, { params }) {
    const id = uuid.safeParse(params.status_id).data;
    const action = id === undefined ? undefined : await current(sql, id);
    if (!action) throw refuse('unknown_action', `there is no networking action ${params.status_id}`);
    if (!mayActFor(caller, action.projectId)) {
      throw refuse('not_your_node', `node ${action.node} is free, or of a project that you do not act for`);
    }
    const status = statusOf(action);
    return {
      status,
      node: action.node,
      nic: action.nic,
      type: typeOf(action),
      channel: action.channel,
      new_network: action.change === 'connect' ? action.network : null,
      error: status === 'ERROR' ? action.message : null,
      queued_at: action.queuedAt,
      finished_at: action.finishedAt,
    };
  },
});

/** Whoever looks first ends what nobody will carry out any more. */
async function current(sql: Connection, id: string): Promise<ShownAction | undefined> {
  const seen = await readAction(sql, id);
  if (!seen?.overdue) return seen;
  await expireCommandsOf(sql, seen.deviceId);
  return readAction(sql, id);
}

function typeOf({ change }: ShownAction): 'modify_port' | 'revert_port' {
  return change === 'revert' ? 'revert_port' : 'modify_port';
}

function statusOf({ status }: ShownAction): 'PENDING' | 'DONE' | 'ERROR' {
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
