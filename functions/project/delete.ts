import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { belongingsOf, lockProject } from '../../db/queries/projects.ts';
import { projects } from '../../db/schema.ts';
import { projectLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';

/** Deletes a project that has nothing any more. Its members stay users. */
export const deleteProject = writing({
  id: 'project_delete',
  summary: 'Delete a project that has no nodes, networks and headnodes',
  method: 'DELETE',
  path: '/project/{project}',
  access: 'admin',
  params: z.strictObject({ project: projectLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    has_nodes: ['BlockedError', 'the project has nodes'],
    has_networks: ['BlockedError', 'the project owns networks'],
    has_headnodes: ['BlockedError', 'the project has headnodes'],
    has_access: ['BlockedError', 'the project may use a network that it does not own'],
  },

  async write({ tx, services, refuse, afterCommit }, { params }) {
    const project = await lockProject(tx, params.project);
    if (!project) throw refuse('unknown_project', `there is no project ${params.project}`);
    const { node, network, headnode, grantedNetwork } = await belongingsOf(tx, project.id);
    if (node !== undefined) {
      throw refuse('has_nodes', `project ${params.project} has node ${node}: release its nodes with detach_node first`);
    }
    if (network !== undefined) {
      throw refuse('has_networks', `project ${params.project} owns network ${network}: delete its networks first`);
    }
    if (headnode !== undefined) {
      throw refuse('has_headnodes', `project ${params.project} has headnode ${headnode}: delete its headnodes first`);
    }
    if (grantedNetwork !== undefined) {
      throw refuse('has_access', `project ${params.project} has access to network ${grantedNetwork}: revoke its access first`);
    }
    await tx.delete(projects).where(eq(projects.id, project.id));
    afterCommit(() => services.callers.forget());
    return undefined;
  },
});
