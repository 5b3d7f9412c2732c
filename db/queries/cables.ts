import { eq } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { nics, nodes } from '../schema.ts';
import { lockNicOnPort, type Nic } from './nics.ts';
import type { Node } from './nodes.ts';

/** What is at the far end of a port's cable. */
export interface CableEnd {
  readonly node: Node;
  readonly nic: Nic;
}

/**
 * Follows the cable of a port to its NIC and node, and locks both: the node keeps its project, and the NIC is not changed,
 * until the transaction ends. Undefined when nothing is cabled.
 */
export async function lockCableEnd(tx: Tx, portId: number): Promise<CableEnd | undefined> {
  for (;;) {
    const [seen] = await tx.select({ nodeId: nics.nodeId }).from(nics).where(eq(nics.portId, portId));
    if (!seen) return undefined;
    // The node comes first in the order of locks; so the cable may have been moved by the time that the NIC is locked.
    const [node] = await tx
      .select({ id: nodes.id, label: nodes.label, projectId: nodes.projectId })
      .from(nodes)
      .where(eq(nodes.id, seen.nodeId))
      .for('share');
    const nic = await lockNicOnPort(tx, portId);
    if (node && nic?.nodeId === node.id) return { node, nic };
  }
}
