import { z } from 'zod';
import { networksOpenTo } from '../../db/queries/projects.ts';
import { mayActFor } from '../http/caller.ts';
import { networkLabel, projectLabel } from '../http/labels.ts';
import { reading } from '../http/operation.ts';
import { pageOfLabels, paging } from '../http/paging.ts';

/** Lists the networks that are open to a project in particular: its own, and those it was granted access to. */
export const listProjectNetworks = reading({
  id: 'list_project_networks',
  summary: 'List the networks that a project owns or was granted access to',
  method: 'GET',
  path: '/project/{project}/networks',
  access: 'user',
  params: z.strictObject({ project: projectLabel }),
  query: paging,
  result: z.array(networkLabel),
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
  },

  async read({ sql, caller, refuse }, { params, query }) {
    const found = await networksOpenTo(sql, params.project, query);
    if (!found) throw refuse('unknown_project', `there is no project ${params.project}`);
    if (!mayActFor(caller, found.projectId)) throw refuse('not_your_project', `you do not act for project ${params.project}`);
    return pageOfLabels(found.labels, query);
  },
});
