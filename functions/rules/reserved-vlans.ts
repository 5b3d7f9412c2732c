import { asc, eq, inArray } from 'drizzle-orm';
import type { Tx } from '../../db/client.ts';
import { findSwitchFamily } from '../../db/devices/families.ts';
import { settingsOf } from '../../db/queries/switches.ts';
import { lockVlans, networkOnVlan } from '../../db/queries/vlans.ts';
import { switches, vlans } from '../../db/schema.ts';

/** A VLAN that cannot be kept from networks, because one has it. */
export interface TakenVlan {
  readonly vlan: number;
  readonly network: string;
}

/** Keeps VLANs from every network, for a switch. Answers the first that a network has: then none was reserved. */
export async function reserveVlans(tx: Tx, ids: readonly number[]): Promise<TakenVlan | undefined> {
  if (ids.length === 0) return undefined;
  for (const vlan of await lockVlans(tx, ids)) {
    const network = await networkOnVlan(tx, vlan);
    if (network !== undefined) return { vlan: vlan.id, network };
  }
  await tx
    .update(vlans)
    .set({ reserved: true })
    .where(inArray(vlans.id, [...ids]));
  return undefined;
}

/** Gives back the VLANs that no switch keeps for itself any more. */
export async function releaseVlans(tx: Tx): Promise<void> {
  // The lock first: a switch registered meanwhile has reserved its VLANs under it, and is then seen among the switches.
  const reserved = await tx
    .select({ id: vlans.id })
    .from(vlans)
    .where(eq(vlans.reserved, true))
    .orderBy(asc(vlans.id))
    .for('update');
  const remaining = await tx.select({ type: switches.type, settings: switches.settings }).from(switches);
  const needed = new Set<number>();
  for (const found of remaining) {
    const family = findSwitchFamily(found.type);
    // What a switch of an unknown family keeps is not known: then everything stays reserved.
    if (!family) return;
    for (const id of family.reservedVlans(settingsOf(found))) needed.add(id);
  }
  const released = reserved.map(({ id }) => id).filter((id) => !needed.has(id));
  if (released.length > 0) await tx.update(vlans).set({ reserved: false }).where(inArray(vlans.id, released));
}
