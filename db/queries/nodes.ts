import { and, eq, isNotNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import { nics, nodes, ports, switches } from '../schema.ts';
import { type Part, partOf } from './pages.ts';

const columns = { id: nodes.id, label: nodes.label, projectId: nodes.projectId };

/** What most operations need to know of a node. */
export interface Node {
  readonly id: number;
  readonly label: string;
  readonly projectId: number | null;
}

/** Finds a node, and keeps its project as it is until the transaction ends. Others may do the same meanwhile. */
export async function findNode(tx: Tx, label: string): Promise<Node | undefined> {
  const [node] = await tx.select(columns).from(nodes).where(eq(nodes.label, label)).for('share');
  return node;
}

/** The ports of a node whose state could not be proven, as `switch port`. */
export async function suspectPortsOf(tx: Tx, nodeId: number): Promise<string[]> {
  const found = await tx
    .select({ port: sql<string>`${switches.label} || ' ' || ${ports.label}` })
    .from(nics)
    .innerJoin(ports, eq(ports.id, nics.portId))
    .innerJoin(switches, eq(switches.id, ports.switchId))
    .where(and(eq(nics.nodeId, nodeId), isNotNull(ports.suspectSince)))
    .orderBy(switches.label, ports.label);
  return found.map(({ port }) => port);
}

const labelList = z.tuple([z.object({ labels: z.array(z.string()) })]);

/** Thousands of labels travel as one JSON text, much faster than as rows. */
function labelsIn(rows: Iterable<unknown>): string[] {
  return labelList.parse([...rows])[0].labels;
}

/** Reads the labels of all nodes, or of those that no project has, in order. */
export async function listNodes(connection: Connection, which: 'all' | 'free', part: Part): Promise<string[]> {
  const isListed = which === 'free' ? connection`project_id is null` : connection`true`;
  return labelsIn(
    await connection`
      select coalesce(json_agg(label order by label collate "C"), '[]') as labels
        from (select label from nodes where ${isListed} ${partOf(connection, 'label', part)}) listed`,
  );
}

/** The label of one of a node's NICs, if it has any. */
export async function aNicOf(tx: Tx, nodeId: number): Promise<string | undefined> {
  const [nic] = await tx.select({ label: nics.label }).from(nics).where(eq(nics.nodeId, nodeId)).limit(1);
  return nic?.label;
}
