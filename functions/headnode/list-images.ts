import { z } from 'zod';
import { listTemplates } from '../../db/queries/vm-hosts.ts';
import { imageLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { pageOfLabels, paging } from '../http/paging.ts';

/** Lists the images that a headnode can be created from, with any agent. */
export const listHeadnodeImages = reading({
  id: 'list_headnode_images',
  summary: 'List the images that headnodes can be created from',
  method: 'GET',
  path: '/headnode_images',
  access: 'user',
  params: nothing,
  query: paging,
  result: z.array(imageLabel),
  refusals: {},

  async read({ sql }, { query }) {
    return pageOfLabels(await listTemplates(sql, query), query);
  },
});
