import { z } from 'zod';
import { listProjects as readProjects } from '../../db/queries/projects.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists all projects. */
export const listProjects = reading({
  id: 'list_projects',
  summary: 'List all projects',
  method: 'GET',
  path: '/projects',
  access: 'admin',
  params: nothing,
  query: nothing,
  result: z.array(z.string()),
  refusals: {},

  async read({ sql }) {
    return readProjects(sql);
  },
});
