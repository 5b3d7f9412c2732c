import { z } from 'zod';
import type { ShownConsole } from '../../db/queries/consoles.ts';
import { projectLabel, timestamp } from '../http/labels.ts';

/** What a log is known by. */
export const logNumber = z.int().meta({ description: 'Number of the log', examples: [42] });

/** How much of a log there is. */
export const logSize = z
  .int()
  .min(0)
  .meta({ description: 'Size of the log in bytes', examples: [18_231] });

/** What is answered to whoever asks for the logs of a machine's consoles. */
export const consoleLogs = z.array(
  z.strictObject({
    id: logNumber,
    project: projectLabel.nullable().meta({
      description: 'Project that had the machine; null if it was free, or if the project was deleted since',
    }),
    opened_at: timestamp.meta({ description: 'When the console was opened first, in UTC' }),
    released_at: timestamp.nullable().meta({ description: 'When the node was released, in UTC; null: the log may grow' }),
    bytes: logSize,
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
