import { z } from 'zod';
import type { Connection, Tx } from '../../db/client.ts';
import type { CommandKind, CommandParameters } from '../../db/commands/kinds.ts';
import { type HeadnodeState, headnodeState } from '../../db/devices/headnode.ts';
import { type CommandEnding, readEnding } from '../../db/queries/commands.ts';
import type { Headnode } from '../../db/queries/headnodes.ts';
import { headnodeActions } from '../../db/schema.ts';
import type { Problem } from '../http/problem.ts';
import type { Services } from '../services.ts';
import { issue } from './issue.ts';

/** What users ask of a headnode. */
export type HeadnodeAction = (typeof headnodeActions.$inferInsert)['action'];

/** Orders something of a locked headnode, and records it for those who ask what became of it. Answers the command's id. */
export async function orderHeadnode<K extends CommandKind>(
  tx: Tx,
  services: Services,
  { id: headnodeId, deviceId, label: headnode, projectId }: Headnode,
  action: HeadnodeAction,
  kind: K,
  parameters: CommandParameters<K>,
): Promise<string> {
  const id = await issue(tx, services, deviceId, kind, parameters);
  await tx.insert(headnodeActions).values({ id, headnodeId, headnode, projectId, action });
  return id;
}

/** Refusals of whatever has a headnode started, stopped or deleted, by how the command ended. */
export const headnodeEndingRefusals = {
  headnode_failed: ['HeadnodeError', 'the host did not do it, or only a part of it; `msg` says why'],
  agent_refused: ['HeadnodeError', 'the agent did not take it for an order, and touched nothing; `msg` says why'],
  outcome_unknown: ['HeadnodeError', 'it was begun, and what became of it could not be found out'],
} as const;

/** For the answer of an operation that has a headnode changed: nothing when that is done, and a refusal with the reason when it is not. */
export async function nothingIfHeadnodeDone(
  { sql, refuse }: { sql: Connection; refuse: (code: keyof typeof headnodeEndingRefusals, message: string) => Problem },
  id: string,
): Promise<undefined> {
  const { status, message } = await readEnding(sql, id);
  switch (status) {
    case 'done':
      return undefined;
    case 'failed':
      throw refuse('headnode_failed', message ?? 'the host did not do it');
    case 'refused':
      throw refuse('agent_refused', message ?? 'the agent did not take it for an order');
    default:
      throw refuse('outcome_unknown', message ?? 'what became of it is not known');
  }
}

/** What a headnode did, as a command read it last; undefined where it read nothing. */
export function headnodeRead({ result }: Pick<CommandEnding, 'result'>): HeadnodeState | undefined {
  return z.object({ headnode: headnodeState }).safeParse(result).data?.headnode;
}
