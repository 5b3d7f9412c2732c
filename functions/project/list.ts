import { z } from 'zod';
import { listProjects as readProjects } from '../../db/queries/projects.ts';
import { projectLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { pageOfLabels, paging } from '../http/paging.ts';

/** Lists all projects. */
export const listProjects = reading({
  id: 'list_projects',
  summary: 'List all projects',
  method: 'GET',
  path: '/projects',
  access: 'admin',
  params: nothing,
  query: paging,
  result: z.array(projectLabel),
  refusals: {},

  async read({ sql }, { query }) {
    return pageOfLabels(await readProjects(sql, query), query);
  },
});
