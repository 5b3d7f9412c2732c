import { z } from 'zod';
import { findBmc } from '../../db/queries/bmcs.ts';
import { consoleState } from '../../db/queries/consoles.ts';
import { label } from '../http/labels.ts';
import { nothing, reading } from '../http/operation.ts';
import { ownConsole } from '../rules/console-open.ts';
import { bmcRefusals, ownBmc } from '../rules/obm-access.ts';

/** Tells how it stands with the serial console of a node: whether it is logged and connected, and who may type. */
export const showConsoleState = reading({
  id: 'show_console_state',
  summary: 'Show how it stands with the serial console of a node',
  method: 'GET',
  path: '/node/{node}/console/state',
  access: 'user',
  params: z.strictObject({ node: label }),
  query: nothing,
  result: z.strictObject({
    logging: z.boolean(),
    /** `closed`: it is not logged. `down`: the BMC cannot be reached, or gives no console; `problem` says why. */
    state: z.enum([...consoleState.options, 'closed']),
    since: z.iso.datetime().nullable(),
    problem: z.string().nullable(),
    writer: z.strictObject({ user: z.string(), since: z.iso.datetime() }).nullable(),
    /** The number of the log of this reservation. */
    log: z.int().nullable(),
    opened_at: z.iso.datetime().nullable(),
    bytes: z.int(),
  }),
  refusals: bmcRefusals,

  async read(context, { params }) {
    const node = ownBmc(context, await findBmc(context.services.database, params.node), params.node);
    const console = await ownConsole(context, node);
    if (!console) {
      return {
        logging: false,
        state: 'closed' as const,
        since: null,
        problem: null,
        writer: null,
        log: null,
        opened_at: null,
        bytes: 0,
      };
    }
    const { id, logging, state, stateSince, problem, writer, writerSince, openedAt, bytes } = console;
    return {
      logging,
      state: logging ? state : ('closed' as const),
      since: stateSince,
      problem: logging ? problem : null,
      writer: writer !== null && writerSince !== null ? { user: writer, since: writerSince } : null,
      log: id,
      opened_at: openedAt,
      bytes,
    };
  },
});
