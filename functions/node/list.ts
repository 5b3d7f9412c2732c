import { z } from 'zod';
import { listFreeNodes, listNodes as readNodes } from '../../db/queries/nodes.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists all nodes, or those that can be reserved. */
export const listNodes = reading({
  id: 'list_nodes',
  summary: 'List all nodes, or the free ones',
  method: 'GET',
  path: '/nodes/{is_free}',
  access: 'user',
  params: z.strictObject({ is_free: z.enum(['free', 'all'], 'must be "free" or "all"') }),
  query: nothing,
  result: z.array(z.string()),
  refusals: {},

  async read({ sql }, { params }) {
    return params.is_free === 'free' ? listFreeNodes(sql) : readNodes(sql);
  },
});
