import { z } from 'zod';
import { readEntries } from '../../db/queries/audit-entries.ts';
import { findProjectIds } from '../../db/queries/projects.ts';
import { mayActFor } from '../http/caller.ts';
import { projectLabel } from '../http/labels.ts';
import { reading } from '../http/operation.ts';
import { anyEntry, asShown, entryQuery, pageOfEntries, withoutOrigin } from '../rules/audit-entry.ts';

/** Lists what concerned a project, as `list_audit` does. Where requests came from is shown to administrators alone. */
export const listProjectAudit = reading({
  id: 'list_project_audit',
  summary: 'List who changed what of a project, when, and what came of it',
  method: 'GET',
  path: '/project/{project}/audit',
  access: 'user',
  params: z.strictObject({ project: projectLabel }),
  query: entryQuery,
  result: z.array(anyEntry),
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
  },

  async read({ sql, caller, refuse }, { params, query }) {
    const [id] = await findProjectIds(sql, [params.project]);
    if (id === undefined) throw refuse('unknown_project', `there is no project ${params.project}`);
    if (!mayActFor(caller, id)) throw refuse('not_your_project', `you do not act for project ${params.project}`);
    const show = caller.isAdmin ? asShown : withoutOrigin;
    return pageOfEntries((filter, part) => readEntries(sql, { ...filter, projects: [id] }, part), query, show);
  },
});
