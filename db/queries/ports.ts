import { and, eq } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { findSwitchFamily } from '../devices/families.ts';
import { nics, nodes, ports } from '../schema.ts';
import { type Switch, settingsOf } from './switches.ts';

/** A switch port as it is stored, by its canonical name. */
export type Port = typeof ports.$inferSelect;

/** The one name under which a port is stored, or null when the switch's family calls no port so. */
export function canonicalPort(found: Pick<Switch, 'type' | 'settings'>, label: string): string | null {
  const family = findSwitchFamily(found.type);
  return family ? family.canonicalPort(label, settingsOf(found)) : label;
}

/** Finds a port by any name that its switch's family has for it. It may change at once: lock it before relying on it. */
export async function findPort(tx: Tx, found: Switch, label: string): Promise<Port | undefined> {
  const name = canonicalPort(found, label);
  if (name === null) return undefined;
  const [port] = await tx
    .select()
    .from(ports)
    .where(and(eq(ports.switchId, found.id), eq(ports.label, name)));
  return port;
}

/** Locks a port that was found: it is not deleted, and no cable is plugged in or out, until the transaction ends. Undefined when it is gone. */
export async function lockPort(tx: Tx, id: number): Promise<Port | undefined> {
  const [port] = await tx.select().from(ports).where(eq(ports.id, id)).for('update');
  return port;
}

/** Forgets what the ports of a switch were read as: another may answer at its new address. What is in doubt stays so. */
export async function forgetReadings(tx: Tx, switchId: number): Promise<void> {
  await tx.update(ports).set({ readState: null, readAt: null }).where(eq(ports.switchId, switchId));
}

/** What a port is cabled to, for error texts: `NIC eth0 of node n1`. Undefined for nothing. */
export async function cabledTo(tx: Tx, portId: number): Promise<string | undefined> {
  const [found] = await tx
    .select({ nic: nics.label, node: nodes.label })
    .from(nics)
    .innerJoin(nodes, eq(nodes.id, nics.nodeId))
    .where(eq(nics.portId, portId));
  return found && `NIC ${found.nic} of node ${found.node}`;
}
