import { z } from 'zod';
import { sealingPublicKey, thumbprint } from '../../db/commands/seal.ts';
import { vmHostReport } from '../../db/devices/vm-host.ts';
import { showAgent as readAgent } from '../../db/queries/agents.ts';
import { readReport } from '../../db/queries/vm-hosts.ts';
import { agentLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { agentAlive, agentBacklog, agentSeenAt, agentVersion } from '../rules/agent-fields.ts';

/** Shows an agent: its key, when it was last there, what it looks after, how much it has yet to do, and what its host offers for headnodes. */
export const showAgent = reading({
  id: 'show_agent',
  summary: 'Show an agent: its key, when it was last seen, its devices, its backlog and its host of headnodes',
  method: 'GET',
  path: '/agent/{agent}',
  access: 'admin',
  params: z.strictObject({ agent: agentLabel }),
  query: nothing,
  result: z.strictObject({
    name: agentLabel,
    public_key: sealingPublicKey.meta({ description: 'Public key to which the logins of its devices are sealed' }),
    thumbprint: z.string().meta({
      description: 'Fingerprint of the public key (RFC 7638)',
      examples: ['uzKdyYtDgkkBtaVhqmPcFQr2Bvf0k0TfKSZKPxuhS9g'],
    }),
    alive: agentAlive,
    last_seen_at: agentSeenAt,
    version: agentVersion,
    devices: z
      .array(z.string().meta({ description: 'Kind and name of a device', examples: ['switch/nexus-01'] }))
      .meta({ description: 'Devices that the agent looks after' }),
    sealed_to_other_keys: z
      .array(z.string().meta({ description: 'Kind and name of a device', examples: ['switch/nexus-01'] }))
      .meta({
        description:
          'Devices whose credentials are sealed to another key than this one: the agent seals them again while it has that key; otherwise they have to be given again',
      }),
    backlog: agentBacklog,
    vm_host: vmHostReport
      .extend({ used: vmHostReport.shape.limits.meta({ description: 'What its headnodes have of the limits' }) })
      .nullable()
      .meta({ description: 'What its host offers for headnodes; null: it has none' }),
  }),
  refusals: {
    unknown_agent: ['NotFoundError', 'no agent has this name'],
  },

  async read({ sql, refuse }, { params }) {
    const agent = await readAgent(sql, params.agent);
    if (!agent) throw refuse('unknown_agent', `there is no agent ${params.agent}: GET /v0/agents lists those there are`);
    const { publicKey, isAlive, lastSeenAt, version, devices, sealedToOtherKeys, backlog, vmHost, used } = agent;
    return {
      name: params.agent,
      public_key: publicKey,
      thumbprint: await thumbprint(publicKey),
      alive: isAlive,
      last_seen_at: lastSeenAt,
      version,
      devices,
      sealed_to_other_keys: sealedToOtherKeys,
      backlog,
      vm_host: vmHost === null ? null : { ...readReport(vmHost), used },
    };
  },
});
