import { eq } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { projects } from '../schema.ts';

/** A project's id and label. */
export type Project = typeof projects.$inferSelect;

/** Finds a project, and keeps it from being deleted before the transaction ends. */
export async function findProject(tx: Tx, label: string): Promise<Project | undefined> {
  const [project] = await tx.select().from(projects).where(eq(projects.label, label)).for('key share');
  return project;
}
