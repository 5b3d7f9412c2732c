import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { agentBelongings, lockAgent } from '../../db/queries/agents.ts';
import { agents } from '../../db/schema.ts';
import { agentLabel } from '../http/labels.ts';
import { empty, nothing, writing } from '../http/operation.ts';

/** Deletes an agent that looks after nothing. What it did stays on record; its login in Postgres is the database administrator's to drop. */
export const deleteAgent = writing({
  id: 'agent_delete',
  summary: 'Delete an agent that looks after nothing',
  method: 'DELETE',
  path: '/agent/{agent}',
  access: 'admin',
  params: z.strictObject({ agent: agentLabel }),
  body: nothing,
  result: empty,
  refusals: {
    unknown_agent: ['NotFoundError', 'no agent has this name'],
    has_switches: ['BlockedError', 'a switch belongs to the agent'],
    has_nodes: ['BlockedError', 'a node belongs to the agent'],
    has_headnodes: ['BlockedError', 'a headnode is on the host of the agent'],
    has_commands: ['BlockedError', 'the agent has commands to finish'],
  },

  async write({ tx, refuse }, { params }) {
    const agent = await lockAgent(tx, params.agent);
    if (!agent) throw refuse('unknown_agent', `there is no agent ${params.agent}: GET /v0/agents lists those there are`);
    const belongings = await agentBelongings(tx, agent.id);
    if (belongings.switch !== undefined) {
      throw refuse(
        'has_switches',
        `switch ${belongings.switch} belongs to agent ${params.agent}: delete it, and register it under another agent`,
      );
    }
    if (belongings.node !== undefined) {
      throw refuse(
        'has_nodes',
        `node ${belongings.node} belongs to agent ${params.agent}: delete it, and register it under another agent`,
      );
    }
    if (belongings.headnode !== undefined) {
      throw refuse(
        'has_headnodes',
        `headnode ${belongings.headnode} is on the host of agent ${params.agent}: delete it first, which the agent has to do`,
      );
    }
    if (belongings.pending !== undefined) {
      throw refuse(
        'has_commands',
        `agent ${params.agent} has a command for ${belongings.pending} to finish: try again when it is DONE or ERROR`,
      );
    }
    await tx.delete(agents).where(eq(agents.id, agent.id));
    return undefined;
  },
});
