import type { Tx } from '../../db/client.ts';
import { consoleDevice } from '../../db/devices/console.ts';
import { ensureConsole } from '../../db/queries/consoles.ts';
import type { Services } from '../services.ts';
import type { ConsoleMachine } from './console-machine.ts';
import { issueTo } from './issue.ts';

/**
 * Has the agent of a machine hold its console and log what it says, in a transaction that keeps the machine as it is. One that is
 * connected is left alone, since opening it anew would interrupt it. Locks the device's row: lock everything else before. `record` writes
 * into the audit that it is opened, where the request has no entry otherwise.
 */
export async function openConsole(
  tx: Tx,
  services: Services,
  machine: ConsoleMachine,
  record?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const { id, state, isOrdered } = await ensureConsole(tx, machine);
  if (isOrdered || state === 'open') return;
  await record?.(tx);
  await issueTo(tx, services, consoleDevice(machine), machine.agentId, 'console.open', { ...machine.way, console: id });
}
