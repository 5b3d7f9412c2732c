import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { lockBmc } from '../../db/queries/bmcs.ts';
import { attachmentsOfNode, lockNicsOf } from '../../db/queries/nics.ts';
import { suspectPortsOf } from '../../db/queries/nodes.ts';
import { findProject } from '../../db/queries/projects.ts';
import { goBeyondQuotas } from '../../db/queries/quotas.ts';
import { nodes } from '../../db/schema.ts';
import { mayActFor } from '../http/caller.ts';
import { nodeLabel, projectLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { isBmcBusy } from '../rules/bmc-pending.ts';
import { stopConsole } from '../rules/console-hold.ts';
import { announceMaintenance } from '../rules/maintenance.ts';
import { isBusy } from '../rules/port-change.ts';

/** Releases a node that is on no network, and closes its console: it becomes free or, where there is a maintenance project, goes there. */
export const detachNode = writing({
  id: 'project_detach_node',
  summary: 'Release a node of a project',
  method: 'POST',
  path: '/project/{project}/detach_node',
  access: 'user',
  params: z.strictObject({ project: projectLabel }),
  body: z.strictObject({ node: nodeLabel }),
  result: empty,
  refusals: {
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project'],
    unknown_node: ['NotFoundError', 'no node has this name'],
    not_in_project: ['NotFoundError', 'the node is not in the project'],
    obm_enabled: ['BlockedError', 'the out-of-band management of the node is enabled, and obmd does it'],
    attached: ['BlockedError', 'a NIC of the node is on a network'],
    busy: ['BlockedError', 'an action of a NIC of the node, or of its power or boot device, is still pending'],
    suspect_port: ['BlockedError', 'a switch port of the node could not be proven to be in no network'],
    unknown_maintenance_project: ['NotFoundError', 'the maintenance project that is configured does not exist'],
  },

  async write({ tx, caller, services, refuse, afterCommit }, { params, body }) {
    const project = await findProject(tx, params.project);
    if (!project) throw refuse('unknown_project', `there is no project ${params.project}`);
    if (!mayActFor(caller, project.id)) throw refuse('not_your_project', `you do not act for project ${params.project}`);
    // What leaves the maintenance project becomes free. Projects are locked before nodes, so this one is looked up early.
    const { maintenance } = services.settings;
    const destination = maintenance && maintenance.project !== project.label ? maintenance : null;
    const next = destination && (await findProject(tx, destination.project));
    const node = await lockBmc(tx, body.node);
    if (!node) throw refuse('unknown_node', `there is no node ${body.node}`);
    if (node.projectId !== project.id) throw refuse('not_in_project', `node ${body.node} is not in project ${params.project}`);
    if (node.way.by === 'obmd' && node.enabled) {
      throw refuse(
        'obm_enabled',
        `out-of-band management of node ${body.node} is enabled: disable it first with PUT /v0/node/${body.node}/obm {"enabled": false}`,
      );
    }

    // An action that ends meanwhile leaves an attachment or a doubt: pending ones are looked at before what they leave.
    let busy: string | undefined;
    for (const nic of await lockNicsOf(tx, node.id)) if (nic.port && (await isBusy(tx, nic, nic.port))) busy ??= nic.label;
    const [attached] = await attachmentsOfNode(tx, node.id);
    if (attached) {
      throw refuse('attached', `NIC ${attached.nic} of node ${body.node} is on network ${attached.network}: detach it first`);
    }
    if (busy !== undefined) {
      throw refuse('busy', `an action of NIC ${busy} of node ${body.node} is still pending: try again when it is DONE or ERROR`);
    }
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
        `what ${suspects.join(', ')} carries is not known: an action on the port, or an administrator's revert of it, must be DONE first`,
      );
    }
    if (destination && !next) {
      throw refuse(
        'unknown_maintenance_project',
        `released nodes go to the maintenance project ${destination.project}, which does not exist: an administrator must create it`,
      );
    }
    await stopConsole(tx, services, node);
    // What its members reserve is limited, what is released is not: nobody could give a node back.
    if (next) await goBeyondQuotas(tx);
    await tx
      .update(nodes)
      .set({ projectId: next?.id ?? null, obmEnabled: node.way.by === 'agent' && next !== null })
      .where(eq(nodes.id, node.id));
    if (destination) afterCommit(() => announceMaintenance(services.log, destination.url, node.label));
    return undefined;
  },
});
