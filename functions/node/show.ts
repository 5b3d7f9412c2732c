import { z } from 'zod';
import { bmcSettings } from '../../db/devices/obm.ts';
import { showNode as readNode } from '../../db/queries/show-node.ts';
import { mayActFor } from '../http/caller.ts';
import { label } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';

/** Shows a node. Where its NICs are cabled, and where its BMC is, is for administrators only. */
export const showNode = reading({
  id: 'show_node',
  summary: 'Show a node: its project, NICs, networks and metadata',
  method: 'GET',
  path: '/node/{node}',
  access: 'user',
  params: z.strictObject({ node: label }),
  query: nothing,
  result: z.strictObject({
    name: z.string(),
    project: z.string().nullable(),
    nics: z.array(
      z.strictObject({
        label: z.string(),
        macaddr: z.string(),
        port: z.string().nullable().optional(),
        switch: z.string().nullable().optional(),
        networks: z.record(z.string(), z.string()),
      }),
    ),
    metadata: z.record(z.string(), z.string()),
    obm: z.strictObject({
      type: z.string(),
      enabled: z.boolean(),
      uri: z.string().optional(),
      host: z.string().optional(),
      port: z.int().optional(),
      ...bmcSettings.shape,
      agent: z.string().optional(),
      last_contact_at: z.iso.datetime().nullable().optional(),
    }),
  }),
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name'],
    not_your_node: ['AuthorizationError', 'the node is of a project that the caller does not act for'],
  },

  async read({ sql, caller, refuse }, { params }) {
    const node = await readNode(sql, params.node);
    if (!node) throw refuse('unknown_node', `there is no node ${params.node}`);
    if (node.projectId !== null && !mayActFor(caller, node.projectId)) {
      throw refuse('not_your_node', `node ${params.node} is of a project that you do not act for`);
    }
    const { project, nics, metadata, obm } = node;
    const { type, enabled } = obm;
    if (caller.isAdmin) return { name: params.node, project, nics, metadata, obm };
    const shown = nics.map(({ label, macaddr, networks }) => ({ label, macaddr, networks }));
    return { name: params.node, project, nics: shown, metadata, obm: { type, enabled } };
  },
});
