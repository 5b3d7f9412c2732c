import { z } from 'zod';
import { listTemplates } from '../../db/queries/vm-hosts.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists the images that a headnode can be created from, with any agent. */
export const listHeadnodeImages = reading({
  id: 'list_headnode_images',
  summary: 'List the images that headnodes can be created from',
  method: 'GET',
  path: '/headnode_images',
  access: 'user',
  params: nothing,
  query: nothing,
  result: z.array(z.string()),
  refusals: {},

  read: ({ sql }) => listTemplates(sql),
});
