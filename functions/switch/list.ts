import { z } from 'zod';
import { listSwitches as readSwitches } from '../../db/queries/switches.ts';
import { switchLabel } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { pageOfLabels, paging } from '../http/paging.ts';

/** Lists the names of all switches. */
export const listSwitches = reading({
  id: 'list_switches',
  summary: 'List switches',
  method: 'GET',
  path: '/switches',
  access: 'admin',
  params: nothing,
  query: paging,
  result: z.array(switchLabel),
  refusals: {},

  async read({ sql }, { query }) {
    return pageOfLabels(await readSwitches(sql, query), query);
  },
});
