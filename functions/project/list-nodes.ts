import { z } from 'zod';
import { nodesOf } from '../../db/queries/projects.ts';
import { mayActFor } from '../http/caller.ts';
import { nodeLabel, projectLabel } from '../http/labels.ts';
import { reading } from '../http/operation.ts';
import { pageOfLabels, paging } from '../http/paging.ts';

/** Lists the nodes that a project has. */
export const listProjectNodes = reading({
  id: 'list_project_nodes',
  summary: 'List the nodes of a project',
  method: 'GET',
  path: '/project/{project}/nodes',
  access: 'user',
  params: z.strictObject({ project: projectLabel }),
  query: paging,
  result: z.array(nodeLabel),
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
  },

  async read({ sql, caller, refuse }, { params, query }) {
    const found = await nodesOf(sql, params.project, query);
    if (!found) throw refuse('unknown_project', `there is no project ${params.project}`);
    if (!mayActFor(caller, found.projectId)) throw refuse('not_your_project', `you do not act for project ${params.project}`);
    return pageOfLabels(found.labels, query);
  },
});
