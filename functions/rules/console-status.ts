import { z } from 'zod';
import { consoleState, type ShownConsole } from '../../db/queries/consoles.ts';
import { timestamp } from '../http/labels.ts';
import { logNumber, logSize } from './console-logs.ts';

/** What is answered to whoever asks how it stands with a console. */
export const consoleStatus = z.strictObject({
  logging: z.boolean().meta({ description: 'Whether what it says is logged', examples: [true] }),
  state: z.enum([...consoleState.options, 'closed']).meta({
    description: 'How it stands with it; closed: it is not logged; down: the machine gives no console now, see problem',
    examples: ['open'],
  }),
  since: timestamp.nullable().meta({ description: 'Since when it has this state, in UTC; null if it was never opened' }),
  problem: z
    .string()
    .nullable()
    .meta({
      description: 'Why it is down; null if it is not',
      examples: [null],
    }),
  writer: z
    .strictObject({
      user: z.string().meta({ description: 'Caller that may type', examples: ['ada'] }),
      since: timestamp.meta({ description: 'Since when, in UTC' }),
    })
    .nullable()
    .meta({ description: 'Who may type; null if nobody has taken the right' }),
  log: logNumber.nullable().meta({ description: 'Number of its log; null if it was never opened' }),
  opened_at: timestamp.nullable().meta({ description: 'When it was opened first, in UTC; null if never' }),
  bytes: logSize,
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
