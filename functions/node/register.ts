import { z } from 'zod';
import { seal } from '../../db/commands/seal.ts';
import { type Obm, obm } from '../../db/devices/obm.ts';
import { agentLabel, label, plainText } from '../http/labels.ts';
import { empty, writing } from '../http/operation.ts';
import { type ChosenAgent, chooseAgent, noAgentMessage } from '../rules/agent-choice.ts';
import type { Services } from '../services.ts';

const obmd = z.strictObject({
  uri: plainText
    .regex(/^https?:/i, 'must be an http or https URL')
    .regex(/^[^:]*:(?!\/*[^/?#]*@)/, 'must not contain a user name or password: the token belongs in admin_token'),
  admin_token: z.string(),
});
type Obmd = z.output<typeof obmd>;

/** Registers a node: free, without NICs. Its BMC is reached through an obmd service, or by an agent. */
export const registerNode = writing({
  id: 'node_register',
  summary: 'Register a node',
  method: 'PUT',
  path: '/node/{node}',
  access: 'admin',
  params: z.strictObject({ node: label }),
  body: z
    .strictObject({
      obmd: obmd.optional(),
      obm: obm.optional(),
      metadata: z.record(label, z.json()).default({}),
      agent: agentLabel.optional(),
    })
    .refine((body) => (body.obmd === undefined) !== (body.obm === undefined), {
      path: ['obm'],
      error: 'give obm or obmd, and not both',
    }),
  result: empty,
  refusals: {
    duplicate_node: ['DuplicateError', 'a node has this name already'],
    no_agent: ['BadArgumentError', 'no agent has this name, or none was named and there is not exactly one'],
  },

  async writeOnce({ sql, services, refuse }, { params, body }) {
    const agent = body.obm || body.agent !== undefined ? await chooseAgent(services.database, body.agent) : null;
    if (typeof agent === 'string') throw refuse('no_agent', noAgentMessage(agent, body.agent));
    const bmc = await bmcColumns(services, params.node, body, agent);
    const metadata = Object.entries(body.metadata);
    const [node] = await sql`
      with node as (
        insert into nodes (label, agent_id, obmd_uri, obmd_token, obm_type, obm_host, obm_port, obm_sealed)
          values (${params.node}, ${agent?.id ?? null}, ${bmc.obmdUri}, ${bmc.obmdToken},
            ${bmc.obmType}, ${bmc.obmHost}, ${bmc.obmPort}, ${bmc.obmSealed})
          on conflict do nothing returning id),
      described as (
        insert into node_metadata (node_id, label, value)
          select node.id, fact.label, fact.value from node,
            unnest(${metadata.map(([label]) => label)}::text[], ${metadata.map(([, value]) => JSON.stringify(value))}::text[])
              as fact (label, value))
      select id from node`;
    if (!node) throw refuse('duplicate_node', `there is a node ${params.node} already`);
    return undefined;
  },
});

const noBmc = { obmdUri: null, obmdToken: null, obmType: null, obmHost: null, obmPort: null, obmSealed: null };

/** Neither the obmd token nor the BMC's password reaches the database in clear. */
async function bmcColumns(
  services: Services,
  node: string,
  body: { obmd?: Obmd | undefined; obm?: Obm | undefined },
  agent: ChosenAgent | null,
) {
  if (body.obmd) return { ...noBmc, obmdUri: body.obmd.uri, obmdToken: services.secrets.encrypt(body.obmd.admin_token) };
  if (!body.obm || !agent) throw new Error('a node needs obmd, or obm and an agent');
  const { type, host, port, user, password } = body.obm;
  const obmSealed = await seal(agent.key, { device: `bmc/${node}`, hostname: host, port }, { user, password });
  return { ...noBmc, obmType: type, obmHost: host, obmPort: port, obmSealed };
}
