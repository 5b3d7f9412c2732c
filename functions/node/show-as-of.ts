import { z } from 'zod';
import { readNodeAsOf } from '../../db/queries/node-as-of.ts';
import { channel, networkLabel, nicLabel, nodeLabel, projectLabel, timestamp, timeWithZone } from '../http/labels.ts';
import { reading } from '../http/operation.ts';

const since = z
  .strictObject({
    at: timestamp.meta({ description: 'When, in UTC, to the microsecond', examples: ['2026-03-02T09:30:00.000000Z'] }),
    actor: z
      .string()
      .nullable()
      .meta({ description: 'Who did it; null: nobody knows', examples: ['ada'] }),
  })
  .nullable()
  .meta({ description: 'The change before; null: it is older than what is known' });

/** Shows who had a node at a time, and which networks were on its NICs, by what the audit tells of later changes. */
export const showNodeAsOf = reading({
  id: 'show_node_as_of',
  summary: 'Show which project had a node at a given time, and which networks were on its NICs',
  method: 'GET',
  path: '/node/{node}/as_of',
  access: 'admin',
  params: z.strictObject({ node: nodeLabel }),
  query: z.strictObject({
    at: timeWithZone.optional().meta({
      description: 'The time, of ISO 8601 with its zone; now unless given. At the time of a change it is after it',
      examples: ['2026-03-02T09:30:00Z'],
    }),
  }),
  result: z.strictObject({
    node: nodeLabel,
    at: timestamp.meta({ description: 'The time, in UTC', examples: ['2026-03-02T09:30:00.000000Z'] }),
    exists: z.boolean().meta({ description: 'Whether there was a node of this name', examples: [true] }),
    project: projectLabel.nullable().meta({ description: 'Name of the project that had it; null: none', examples: ['blue'] }),
    since,
    networks: z
      .array(z.strictObject({ nic: nicLabel, channel, network: networkLabel, since }))
      .meta({ description: 'Which networks were on its NICs' }),
  }),
  refusals: {
    unknown_node: ['NotFoundError', 'no node has this name, and none is known to have had it'],
    unknown_then: [
      'NotFoundError',
      'nothing is known of that time: it is before the audit began or to come, or it was forgotten',
    ],
  },

  async read({ sql, refuse }, { params: { node }, query }) {
    const { isKnown, knownFrom, isNode, at, state, since: before, networks } = await readNodeAsOf(sql, node, query.at);
    if (!isNode) throw refuse('unknown_node', `there is no node ${node}, and none is known to have been`);
    if (!isKnown)
      throw refuse('unknown_then', `nothing is known of ${at}: the audit reaches from ${knownFrom ?? 'never'} to now`);
    return { node, at, exists: state !== null, project: state?.project ?? null, since: before, networks };
  },
});
