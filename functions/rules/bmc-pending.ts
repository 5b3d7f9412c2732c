import type { Tx } from '../../db/client.ts';
import { devicesOfNode, type NodeBmc, unfinishedKinds } from '../../db/queries/bmcs.ts';
import { expireCommands } from './issue.ts';

/** What changes the machine, and would change it under the next project. */
const changing = ['power.set', 'boot-device.set', 'console.input', 'console.break'];

/**
 * Whether a locked node is still to be switched, to be given another boot device, or to be typed into. What nobody will do any more is
 * ended first.
 */
export async function isBmcBusy(tx: Tx, { label }: NodeBmc): Promise<boolean> {
  const kinds = await pendingKinds(tx, await devicesOfNode(tx, label));
  return kinds.some((kind) => changing.includes(kind));
}

/** Whether another agent than this has yet to finish anything for a locked node. What nobody will do any more is ended first. */
export async function isWithAnotherAgent(tx: Tx, { label }: NodeBmc, agentId: number): Promise<boolean> {
  const others = (await devicesOfNode(tx, label)).filter((device) => device.agentId !== null && device.agentId !== agentId);
  return (await pendingKinds(tx, others)).length > 0;
}

async function pendingKinds(tx: Tx, devices: readonly { readonly id: number }[]): Promise<string[]> {
  const kinds: string[] = [];
  for (const { id } of devices) {
    if ((await unfinishedKinds(tx, id)).length === 0) continue;
    await expireCommands(tx, id);
    kinds.push(...(await unfinishedKinds(tx, id)));
  }
  return kinds;
}
