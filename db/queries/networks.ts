import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import {
  attachments,
  commands,
  networkAccess,
  networkingActions,
  networks,
  nics,
  nodes,
  ports,
  switches,
  vlans,
} from '../schema.ts';

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

/** Whether there is a network of this name, at this moment. */
export async function networkExists(tx: Tx, label: string): Promise<boolean> {
  return (await tx.select({ id: networks.id }).from(networks).where(eq(networks.label, label))).length > 0;
}

/** The nodes that are looked at: all, or those of one project. */
function ofProject(projectId: number | undefined) {
  return projectId === undefined ? undefined : eq(nodes.projectId, projectId);
}

/** A NIC that has to do with a network. */
export interface NetworkUser {
  readonly node: string;
  readonly nic: string;
}

/** NICs that an unfinished action puts on a network or takes off it, of all nodes or of one project's, and the devices that are to do it. */
export async function pendingUsersOf(
  tx: Tx,
  networkId: number,
  projectId?: number,
): Promise<(NetworkUser & { deviceId: number })[]> {
  return tx
    .select({ node: nodes.label, nic: nics.label, deviceId: commands.deviceId })
    .from(networkingActions)
    .innerJoin(commands, eq(commands.id, networkingActions.id))
    .innerJoin(nics, eq(nics.id, networkingActions.nicId))
    .innerJoin(nodes, eq(nodes.id, nics.nodeId))
    .where(and(eq(networkingActions.networkId, networkId), isNull(networkingActions.finishedAt), ofProject(projectId)))
    .orderBy(nodes.label, nics.label);
}

/** A NIC that is on a network, of any node or of one project's. */
export async function anAttachedUserOf(tx: Tx, networkId: number, projectId?: number): Promise<NetworkUser | undefined> {
  const [attached] = await tx
    .select({ node: nodes.label, nic: nics.label })
    .from(attachments)
    .innerJoin(nics, eq(nics.id, attachments.nicId))
    .innerJoin(nodes, eq(nodes.id, nics.nodeId))
    .where(and(eq(attachments.networkId, networkId), ofProject(projectId)))
    .orderBy(nodes.label, nics.label)
    .limit(1);
  return attached;
}

/** The ports that may be on a VLAN because their state could not be proven, as `switch port`; all, or those of one project's nodes. */
export async function suspectPortsOn(tx: Tx, vlan: number, projectId?: number): Promise<string[]> {
  const found = await tx
    .select({ port: sql<string>`${switches.label} || ' ' || ${ports.label}` })
    .from(ports)
    .innerJoin(switches, eq(switches.id, ports.switchId))
    .leftJoin(nics, eq(nics.portId, ports.id))
    .leftJoin(nodes, eq(nodes.id, nics.nodeId))
    .where(and(isNotNull(ports.suspectSince), sql`${vlan} = any(${ports.suspectVlans})`, ofProject(projectId)))
    .orderBy(switches.label, ports.label);
  return found.map(({ port }) => port);
}
