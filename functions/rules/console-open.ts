import type { Tx } from '../../db/client.ts';
import { ensureConsole } from '../../db/queries/consoles.ts';
import type { Services } from '../services.ts';
import { issueTo } from './issue.ts';
import type { DrivenNode } from './obm-access.ts';

/**
 * Has the agent of a node hold its console and log what it says, in a transaction that keeps the node as it is. One that is
 * connected is left alone, since opening it anew would interrupt it. Locks the device's row: lock everything else before.
 */
export async function openConsole(tx: Tx, services: Services, node: DrivenNode): Promise<void> {
  const { id, state, isOrdered } = await ensureConsole(tx, node);
  if (isOrdered || state === 'open') return;
  await issueTo(tx, services, `console/${node.label}`, node.way.agentId, 'console.open', { bmc: node.bmc, console: id });
}
