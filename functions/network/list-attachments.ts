import { z } from 'zod';
import { listAttachments } from '../../db/queries/show-network.ts';
import { mayActFor } from '../http/caller.ts';
import { channel, networkLabel, nicLabel, nodeLabel, projectLabel } from '../http/labels.ts';
import { reading } from '../http/operation.ts';
import { pageOf, paging } from '../http/paging.ts';

const attachment = z.strictObject({ nic: nicLabel, channel });
const entry = attachment.extend({
  nic: nicLabel.meta({ description: 'Name of a NIC of the node that is on the network', examples: ['eth0'] }),
  project: projectLabel.nullable().meta({ description: 'Project that has the node; null where it is free', examples: ['blue'] }),
  attachments: z.array(attachment).min(1).meta({ description: 'Every NIC of the node that is on the network' }),
});

/** Lists the nodes on a network. `nic` and `channel` are one of a node's attachments; `attachments` has them all. */
export const listNetworkAttachments = reading({
  id: 'list_network_attachments',
  summary: 'List the nodes on a network, of all projects or of one',
  method: 'GET',
  path: '/network/{network}/attachments',
  access: 'user',
  params: z.strictObject({ network: networkLabel }),
  query: paging.extend({
    project: projectLabel
      .optional()
      .meta({ description: 'Project whose nodes are listed; all where it is left out', examples: ['blue'] }),
  }),
  result: z.record(nodeLabel, entry),
  refusals: {
    unknown_network: ['NotFoundError', 'no network has this name'],
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_network: ['AuthorizationError', "only the network's owner sees the nodes of every project on it"],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project, or the network is not open to it'],
  },

  async read({ sql, caller, refuse }, { params, query }) {
    const found = await listAttachments(sql, params.network, query.project, query);
    if (!found) throw refuse('unknown_network', `there is no network ${params.network}`);
    const { ownerId, isPublic, access, projectId } = found;
    if (query.project !== undefined && projectId === null) {
      throw refuse('unknown_project', `there is no project ${query.project}`);
    }
    if (!mayActFor(caller, ownerId)) {
      if (projectId === null) {
        throw refuse(
          'not_your_network',
          `network ${params.network} is not yours: name a project of yours as "project" to see that project's nodes`,
        );
      }
      if (!mayActFor(caller, projectId) || !(isPublic || access.includes(projectId))) {
        throw refuse(
          'not_your_project',
          `you do not act for project ${query.project}, or network ${params.network} is not open to it`,
        );
      }
    }
    return pageOf(
      found.nodes,
      query,
      (nodes) =>
        Object.fromEntries(
          nodes.map(({ node, project, attachments }) => [
            node,
            { ...attachments.reduce((_, next) => next), project, attachments },
          ]),
        ),
      ({ node }) => node,
    );
  },
});
