import { z } from 'zod';
import { listAgents as readAgents } from '../../db/queries/agents.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists the names of all agents. */
export const listAgents = reading({
  id: 'list_agents',
  summary: 'List agents',
  method: 'GET',
  path: '/agents',
  access: 'admin',
  params: nothing,
  query: nothing,
  result: z.array(z.string()),
  refusals: {},

  read: ({ sql }) => readAgents(sql),
});
