import { z } from 'zod';
import { listAttachments, type NetworkAttachments } from '../../db/queries/show-network.ts';
import { mayActFor } from '../http/caller.ts';
import { label } from '../http/labels.ts';
import { reading } from '../http/operation.ts';

const attachment = z.strictObject({ nic: z.string(), channel: z.string() });
type Entry = z.output<typeof attachment> & { project: string | null; attachments: z.output<typeof attachment>[] };

/** Lists the nodes on a network. `nic` and `channel` are one of a node's attachments; `attachments` has them all. */
export const listNetworkAttachments = reading({
  id: 'list_network_attachments',
  summary: 'List the nodes on a network, of all projects or of one',
  method: 'GET',
  path: '/network/{network}/attachments',
  access: 'user',
  params: z.strictObject({ network: label }),
  query: z.strictObject({ project: label.optional() }),
  result: z.record(z.string(), attachment.extend({ project: z.string().nullable(), attachments: z.array(attachment).min(1) })),
  refusals: {
    unknown_network: ['NotFoundError', 'no network has this name'],
    unknown_project: ['NotFoundError', 'no project has this name'],
    not_your_network: ['AuthorizationError', "only the network's owner sees the nodes of every project on it"],
    not_your_project: ['AuthorizationError', 'the caller does not act for the project, or the network is not open to it'],
  },

  async read({ sql, caller, refuse }, { params, query }) {
    const found = await listAttachments(sql, params.network, query.project);
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
    return byNode(found.attachments);
  },
});

function byNode(attachments: NetworkAttachments['attachments']): Record<string, Entry> {
  const nodes = new Map<string, Entry>();
  for (const { node, nic, channel, project } of attachments) {
    const earlier = nodes.get(node)?.attachments ?? [];
    nodes.set(node, { nic, channel, project, attachments: [...earlier, { nic, channel }] });
  }
  return Object.fromEntries(nodes);
}
