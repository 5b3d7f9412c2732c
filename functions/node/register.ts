import { z } from 'zod';
import { type Obm, obm } from '../../db/devices/obm.ts';
import { violates } from '../../db/queries/violation.ts';
import { agentLabel, metadataLabel, nodeLabel } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { type ChosenAgent, chooseAgent, noAgentMessage } from '../rules/agent-choice.ts';
import { addressRefusals, addressTakenMessage, type Obmd, obmColumns, obmd, obmdColumns } from '../rules/bmc-registration.ts';
import type { Services } from '../services.ts';

/** Registers a node: free, without NICs. Its BMC is reached through an obmd service, or by an agent. */
export const registerNode = writing({
  id: 'node_register',
  summary: 'Register a node',
  method: 'PUT',
  path: '/node/{node}',
  access: 'admin',
  params: z.strictObject({ node: nodeLabel }),
  body: z
    .strictObject({
      obmd: obmd.optional().meta({ description: 'How obmd reaches the BMC; this or obm, not both' }),
      obm: obm.optional().meta({ description: 'How an agent reaches the BMC; this or obmd, not both' }),
      metadata: z
        .record(metadataLabel, z.json().meta({ description: 'Any JSON value', examples: ['A7'] }))
        .default({})
        .meta({ description: 'What is to be known about the node, by name; nothing unless given' }),
      agent: agentLabel.optional().meta({
        description: 'Agent that reaches the BMC; needed with obm unless there is exactly one',
      }),
    })
    .refine((body) => (body.obmd === undefined) !== (body.obm === undefined), {
      path: ['obm'],
      error: 'give obm or obmd, and not both',
    }),
  result: empty,
  refusals: {
    duplicate_node: ['DuplicateError', 'a node has this name already'],
    no_agent: ['BadArgumentError', 'no agent has this name, or none was named and there is not exactly one'],
    ...addressRefusals,
  },

  async writeOnce({ sql, tx, entry, services, refuse }, { params, body }) {
    const agent = body.obm || body.agent !== undefined ? await chooseAgent(tx, body.agent) : null;
    if (typeof agent === 'string') throw refuse('no_agent', noAgentMessage(agent, body.agent));
    const bmc = await wayToBmc(services, params.node, body, agent);
    const metadata = Object.entries(body.metadata);
    const [node] = await sql`
      with node as (
        insert into nodes (label, agent_id, obmd_uri, obmd_token, obm_type, obm_host, obm_port, obm_settings, obm_sealed)
          values (${params.node}, ${agent?.id ?? null}, ${bmc.obmdUri}, ${bmc.obmdToken},
            ${bmc.obmType}, ${bmc.obmHost}, ${bmc.obmPort}, ${JSON.stringify(bmc.obmSettings)}::text::jsonb, ${bmc.obmSealed})
          on conflict (label) do nothing returning id),
      described as (
        insert into node_metadata (node_id, label, value)
          select node.id, fact.label, fact.value from node,
            unnest(${metadata.map(([label]) => label)}::text[], ${metadata.map(([, value]) => JSON.stringify(value))}::text[])
              as fact (label, value)),
      forgotten as (
        update devices set version = null, last_contact_at = null, moved_seq = last_seq
          where label = ${`bmc/${params.node}`} and exists (select from node)),
      recorded as (select record_request(${entry}::text::jsonb) from node)
      select id from node, recorded`.catch((error: unknown) => {
      if (violates(error, 'nodes_bmc_address') && body.obm) throw refuse('address_taken', addressTakenMessage(body.obm));
      throw error;
    });
    if (!node) throw refuse('duplicate_node', `there is a node ${params.node} already`);
    return undefined;
  },
});

function wayToBmc(
  services: Services,
  node: string,
  { obmd, obm }: { obmd?: Obmd | undefined; obm?: Obm | undefined },
  agent: ChosenAgent | null,
) {
  if (obmd) return obmdColumns(services, obmd);
  if (!obm || !agent) throw new Error('a node needs obmd, or obm and an agent');
  return obmColumns(agent, node, obm);
}
