import type { Connection, Tx } from '../../db/client.ts';
import { findConsole, type ShownConsole } from '../../db/queries/consoles.ts';
import { findHeadnode } from '../../db/queries/headnodes.ts';
import { headnodeActions } from '../../db/schema.ts';
import type { Context } from '../http/operation.ts';
import type { ConsoleMachine } from './console-machine.ts';
import { type headnodeRefusals, lockOwnHeadnode, ownHeadnode } from './headnode-access.ts';

/** Finds a headnode for a caller who may use its console, kept as it is until the transaction ends. */
export async function reachHeadnodeConsole(
  asking: Parameters<typeof lockOwnHeadnode>[0],
  headnode: string,
): Promise<ConsoleMachine> {
  const { id, label, uuid, projectId, agentId } = await lockOwnHeadnode(asking, headnode);
  return { of: 'headnode', id, label, projectId, agentId, way: { headnode: { label, uuid } } };
}

type Looking = Pick<Context<typeof headnodeRefusals>, 'caller' | 'services' | 'refuse'> & { readonly sql: Connection };

/** The console of a headnode as it is now, if it has one. */
export async function presentHeadnodeConsole(context: Looking, label: string): Promise<ShownConsole | undefined> {
  const { id } = ownHeadnode(context, await findHeadnode(context.services.database, label), label);
  return findConsole(context.sql, { of: 'headnode', id });
}

/** Records what was typed into the console of a reached headnode, by the id of its command, for those who ask what became of it. */
export async function recordTyped(
  tx: Tx,
  { id: headnodeId, label: headnode, projectId }: ConsoleMachine,
  action: 'console_input' | 'console_break',
  id: string,
): Promise<void> {
  await tx.insert(headnodeActions).values({ id, headnodeId, headnode, projectId, action });
}
