import { z } from 'zod';
import { readEntries } from '../../db/queries/audit-entries.ts';
import { findProjectIds } from '../../db/queries/projects.ts';
import { projectLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { asShown, entryQuery, fullEntry, pageOfEntries } from '../rules/audit-entry.ts';

const projectFilter = projectLabel.optional().meta({
  description: 'Only what concerned this project; one that there is no more is named by its id',
  examples: ['blue'],
});

/** Lists the audit in its order, the last entries unless told otherwise. What was just done stands in it within a second or so. */
export const listAudit = reading({
  id: 'list_audit',
  summary: 'List who changed what, when, from where, and what came of it',
  method: 'GET',
  path: '/audit',
  access: 'admin',
  params: nothing,
  query: entryQuery.safeExtend({ project: projectFilter }),
  result: z.array(fullEntry),
  refusals: { unknown_project: ['NotFoundError', 'no project has this name, and it is no id'] },

  async read({ sql, refuse }, { query: { project, ...query } }) {
    let projects: number[] | undefined;
    if (project !== undefined) {
      const [known] = await findProjectIds(sql, [project]);
      const id = known ?? (/^\d{1,15}$/.test(project) ? Number(project) : undefined);
      if (id === undefined)
        throw refuse('unknown_project', `there is no project ${project}: name one that was deleted by its id`);
      projects = [id];
    }
    return pageOfEntries((filter, part) => readEntries(sql, { ...filter, projects }, part), query, asShown);
  },
});
