import { and, eq, isNull } from 'drizzle-orm';
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
  return one(
    await select(tx)
      .where(and(eq(nics.nodeId, nodeId), eq(nics.label, label)))
      .for('no key update', { of: nics }),
  );
}

/** Finds the NIC that is cabled to a port, to change it, and its node's id. */
export async function lockNicOnPort(tx: Tx, portId: number): Promise<(Nic & { nodeId: number }) | undefined> {
  const rows = await select(tx).where(eq(nics.portId, portId)).for('no key update', { of: nics });
  const nic = one(rows);
  const nodeId = rows[0]?.nodeId;
  return nic && nodeId !== undefined ? { ...nic, nodeId } : undefined;
}

function select(tx: Tx) {
  return tx
    .select({ id: nics.id, label: nics.label, nodeId: nics.nodeId, port: ports, switch: switches })
    .from(nics)
    .leftJoin(ports, eq(ports.id, nics.portId))
    .leftJoin(switches, eq(switches.id, ports.switchId));
}

function one([row]: Awaited<ReturnType<typeof select>>): Nic | undefined {
  if (!row) return undefined;
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

/** The NIC's unfinished networking action, if any. */
export async function unfinishedActionOf(tx: Tx, nicId: number): Promise<string | undefined> {
  const [action] = await tx
    .select({ id: networkingActions.id })
    .from(networkingActions)
    .where(and(eq(networkingActions.nicId, nicId), isNull(networkingActions.finishedAt)));
  return action?.id;
}
