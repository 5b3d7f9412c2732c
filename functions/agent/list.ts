import { z } from 'zod';
import { listAgents as readAgents } from '../../db/queries/agents.ts';
import { agentLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { pageOf, paging } from '../http/paging.ts';
import { agentAlive, agentBacklog, agentSeenAt, agentVersion } from '../rules/agent-fields.ts';

/** Lists all agents, and how it stands with each. */
export const listAgents = reading({
  id: 'list_agents',
  summary: 'List agents: whether they are alive, their devices and backlogs',
  method: 'GET',
  path: '/agents',
  access: 'admin',
  params: nothing,
  query: paging,
  result: z.array(
    z.strictObject({
      name: agentLabel,
      alive: agentAlive,
      last_seen_at: agentSeenAt,
      version: agentVersion,
      devices: z
        .int()
        .min(0)
        .meta({ description: 'How many devices it looks after', examples: [42] }),
      backlog: agentBacklog,
    }),
  ),
  refusals: {},

  async read({ sql }, { query }) {
    return pageOf(
      await readAgents(sql, query),
      query,
      (agents) =>
        agents.map(({ label, isAlive, lastSeenAt, version, devices, backlog }) => ({
          name: label,
          alive: isAlive,
          last_seen_at: lastSeenAt,
          version,
          devices,
          backlog,
        })),
      ({ label }) => label,
    );
  },
});
