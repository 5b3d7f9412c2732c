import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockBmc } from '../../db/queries/bmcs.ts';
import { suspectPortsOf } from '../../db/queries/nodes.ts';
import { findProject } from '../../db/queries/projects.ts';
import { nodes } from '../../db/schema.ts';
import { mayActFor } from '../http/caller.ts';
import { nodeLabel, projectLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { isBmcBusy } from '../rules/bmc-pending.ts';
import { stopConsole } from '../rules/console-hold.ts';
import { quotaRefusals, withinQuota } from '../rules/quota.ts';

/** Reserves a free node for a project, which may use its BMC from then on where an agent drives that. Of any number of simultaneous requests for one node, one succeeds. */
export const connectNode = writing({
  id: 'project_connect_node',
  summary: 'Reserve a node for a project',
  method: 'POST',
  path: '/project/{project}/connect_node',
  access: 'user',
  params: z.strictObject({ project: projectLabel }),
  body: z.strictObject({ node: nodeLabel }),
  result: empty,
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
    unknown_node: ['NotFoundError', 'no node has this name'],
    node_taken: ['BlockedError', 'a project has the node already'],
    busy: ['BlockedError', 'an action of the power or boot device of the node is still pending'],
    suspect_port: ['BlockedError', 'a switch port of the node could not be proven to be in no network'],
    ...quotaRefusals,
  },

  async write({ tx, caller, services, refuse }, { params, body }) {
    const project = await findProject(tx, params.project);
    if (!project) throw refuse('unknown_project', `there is no project ${params.project}`);
    if (!mayActFor(caller, project.id)) throw refuse('not_your_project', `you do not act for project ${params.project}`);
    const node = await lockBmc(tx, body.node);
    if (!node) throw refuse('unknown_node', `there is no node ${body.node}`);
    if (node.projectId !== null)
      throw refuse('node_taken', `node ${body.node} is not free: GET /v0/nodes/free lists those that are`);
    // An administrator may have asked for it on the free node: the project would feel it.
    if (await isBmcBusy(tx, node)) {
      throw refuse(
        'busy',
        `node ${body.node} is still to be switched, booted otherwise or typed into: try again when that is DONE or ERROR`,
      );
    }
    const suspects = await suspectPortsOf(tx, node.id);
    if (suspects.length > 0) {
      throw refuse(
        'suspect_port',
        `what ${suspects.join(', ')} carries is not known: an administrator's revert of the port must be DONE first`,
      );
    }
    // An administrator may have opened it on the free node: what it says from now on is the project's.
    await stopConsole(tx, services, node);
    const obmEnabled = node.way.by === 'agent' || node.enabled;
    await withinQuota(refuse, params.project, 'nodes', () =>
      tx.update(nodes).set({ projectId: project.id, obmEnabled }).where(eq(nodes.id, node.id)),
    );
    return undefined;
  },
});
