import { z } from 'zod';
import { listConsoles } from '../../db/queries/consoles.ts';
import { mayActFor } from '../http/caller.ts';
import { label } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';

/** Lists the logs of the serial console of a node, one for each reservation: those of the caller's projects, all for administrators. */
export const listConsoleLogs = reading({
  id: 'list_console_logs',
  summary: 'List the logs of the serial console of a node',
  method: 'GET',
  path: '/node/{node}/console/logs',
  access: 'user',
  params: z.strictObject({ node: label }),
  query: nothing,
  result: z.array(
    z.strictObject({
      id: z.int(),
      /** Null: the node was free, or the project was deleted since. */
      project: z.string().nullable(),
      opened_at: z.iso.datetime(),
      released_at: z.iso.datetime().nullable(),
      bytes: z.int(),
    }),
  ),
  refusals: { unknown_node: ['NotFoundError', 'no node has this name'] },

  async read({ sql, caller, refuse }, { params }) {
    const consoles = await listConsoles(sql, params.node);
    if (!consoles) throw refuse('unknown_node', `there is no node ${params.node}`);
    return consoles
      .filter(({ projectId }) => mayActFor(caller, projectId))
      .map(({ id, project, openedAt, releasedAt, bytes }) => ({
        id,
        project,
        opened_at: openedAt,
        released_at: releasedAt,
        bytes,
      }));
  },
});
