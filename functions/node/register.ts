import { z } from 'zod';
import { seal } from '../../db/commands/seal.ts';
import { type Obm, obm } from '../../db/devices/obm.ts';
import { nodeMetadata, nodes } from '../../db/schema.ts';
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

  async write({ tx, services, refuse }, { params, body }) {
    const agent = body.obm || body.agent !== undefined ? await chooseAgent(tx, body.agent) : null;
    if (typeof agent === 'string') throw refuse('no_agent', noAgentMessage(agent, body.agent));
    const [node] = await tx
      .insert(nodes)
      .values({ label: params.node, agentId: agent?.id ?? null, ...(await bmcColumns(services, params.node, body, agent)) })
      .onConflictDoNothing()
      .returning({ id: nodes.id });
    if (!node) throw refuse('duplicate_node', `there is a node ${params.node} already`);
    const metadata = Object.entries(body.metadata).map(([label, value]) => ({
      nodeId: node.id,
      label,
      value: JSON.stringify(value),
    }));
    if (metadata.length > 0) await tx.insert(nodeMetadata).values(metadata);
    return undefined;
  },
});

/** Neither the obmd token nor the BMC's password reaches the database in clear. */
async function bmcColumns(
  services: Services,
  node: string,
  body: { obmd?: Obmd | undefined; obm?: Obm | undefined },
  agent: ChosenAgent | null,
) {
  if (body.obmd) return { obmdUri: body.obmd.uri, obmdToken: services.secrets.encrypt(body.obmd.admin_token) };
  if (!body.obm || !agent) throw new Error('a node needs obmd, or obm and an agent');
  const { type, host, port, user, password } = body.obm;
  const obmSealed = await seal(agent.key, { device: `bmc/${node}`, hostname: host, port }, { user, password });
  return { obmType: type, obmHost: host, obmPort: port, obmSealed };
}
