import { and, eq } from 'drizzle-orm';
import type { Tx } from '../../db/client.ts';
import type { NodeBmc } from '../../db/queries/bmcs.ts';
import { consoles } from '../../db/schema.ts';
import type { Services } from '../services.ts';
import { issueTo } from './issue.ts';
import { bmcAccessOf } from './obm-access.ts';

/** The console of a locked node that its agent is to hold, by its number, if any is. */
export async function heldConsole(tx: Tx, nodeId: number): Promise<number | undefined> {
  const [held] = await tx
    .select({ id: consoles.id })
    .from(consoles)
    .where(and(eq(consoles.nodeId, nodeId), eq(consoles.logging, true)))
    .for('no key update');
  return held?.id;
}

/**
 * Has the agent of a locked node let go of the console, if it holds one: nothing is added to its log from now on. Locks the device's row:
 * lock everything else before. A node that changes its project does so afterwards, so that the console is still its own here.
 */
export async function stopConsole(tx: Tx, services: Services, { id, label, way }: NodeBmc): Promise<void> {
  const held = await heldConsole(tx, id);
  if (held === undefined || way.by !== 'agent') return;
  await tx.update(consoles).set({ logging: false }).where(eq(consoles.id, held));
  await issueTo(tx, services, `console/${label}`, way.agentId, 'console.close', { console: held });
}

/** Has the agent of a locked node open the console that it holds anew, if it holds one: the BMC is reached in another way now. */
export async function reopenConsole(tx: Tx, services: Services, { id, label, way }: NodeBmc): Promise<void> {
  const held = await heldConsole(tx, id);
  if (held === undefined || way.by !== 'agent') return;
  await issueTo(tx, services, `console/${label}`, way.agentId, 'console.open', { bmc: bmcAccessOf(label, way), console: held });
}
