import { z } from 'zod';
import { projects } from '../../db/schema.ts';
import { projectLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';

/** Makes a project, without members and without nodes. */
export const createProject = writing({
  id: 'project_create',
  summary: 'Create a project',
  method: 'PUT',
  path: '/project/{project}',
  access: 'admin',
  // As the owner of a network, `admin` is the administrators.
  params: z.strictObject({
    project: projectLabel.refine((text) => text !== 'admin', '"admin" stands for the administrators: choose another name'),
  }),
  body: nothing,
  result: empty,
  refusals: {
    duplicate_project: ['DuplicateError', 'a project has this name already'],
  },

  async write({ tx, refuse }, { params }) {
    const [project] = await tx
      .insert(projects)
      .values({ label: params.project })
      .onConflictDoNothing()
      .returning({ id: projects.id });
    if (!project) throw refuse('duplicate_project', `there is a project ${params.project} already`);
    return undefined;
  },
});
