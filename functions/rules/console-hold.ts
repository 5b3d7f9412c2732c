import { eq } from 'drizzle-orm';
import type { Tx } from '../../db/client.ts';
import { consoleDevice } from '../../db/devices/console.ts';
import type { NodeBmc } from '../../db/queries/bmcs.ts';
import { lockHeldConsole } from '../../db/queries/consoles.ts';
import { consoles } from '../../db/schema.ts';
import type { Services } from '../services.ts';
import type { ConsoleMachine } from './console-machine.ts';
import { consoleOfNode } from './console-of-node.ts';
import { issueTo } from './issue.ts';

/** The console of a locked node that its agent is to hold, by its number, if any is. */
export function heldConsole(tx: Tx, nodeId: number): Promise<number | undefined> {
  return lockHeldConsole(tx, { of: 'node', id: nodeId });
}

/**
 * Has the agent of a locked machine let go of the console, if it holds one: nothing is added to its log from now on. Locks the device's
 * row: lock everything else before. A node that changes its project does so afterwards, so that the console is still its own here.
 */
export async function letGo(tx: Tx, services: Services, machine: ConsoleMachine): Promise<void> {
  const held = await lockHeldConsole(tx, machine);
  if (held === undefined) return;
  await tx.update(consoles).set({ logging: false }).where(eq(consoles.id, held));
  await issueTo(tx, services, consoleDevice(machine), machine.agentId, 'console.close', { console: held });
}

/** As `letGo`, of a node whichever way there is to its BMC. */
export async function stopConsole(tx: Tx, services: Services, node: NodeBmc): Promise<void> {
  const machine = consoleOfNode(node);
  if (machine) await letGo(tx, services, machine);
}

/** Has the agent of a locked node open the console that it holds anew, if it holds one: the BMC is reached in another way now. */
export async function reopenConsole(tx: Tx, services: Services, node: NodeBmc): Promise<void> {
  const machine = consoleOfNode(node);
  const held = await heldConsole(tx, node.id);
  if (held === undefined || !machine) return;
  await issueTo(tx, services, consoleDevice(machine), machine.agentId, 'console.open', { ...machine.way, console: held });
}
