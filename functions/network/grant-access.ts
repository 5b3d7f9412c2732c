import { z } from 'zod';
import { lockNetwork, networkExists } from '../../db/queries/networks.ts';
import { findProject } from '../../db/queries/projects.ts';
import { networkAccess } from '../../db/schema.ts';
import { mayActFor } from '../http/caller.ts';
import { networkLabel, projectLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';

/** Lets a project use a network. */
export const grantAccess = writing({
  id: 'network_grant_project_access',
  summary: 'Let a project use a network',
  method: 'PUT',
  path: '/network/{network}/access/{project}',
  access: 'user',
  params: z.strictObject({ network: networkLabel, project: projectLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_network: ['NotFoundError', 'no network has this name'],
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_network: [
      'AuthorizationError',
      'the network is owned by a project that the caller does not act for, or by no project',
    ],
    public_network: ['BlockedError', 'the network is open to everybody already'],
    duplicate_access: ['DuplicateError', 'the project may use the network already'],
  },

  async write({ tx, caller, refuse }, { params }) {
    const unknownNetwork = () => refuse('unknown_network', `there is no network ${params.network}`);
    if (!(await networkExists(tx, params.network))) throw unknownNetwork();
    const project = await findProject(tx, params.project);
    if (!project) throw refuse('unknown_project', `there is no project ${params.project}`);
    // Looked up first and locked last: networks come after projects in the order of locks.
    const network = await lockNetwork(tx, params.network);
    if (!network) throw unknownNetwork();
    if (!mayActFor(caller, network.ownerId)) {
      throw refuse(
        'not_your_network',
        `network ${params.network} is not yours: its owner's members and administrators grant access`,
      );
    }
    if (network.isPublic) {
      throw refuse('public_network', `network ${params.network} is public: project ${params.project} may use it as it is`);
    }
    const [granted] = await tx
      .insert(networkAccess)
      .values({ networkId: network.id, projectId: project.id })
      .onConflictDoNothing()
      .returning({ projectId: networkAccess.projectId });
    if (!granted) throw refuse('duplicate_access', `project ${params.project} has access to network ${params.network} already`);
    return undefined;
  },
});
