import { and, eq } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { networkAccess, networks, vlans } from '../schema.ts';

/** A network and its VLAN. `ownerId` null: the administrator's. */
export interface Network {
  readonly id: number;
  readonly label: string;
  readonly ownerId: number | null;
  readonly isPublic: boolean;
  readonly vlan: number;
}

function select(tx: Tx, label: string) {
  return tx
    .select({ id: networks.id, label: networks.label, ownerId: networks.ownerId, isPublic: networks.isPublic, vlan: vlans.id })
    .from(networks)
    .innerJoin(vlans, eq(vlans.networkId, networks.id))
    .where(eq(networks.label, label));
}

/** Finds a network, and keeps it and its access list as they are until the transaction ends. Others may do the same meanwhile. */
export async function findNetwork(tx: Tx, label: string): Promise<Network | undefined> {
  const [network] = await select(tx, label).for('share', { of: networks });
  return network;
}

/** Finds a network to delete it or to change who may use it: nobody may begin to use it until the transaction ends. */
export async function lockNetwork(tx: Tx, label: string): Promise<Network | undefined> {
  const [network] = await select(tx, label).for('update', { of: networks });
  return network;
}

/** Whether a project stands in a network's access list. A public network's list says nothing: look at `isPublic` first. */
export async function hasAccess(tx: Tx, networkId: number, projectId: number): Promise<boolean> {
  const found = await tx
    .select({ projectId: networkAccess.projectId })
    .from(networkAccess)
    .where(and(eq(networkAccess.networkId, networkId), eq(networkAccess.projectId, projectId)));
  return found.length > 0;
}
