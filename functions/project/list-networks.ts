import { z } from 'zod';
import { networksOpenTo } from '../../db/queries/projects.ts';
import { mayActFor } from '../http/caller.ts';
import { label } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists the networks that are open to a project in particular: its own, and those it was granted access to. */
export const listProjectNetworks = reading({
  id: 'list_project_networks',
  summary: 'List the networks that a project owns or was granted access to',
  method: 'GET',
  path: '/project/{project}/networks',
  access: 'user',
  params: z.strictObject({ project: label }),
  query: nothing,
  result: z.array(z.string()),
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
  },

  async read({ sql, caller, refuse }, { params }) {
    const found = await networksOpenTo(sql, params.project);
    if (!found) throw refuse('unknown_project', `there is no project ${params.project}`);
    if (!mayActFor(caller, found.projectId)) throw refuse('not_your_project', `you do not act for project ${params.project}`);
    return found.labels;
  },
});
