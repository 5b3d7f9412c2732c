import { z } from 'zod';
import { listNodes as readNodes } from '../../db/queries/nodes.ts';
import { nodeLabel } from '../http/labels.ts';
import { reading } from '../http/operation.ts';
import { pageOfLabels, paging } from '../http/paging.ts';

/** Lists all nodes, or those that can be reserved. */
export const listNodes = reading({
  id: 'list_nodes',
  summary: 'List all nodes, or the free ones',
  method: 'GET',
  path: '/nodes/{is_free}',
  access: 'user',
  params: z.strictObject({
    is_free: z
      .enum(['free', 'all'], 'must be "free" or "all"')
      .meta({ description: 'Which nodes: those that no project has, or all', examples: ['free'] }),
  }),
  query: paging,
  result: z.array(nodeLabel),
  refusals: {},

  async read({ sql }, { params, query }) {
    return pageOfLabels(await readNodes(sql, params.is_free, query), query);
  },
});
