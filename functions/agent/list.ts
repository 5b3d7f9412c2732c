import { z } from 'zod';
import { listAgents as readAgents } from '../../db/queries/agents.ts';
import { agentLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { pageOfLabels, paging } from '../http/paging.ts';

/** Lists the names of all agents. */
export const listAgents = reading({
  id: 'list_agents',
  summary: 'List agents',
  method: 'GET',
  path: '/agents',
  access: 'admin',
  params: nothing,
  query: paging,
  result: z.array(agentLabel),
  refusals: {},

  async read({ sql }, { query }) {
    return pageOfLabels(await readAgents(sql, query), query);
  },
});
