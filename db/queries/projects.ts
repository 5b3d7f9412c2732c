import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Connection, Tx } from '../client.ts';
import { headnodes, networkAccess, networks, nodes, projects } from '../schema.ts';
import { type Part, partOf } from './pages.ts';

/** A project's id and label. */
export type Project = typeof projects.$inferSelect;

/** Finds a project, and keeps it from being deleted before the transaction ends. */
export async function findProject(tx: Tx, label: string): Promise<Project | undefined> {
  const [project] = await tx.select().from(projects).where(eq(projects.label, label)).for('key share');
  return project;
}

/** Finds a project to delete it: nothing can become the project's until the transaction ends. */
export async function lockProject(tx: Tx, label: string): Promise<Project | undefined> {
  const [project] = await tx.select().from(projects).where(eq(projects.label, label)).for('update');
  return project;
}

const found = z.object({ id: z.coerce.number() });

/** The ids of the projects of these labels, without those that there are not. */
export async function findProjectIds(connection: Connection, labels: readonly string[]): Promise<number[]> {
  const rows = await connection`select id from projects where label = any(${[...labels]})`;
  return rows.map((row) => found.parse(row).id);
}

/** What keeps a project from being deleted: one label of each kind of thing that it has, if it has any. */
export interface Belongings {
  readonly node: string | undefined;
  readonly network: string | undefined;
  readonly headnode: string | undefined;
  /** A network that the project does not own and may use. */
  readonly grantedNetwork: string | undefined;
}

/** Looks at what a locked project has. */
export async function belongingsOf(tx: Tx, projectId: number): Promise<Belongings> {
  const [node] = await tx.select({ label: nodes.label }).from(nodes).where(eq(nodes.projectId, projectId)).limit(1);
  const [network] = await tx.select({ label: networks.label }).from(networks).where(eq(networks.ownerId, projectId)).limit(1);
  const [headnode] = await tx
    .select({ label: headnodes.label })
    .from(headnodes)
    .where(eq(headnodes.projectId, projectId))
    .limit(1);
  const [granted] = await tx
    .select({ label: networks.label })
    .from(networkAccess)
    .innerJoin(networks, eq(networks.id, networkAccess.networkId))
    .where(and(eq(networkAccess.projectId, projectId), sql`${networks.ownerId} is distinct from ${projectId}`))
    .limit(1);
  return { node: node?.label, network: network?.label, headnode: headnode?.label, grantedNetwork: granted?.label };
}

const contents = z.object({ projectId: z.coerce.number(), labels: z.array(z.string()) });

/** A project's id, and the labels of something that it has, in order. */
export type Contents = z.output<typeof contents>;

/** Reads all projects' labels, in order. */
export async function listProjects(connection: Connection, part: Part): Promise<string[]> {
  const rows = await connection`select label from projects where true ${partOf(connection, 'label', part)}`;
  return z
    .array(z.object({ label: z.string() }))
    .parse(rows)
    .map(({ label }) => label);
}

/** Reads the nodes that a project has. Undefined when there is no project of this name. */
export async function nodesOf(connection: Connection, label: string, part: Part): Promise<Contents | undefined> {
  const [row] = await connection`
    select p.id as "projectId",
        array(select n.label from nodes n where n.project_id = p.id ${partOf(connection, 'n.label', part)}) as labels
      from projects p where p.label = ${label}`;
  return row && contents.parse(row);
}

/** Reads the networks that are open to a project because it owns them or was granted access; public ones are open to everybody. */
export async function networksOpenTo(connection: Connection, label: string, part: Part): Promise<Contents | undefined> {
  const [row] = await connection`
    select p.id as "projectId",
        array(select w.label from networks w
          where not w.is_public
            and (w.owner_id = p.id or exists (select from network_access a where a.network_id = w.id and a.project_id = p.id))
          ${partOf(connection, 'w.label', part)}) as labels
      from projects p where p.label = ${label}`;
  return row && contents.parse(row);
}

/** Reads the headnodes that a project has. Undefined when there is no project of this name. */
export async function headnodesOf(connection: Connection, label: string, part: Part): Promise<Contents | undefined> {
  const [row] = await connection`
    select p.id as "projectId",
        array(select h.label from headnodes h where h.project_id = p.id ${partOf(connection, 'h.label', part)}) as labels
      from projects p where p.label = ${label}`;
  return row && contents.parse(row);
}
