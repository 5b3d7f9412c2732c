import { z } from 'zod';
import { sealingPublicKey, thumbprint } from '../../db/commands/seal.ts';
import { vmHostReport } from '../../db/devices/vm-host.ts';
import { showAgent as readAgent } from '../../db/queries/agents.ts';
import { readReport } from '../../db/queries/vm-hosts.ts';
import { agentLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';

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
    name: z.string(),
    public_key: sealingPublicKey,
    thumbprint: z.string(),
    last_seen_at: z.iso.datetime().nullable(),
    version: z.string().nullable(),
    devices: z.array(z.string()),
    backlog: z.int(),
    /** Null: there are no headnodes. */
    vm_host: vmHostReport.extend({ used: vmHostReport.shape.limits }).nullable(),
  }),
  refusals: {
    unknown_agent: ['NotFoundError', 'no agent has this name'],
  },

  async read({ sql, refuse }, { params }) {
    const agent = await readAgent(sql, params.agent);
    if (!agent) throw refuse('unknown_agent', `there is no agent ${params.agent}: GET /v0/agents lists those there are`);
    const { publicKey, lastSeenAt, version, devices, backlog, vmHost, used } = agent;
    return {
      name: params.agent,
      public_key: publicKey,
      thumbprint: await thumbprint(publicKey),
      last_seen_at: lastSeenAt,
      version,
      devices,
      backlog,
      vm_host: vmHost === null ? null : { ...readReport(vmHost), used },
    };
  },
});
