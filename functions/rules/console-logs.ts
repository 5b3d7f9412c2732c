import { z } from 'zod';
import type { ShownConsole } from '../../db/queries/consoles.ts';

/** What is answered to whoever asks for the logs of a machine's consoles. */
export const consoleLogs = z.array(
  z.strictObject({
    id: z.int(),
    /** Null: a node was free, or the project was deleted since. */
    project: z.string().nullable(),
    opened_at: z.iso.datetime(),
    /** Null: it may grow. */
    released_at: z.iso.datetime().nullable(),
    bytes: z.int(),
  }),
);

/** The logs of these consoles. */
export function consoleLogsOf(consoles: readonly ShownConsole[]): z.output<typeof consoleLogs> {
  return consoles.map(({ id, project, openedAt, releasedAt, bytes }) => ({
    id,
    project,
    opened_at: openedAt,
    released_at: releasedAt,
    bytes,
  }));
}
