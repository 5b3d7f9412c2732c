import { and, asc, eq, inArray, isNotNull, isNull, not, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { networks, ports, vlans } from '../schema.ts';

/** Whose a VLAN is. */
export type Vlan = typeof vlans.$inferSelect;

/** Locks VLANs, in the order of their ids: nobody else gives them to a network or takes them for a switch until the transaction ends. */
export async function lockVlans(tx: Tx, ids: readonly number[]): Promise<Vlan[]> {
  return tx
    .select()
    .from(vlans)
    .where(inArray(vlans.id, [...ids]))
    .orderBy(asc(vlans.id))
    .for('update');
}

/** The network that a locked VLAN belongs to, by name. */
export async function networkOnVlan(tx: Tx, vlan: Vlan): Promise<string | undefined> {
  if (vlan.networkId === null) return undefined;
  // The join would not see a network that was made while the lock was waited for: this statement does.
  const [network] = await tx.select({ label: networks.label }).from(networks).where(eq(networks.id, vlan.networkId));
  return network?.label;
}

/** Whether a port may be on the VLAN whose state could not be proven: after a restore it may be one that is no network's any more. */
const onSuspectPort = sql`exists (select from ${ports} where ${isNotNull(ports.suspectSince)} and ${vlans.id} = any(${ports.suspectVlans}))`;

/** Gives the lowest free VLAN of the pool that no port in doubt may be on to a network, and answers it. Undefined: there is none. */
export async function claimPooledVlan(tx: Tx, networkId: number): Promise<number | undefined> {
  // Those that others are about to take are passed over; only when none is left is it worth waiting whether they really do.
  return (await claim(tx, networkId, { skipLocked: true })) ?? (await claim(tx, networkId, {}));
}

async function claim(tx: Tx, networkId: number, waiting: { skipLocked?: true }): Promise<number | undefined> {
  const lowest = tx
    .select({ id: vlans.id })
    .from(vlans)
    .where(and(vlans.pooled, not(vlans.reserved), isNull(vlans.networkId), not(onSuspectPort)))
    .orderBy(asc(vlans.id))
    .limit(1)
    .for('update', waiting);
  const [claimed] = await tx.update(vlans).set({ networkId }).where(eq(vlans.id, lowest)).returning({ id: vlans.id });
  return claimed?.id;
}
