import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import type { CommandKind, CommandParameters } from '../../db/commands/kinds.ts';
import { type HeadnodeState, headnodeState } from '../../db/devices/headnode.ts';
import type { CommandEnding } from '../../db/queries/commands.ts';
import type { Headnode } from '../../db/queries/headnodes.ts';
import { headnodeActions } from '../../db/schema.ts';
import type { Services } from '../services.ts';
import { nothingOr } from './command-ending.ts';
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

/** The answer of operations that have a headnode changed. */
export const nothingIfHeadnodeDone = nothingOr('headnode_failed', 'the host did not do it');

/** What a headnode did, as a command read it last; undefined where it read nothing. */
export function headnodeRead({ result }: Pick<CommandEnding, 'result'>): HeadnodeState | undefined {
  return z.object({ headnode: headnodeState }).safeParse(result).data?.headnode;
}
