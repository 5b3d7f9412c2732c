import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { commands, devices, nodes } from '../schema.ts';

/** A node with everything about the way to its BMC, of which none is readable here: tokens are encrypted, credentials sealed. */
export interface NodeBmc {
  readonly id: number;
  readonly label: string;
  readonly projectId: number | null;
  readonly agentId: number | null;
  /** Whether users may reach the BMC. */
  readonly enabled: boolean;
  readonly way: ObmdWay | AgentWay;
}

/** Users are sent to an obmd service. */
export interface ObmdWay {
  readonly by: 'obmd';
  readonly uri: string;
  /** The admin token, encrypted. */
  readonly adminToken: string;
  /** The token for users' requests, encrypted; null while it is not enabled. */
  readonly session: string | null;
}

/** An agent drives the BMC. */
export interface AgentWay {
  readonly by: 'agent';
  readonly agentId: number;
  readonly type: string;
  readonly host: string;
  readonly port: number;
  /** `bmcSettings`. */
  readonly settings: unknown;
  readonly sealed: string;
}

/** Finds a node and the way to its BMC, and keeps both as they are until the transaction ends. Others may do the same meanwhile. */
export async function findBmc(tx: Tx, node: string): Promise<NodeBmc | undefined> {
  const [row] = await tx.select().from(nodes).where(eq(nodes.label, node)).for('share');
  return row && nodeBmc(row);
}

/** Finds a node to change the way to its BMC: nobody else may, nor use it, until the transaction ends. */
export async function lockBmc(tx: Tx, node: string): Promise<NodeBmc | undefined> {
  const [row] = await tx.select().from(nodes).where(eq(nodes.label, node)).for('update');
  return row && nodeBmc(row);
}

/** As `findBmc`, many at once; those that do not exist are left out. */
export async function findBmcs(tx: Tx, labels: readonly string[]): Promise<NodeBmc[]> {
  const rows = await tx
    .select()
    .from(nodes)
    // As one JSON text, so that the statement is always the same, however many there are.
    .where(sql`${nodes.label} in (select json_array_elements_text(${JSON.stringify(labels)}::json))`)
    .orderBy(asc(nodes.id))
    .for('share');
  return rows.map(nodeBmc);
}

/** The devices of a node's BMC and console, as far as they were ever told anything. */
export async function devicesOfNode(tx: Tx, label: string): Promise<{ id: number; agentId: number | null }[]> {
  return tx
    .select({ id: devices.id, agentId: devices.agentId })
    .from(devices)
    .where(inArray(devices.label, [`bmc/${label}`, `console/${label}`]))
    .orderBy(asc(devices.label));
}

/** The kinds of the unfinished commands of a device. */
export async function unfinishedKinds(tx: Tx, deviceId: number): Promise<string[]> {
  const found = await tx
    .select({ kind: commands.kind })
    .from(commands)
    .where(and(eq(commands.deviceId, deviceId), inArray(commands.status, ['queued', 'running'])));
  return found.map(({ kind }) => kind);
}

function nodeBmc(row: typeof nodes.$inferSelect): NodeBmc {
  const { id, label, projectId, agentId, obmEnabled: enabled } = row;
  return { id, label, projectId, agentId, enabled, way: wayOf(row) };
}

function wayOf(row: typeof nodes.$inferSelect): ObmdWay | AgentWay {
  const { label, agentId, obmdUri, obmdToken, obmdSession, obmType, obmHost, obmPort, obmSettings, obmSealed } = row;
  if (obmdUri !== null && obmdToken !== null) {
    return { by: 'obmd', uri: obmdUri, adminToken: obmdToken, session: obmdSession };
  }
  // The database demands one way or the other, whole.
  if (agentId === null || obmType === null || obmHost === null || obmPort === null || obmSealed === null) {
    throw new Error(`there is no way to the BMC of node ${label}`);
  }
  return { by: 'agent', agentId, type: obmType, host: obmHost, port: obmPort, settings: obmSettings, sealed: obmSealed };
}
