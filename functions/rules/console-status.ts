import { z } from 'zod';
import { consoleState, type ShownConsole } from '../../db/queries/consoles.ts';

/** What is answered to whoever asks how it stands with a console. */
export const consoleStatus = z.strictObject({
  logging: z.boolean(),
  /** `closed`: it is not logged. `down`: the machine cannot be reached, or gives no console; `problem` says why. */
  state: z.enum([...consoleState.options, 'closed']),
  since: z.iso.datetime().nullable(),
  problem: z.string().nullable(),
  writer: z.strictObject({ user: z.string(), since: z.iso.datetime() }).nullable(),
  /** The number of its log. */
  log: z.int().nullable(),
  opened_at: z.iso.datetime().nullable(),
  bytes: z.int(),
});

/** How it stands with a console; undefined: nobody has opened it yet. */
export function consoleStatusOf(console: ShownConsole | undefined): z.output<typeof consoleStatus> {
  if (!console) {
    return { logging: false, state: 'closed', since: null, problem: null, writer: null, log: null, opened_at: null, bytes: 0 };
  }
  const { id, logging, state, stateSince, problem, writer, writerSince, openedAt, bytes } = console;
  return {
    logging,
    state: logging ? state : 'closed',
    since: stateSince,
    problem: logging ? problem : null,
    writer: writer !== null && writerSince !== null ? { user: writer, since: writerSince } : null,
    log: id,
    opened_at: openedAt,
    bytes,
  };
}
