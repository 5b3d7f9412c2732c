import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { hasAccess, lockNetwork, networkExists } from '../../db/queries/networks.ts';
import { findProject } from '../../db/queries/projects.ts';
import { networkAccess } from '../../db/schema.ts';
import { mayActFor } from '../http/caller.ts';
import { networkLabel, projectLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';
import { networkUse } from '../rules/network-use.ts';

/** Takes a network from a project that has no node and no headnode on it. A network that nobody may use any more stays private. */
export const revokeAccess = writing({
  id: 'network_revoke_project_access',
  summary: 'Take the use of a network from a project',
  method: 'DELETE',
  path: '/network/{network}/access/{project}',
  access: 'user',
  params: z.strictObject({ network: networkLabel, project: projectLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_network: ['NotFoundError', 'no network has this name'],
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_yours: ['AuthorizationError', 'the caller acts neither for the owner of the network nor for the project'],
    not_granted: ['NotFoundError', 'the project is not in the access list of the network'],
    owner: ['BlockedError', 'the project owns the network'],
    busy: ['BlockedError', 'a pending action of a node of the project names the network'],
    attached: ['BlockedError', 'a node of the project is on the network'],
    headnode_attached: ['BlockedError', 'a headnode of the project is on the network'],
    suspect_port: ['BlockedError', 'a port of a node of the project, whose state could not be proven, may be on the network'],
  },

  async write({ tx, caller, refuse }, { params }) {
    const unknownNetwork = () => refuse('unknown_network', `there is no network ${params.network}`);
    if (!(await networkExists(tx, params.network))) throw unknownNetwork();
    const project = await findProject(tx, params.project);
    if (!project) throw refuse('unknown_project', `there is no project ${params.project}`);
    // Looked up first and locked last: networks come after projects in the order of locks.
    const network = await lockNetwork(tx, params.network);
    if (!network) throw unknownNetwork();
    if (network.isPublic) throw refuse('not_granted', `network ${params.network} is public: it has no access list`);
    if (!mayActFor(caller, network.ownerId) && !mayActFor(caller, project.id)) {
      throw refuse('not_yours', `you act neither for the owner of network ${params.network} nor for project ${params.project}`);
    }
    if (!(await hasAccess(tx, network.id, project.id))) {
      throw refuse('not_granted', `project ${params.project} has no access to network ${params.network}`);
    }
    if (network.ownerId === project.id) {
      throw refuse('owner', `project ${params.project} owns network ${params.network}: delete the network instead`);
    }

    const { pending, attached, headnode, suspect } = await networkUse(tx, network, project.id);
    if (pending) {
      throw refuse(
        'busy',
        `an action of NIC ${pending.nic} of node ${pending.node} on network ${params.network} is still pending: try again when it is DONE or ERROR`,
      );
    }
    if (attached) {
      throw refuse('attached', `NIC ${attached.nic} of node ${attached.node} is on network ${params.network}: detach it first`);
    }
    if (headnode) {
      throw refuse(
        'headnode_attached',
        `hnic ${headnode.hnic} of headnode ${headnode.headnode} is on network ${params.network}: detach it or, where the headnode was started, delete that first`,
      );
    }
    if (suspect !== undefined) {
      throw refuse(
        'suspect_port',
        `${suspect} may be on network ${params.network}: an action on the port, or an administrator's revert of it, must be DONE first`,
      );
    }
    await tx.delete(networkAccess).where(and(eq(networkAccess.networkId, network.id), eq(networkAccess.projectId, project.id)));
    return undefined;
  },
});
