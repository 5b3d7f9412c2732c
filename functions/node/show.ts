import { z } from 'zod';
import { bmcSettings, obmType } from '../../db/devices/obm.ts';
import { showNode as readNode } from '../../db/queries/show-node.ts';
import { mayActFor } from '../http/caller.ts';
import {
  agentLabel,
  channel,
  macAddress,
  metadataLabel,
  networkLabel,
  nicLabel,
  nodeLabel,
  portLabel,
  projectLabel,
  switchLabel,
  timestamp,
} from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';

const enabled = z.boolean().meta({ description: 'Whether users can reach the BMC', examples: [true] });

/** Shows a node. Where its NICs are cabled, and where its BMC is, is for administrators only. */
export const showNode = reading({
  id: 'show_node',
  summary: 'Show a node: its project, NICs, networks and metadata',
  method: 'GET',
  path: '/node/{node}',
  access: 'user',
  params: z.strictObject({ node: nodeLabel }),
  query: nothing,
  result: z.strictObject({
    name: nodeLabel,
    project: projectLabel.nullable().meta({ description: 'Project that has the node; null means the node is free' }),
    nics: z.array(
      z.strictObject({
        label: nicLabel,
        macaddr: macAddress,
        port: portLabel.nullable().optional().meta({
          description: 'Switch port that the NIC is cabled to, null if to none; for administrators only',
        }),
        switch: switchLabel.nullable().optional().meta({
          description: 'Switch that the NIC is cabled to, null if to none; for administrators only',
        }),
        networks: z.record(channel, networkLabel).meta({ description: 'The networks that the NIC is on, by channel' }),
      }),
    ),
    metadata: z.record(metadataLabel, z.string().meta({ description: 'Value of the entry, as JSON text', examples: ['"A7"'] })),
    obm: z.discriminatedUnion('type', [
      z.strictObject({
        type: obmType.meta({ description: 'How an agent reaches the BMC', examples: ['ipmi'] }),
        enabled,
        host: z
          .string()
          .optional()
          .meta({
            description: 'Address or DNS name of the BMC; for administrators only',
            examples: ['10.0.7.11'],
          }),
        port: z
          .int()
          .min(1)
          .max(65535)
          .optional()
          .meta({ description: 'UDP port of the BMC; for administrators only', examples: [623] }),
        ...bmcSettings.shape,
        agent: agentLabel.optional().meta({ description: 'Agent that reaches the BMC; for administrators only' }),
        last_contact_at: timestamp.nullable().optional().meta({
          description: 'When the BMC last answered an agent, in UTC; null: never; for administrators only',
        }),
      }),
      z.strictObject({
        type: z.literal('obmd').meta({ description: 'The BMC is reached through obmd', examples: ['obmd'] }),
        enabled,
        uri: z
          .string()
          .optional()
          .meta({
            description: 'Address of the node at obmd; for administrators only',
            examples: ['https://obmd.example.org/node/node-01'],
          }),
      }),
    ]),
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
