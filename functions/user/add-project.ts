import { z } from 'zod';
import { findProject } from '../../db/queries/projects.ts';
import { findUser } from '../../db/queries/users.ts';
import { projectMembers } from '../../db/schema.ts';
import { projectLabel, userLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';

/** Makes a user a member of a project. */
export const addProject = writing({
  id: 'user_add_project',
  summary: 'Add a user to a project',
  method: 'POST',
  path: '/auth/basic/user/{user}/add_project',
  access: 'admin',
  params: z.strictObject({ user: userLabel }),
  body: z.strictObject({ project: projectLabel }),
  result: empty,
  refusals: {
    unknown_user: ['NotFoundError', 'no user has this name'],
    unknown_project: ['NotFoundError', 'no project has this name'],
    already_member: ['DuplicateError', 'the user is a member of the project already'],
  },

  async write({ tx, services, refuse, afterCommit }, { params, body }) {
    const user = await findUser(tx, params.user);
    if (!user) throw refuse('unknown_user', `there is no user ${params.user}`);
    const project = await findProject(tx, body.project);
    if (!project) throw refuse('unknown_project', `there is no project ${body.project}`);
    const [added] = await tx
      .insert(projectMembers)
      .values({ userId: user.id, projectId: project.id })
      .onConflictDoNothing()
      .returning();
    if (!added) throw refuse('already_member', `user ${params.user} is a member of project ${body.project} already`);
    afterCommit(() => services.callers.forget());
    return undefined;
  },
});
