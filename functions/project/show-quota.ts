import { z } from 'zod';
import { readQuota } from '../../db/queries/quotas.ts';
import { mayActFor } from '../http/caller.ts';
import { projectLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { quotaLimit } from '../rules/quota.ts';

const usage = (owned: 'nodes' | 'networks' | 'headnodes') =>
  z
    .strictObject({
      limit: quotaLimit(owned),
      used: z
        .int()
        .min(0)
        .meta({ description: `How many ${owned} the project has`, examples: [12] }),
    })
    .meta({ description: `The ${owned} of the project` });

/** Shows how many nodes, networks and headnodes a project may have, and how many it has. More than it may where it had them before. */
export const showQuota = reading({
  id: 'show_quota',
  summary: 'Show how much a project may have, and has',
  method: 'GET',
  path: '/project/{project}/quota',
  access: 'user',
  params: z.strictObject({ project: projectLabel }),
  query: nothing,
  result: z.strictObject({ nodes: usage('nodes'), networks: usage('networks'), headnodes: usage('headnodes') }),
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
  },

  async read({ sql, caller, refuse }, { params }) {
    const found = await readQuota(sql, params.project);
    if (!found) throw refuse('unknown_project', `there is no project ${params.project}`);
    const { projectId, ...quota } = found;
    if (!mayActFor(caller, projectId)) throw refuse('not_your_project', `you do not act for project ${params.project}`);
    return quota;
  },
});
