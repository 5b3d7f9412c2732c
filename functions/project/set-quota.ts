import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { projects } from '../../db/schema.ts';
import { projectLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { quotaLimit } from '../rules/quota.ts';

/** Limits how many nodes, networks and headnodes a project may have. It keeps what it has: only what would be one more is refused. */
export const setQuota = writing({
  id: 'set_quota',
  summary: 'Limit how much a project may have',
  method: 'PUT',
  path: '/project/{project}/quota',
  access: 'admin',
  params: z.strictObject({ project: projectLabel }),
  body: z
    .strictObject({
      nodes: quotaLimit('nodes').optional(),
      networks: quotaLimit('networks').optional(),
      headnodes: quotaLimit('headnodes').optional(),
    })
    .refine((body) => Object.values(body).some((limit) => limit !== undefined), {
      path: ['nodes'],
      error: 'give nodes, networks or headnodes: what is left out stays as it is',
    }),
  result: empty,
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
  },

  async write({ tx, refuse }, { params, body }) {
    const [project] = await tx
      .update(projects)
      .set({ maxNodes: body.nodes, maxNetworks: body.networks, maxHeadnodes: body.headnodes })
      .where(eq(projects.label, params.project))
      .returning({ id: projects.id });
    if (!project) throw refuse('unknown_project', `there is no project ${params.project}`);
    return undefined;
  },
});
