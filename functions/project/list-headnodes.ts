import { z } from 'zod';
import { headnodesOf } from '../../db/queries/projects.ts';
import { mayActFor } from '../http/caller.ts';
import { headnodeLabel, projectLabel } from '../http/labels.ts';
import { reading } from '../http/operation.ts';
import { pageOfLabels, paging } from '../http/paging.ts';

/** Lists the headnodes that a project has. */
export const listProjectHeadnodes = reading({
  id: 'list_project_headnodes',
  summary: 'List the headnodes of a project',
  method: 'GET',
  path: '/project/{project}/headnodes',
  access: 'user',
  params: z.strictObject({ project: projectLabel }),
  query: paging,
  result: z.array(headnodeLabel),
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
  },

  async read({ sql, caller, refuse }, { params, query }) {
    const found = await headnodesOf(sql, params.project, query);
    if (!found) throw refuse('unknown_project', `there is no project ${params.project}`);
    if (!mayActFor(caller, found.projectId)) throw refuse('not_your_project', `you do not act for project ${params.project}`);
    return pageOfLabels(found.labels, query);
  },
});
