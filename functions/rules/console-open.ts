import type { Connection, Tx } from '../../db/client.ts';
import type { NodeBmc } from '../../db/queries/bmcs.ts';
import { ensureConsole, findConsole, type ShownConsole } from '../../db/queries/consoles.ts';
import type { Services } from '../services.ts';
import { issueTo } from './issue.ts';
import { type Asking, type bmcRefusals, type DrivenNode, ownBmc } from './obm-access.ts';

/**
 * The console of a node's present reservation, if it has one. Outside of a transaction the node may have been given to another project
 * since it was found: what the caller may see is decided again.
 */
export async function ownConsole(
  context: Pick<Asking<keyof typeof bmcRefusals>, 'caller' | 'refuse'> & { readonly sql: Connection },
  node: NodeBmc,
): Promise<ShownConsole | undefined> {
  const console = await findConsole(context.sql, node.id);
  if (console) ownBmc(context, { ...node, projectId: console.projectId }, node.label);
  return console;
}

/**
 * Has the agent of a node hold its console and log what it says, in a transaction that keeps the node as it is. One that is
 * connected is left alone, since opening it anew would interrupt it. Locks the device's row: lock everything else before.
 */
export async function openConsole(tx: Tx, services: Services, node: DrivenNode): Promise<void> {
  const { id, state, isOrdered } = await ensureConsole(tx, node);
  if (isOrdered || state === 'open') return;
  await issueTo(tx, services, `console/${node.label}`, node.way.agentId, 'console.open', { bmc: node.bmc, console: id });
}
