import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { findProject } from '../../db/queries/projects.ts';
import { findUser } from '../../db/queries/users.ts';
import { projectMembers } from '../../db/schema.ts';
import { projectLabel, userLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';

/** Ends a user's membership of a project. */
export const removeProject = writing({
  id: 'user_remove_project',
  summary: 'Remove a user from a project',
  method: 'POST',
  path: '/auth/basic/user/{user}/remove_project',
  access: 'admin',
  params: z.strictObject({ user: userLabel }),
  body: z.strictObject({ project: projectLabel }),
  result: empty,
  refusals: {
    unknown_user: ['NotFoundError', 'no user has this name'],
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_a_member: ['NotFoundError', 'the user is not a member of the project'],
  },

  async write({ tx, services, refuse, afterCommit }, { params, body }) {
    const user = await findUser(tx, params.user);
    if (!user) throw refuse('unknown_user', `there is no user ${params.user}`);
    const project = await findProject(tx, body.project);
    if (!project) throw refuse('unknown_project', `there is no project ${body.project}`);
    const [removed] = await tx
      .delete(projectMembers)
      .where(and(eq(projectMembers.userId, user.id), eq(projectMembers.projectId, project.id)))
      .returning();
    if (!removed) throw refuse('not_a_member', `user ${params.user} is not a member of project ${body.project}`);
    afterCommit(() => services.callers.forget());
    return undefined;
  },
});
