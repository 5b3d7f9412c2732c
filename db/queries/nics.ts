import { and, asc, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { attachments, networkingActions, networks, nics, ports, switches, vlans } from '../schema.ts';

/** A NIC with the switch port that it is cabled to, if any. */
export interface Nic {
  readonly id: number;
  readonly label: string;
  readonly port: CabledPort | null;
}

/** A switch port as a change of it needs it. */
export interface CabledPort {
  readonly id: number;
  readonly label: string;
  /** What the port is when it carries no network. */
  readonly idle: 'shut' | 'up';
  readonly switch: typeof switches.$inferSelect;
}

/** Finds a NIC of a node to change it: no other change of this NIC may begin until the transaction ends. */
export async function lockNic(tx: Tx, nodeId: number, label: string): Promise<Nic | undefined> {
  const [row] = await lock(tx, and(eq(nics.nodeId, nodeId), eq(nics.label, label)));
  return row && nicOf(row);
}

/** Finds the NIC that is cabled to a port, to change it, and its node's id. */
export async function lockNicOnPort(tx: Tx, portId: number): Promise<(Nic & { nodeId: number }) | undefined> {
  const [row] = await lock(tx, eq(nics.portId, portId));
  return row && { ...nicOf(row), nodeId: row.nodeId };
}

/** Finds all NICs of a node to change none of them: no change of any may begin until the transaction ends. */
export async function lockNicsOf(tx: Tx, nodeId: number): Promise<Nic[]> {
  return (await lock(tx, eq(nics.nodeId, nodeId))).map(nicOf);
}

/** Two statements: one that had to wait for the lock would still show the port that the NIC was on before. */
async function lock(tx: Tx, condition: SQL | undefined): Promise<Row[]> {
  const locked = await tx.select({ id: nics.id }).from(nics).where(condition).orderBy(asc(nics.id)).for('no key update');
  if (locked.length === 0) return [];
  const ids = locked.map(({ id }) => id);
  return select(tx).where(inArray(nics.id, ids)).orderBy(asc(nics.id));
}

function select(tx: Tx) {
  return tx
    .select({ id: nics.id, label: nics.label, nodeId: nics.nodeId, port: ports, switch: switches })
    .from(nics)
    .leftJoin(ports, eq(ports.id, nics.portId))
    .leftJoin(switches, eq(switches.id, ports.switchId));
}

type Row = Awaited<ReturnType<typeof select>>[number];

function nicOf(row: Row): Nic {
  const { id, label, port } = row;
  if (!port || !row.switch) return { id, label, port: null };
  return { id, label, port: { id: port.id, label: port.label, idle: port.idle ?? row.switch.idle, switch: row.switch } };
}

/** A network that a NIC is on. */
export interface Attachment {
  readonly networkId: number;
  readonly network: string;
  readonly channel: string;
  readonly vlan: number;
}

/** The networks that a NIC is on, as proven on the switch. */
export async function attachmentsOf(tx: Tx, nicId: number): Promise<Attachment[]> {
  return tx
    .select({ networkId: attachments.networkId, network: networks.label, channel: attachments.channel, vlan: vlans.id })
    .from(attachments)
    .innerJoin(networks, eq(networks.id, attachments.networkId))
    .innerJoin(vlans, eq(vlans.networkId, attachments.networkId))
    .where(eq(attachments.nicId, nicId))
    .orderBy(attachments.channel);
}

/** The networks that any NIC of a node is on, with the NIC's label. */
export async function attachmentsOfNode(tx: Tx, nodeId: number): Promise<{ nic: string; network: string }[]> {
  return tx
    .select({ nic: nics.label, network: networks.label })
    .from(attachments)
    .innerJoin(nics, eq(nics.id, attachments.nicId))
    .innerJoin(networks, eq(networks.id, attachments.networkId))
    .where(eq(nics.nodeId, nodeId))
    .orderBy(nics.label, networks.label);
}

/**
 * Whether the state of a port could not be proven. Ask after `isBusy`: what ends an action may be what casts the doubt.
 */
export async function isSuspect(tx: Tx, portId: number): Promise<boolean> {
  const [port] = await tx.select({ suspectSince: ports.suspectSince }).from(ports).where(eq(ports.id, portId));
  return port !== undefined && port.suspectSince !== null;
}

/** The NIC's unfinished networking action, if any. */
export async function unfinishedActionOf(tx: Tx, nicId: number): Promise<string | undefined> {
  const [action] = await tx
    .select({ id: networkingActions.id })
    .from(networkingActions)
    .where(and(eq(networkingActions.nicId, nicId), isNull(networkingActions.finishedAt)));
  return action?.id;
}
