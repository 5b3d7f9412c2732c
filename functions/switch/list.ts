import { z } from 'zod';
import { listSwitches as readSwitches } from '../../db/queries/switches.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists the names of all switches. */
export const listSwitches = reading({
  id: 'list_switches',
  summary: 'List switches',
  method: 'GET',
  path: '/switches',
  access: 'admin',
  params: nothing,
  query: nothing,
  result: z.array(z.string()),
  refusals: {},

  read: ({ sql }) => readSwitches(sql),
});
