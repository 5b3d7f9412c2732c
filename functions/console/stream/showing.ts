import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Connection } from '../../../db/client.ts';
import { leaveWriter, type ShownConsole, takeWriter } from '../../../db/queries/consoles.ts';
import { type Client, type Context, nothing, Redirect } from '../../http/operation.ts';
import { refuseReadOnly } from '../../http/read-only.ts';
import { recording } from '../../http/record.ts';
import { bodyOf } from '../../http/stream-body.ts';
import { upgraded } from '../../http/streaming.ts';
import { consolePath } from '../../rules/console-machine.ts';
import { openConsole } from '../../rules/console-open.ts';
import { SUBPROTOCOL } from './dialect.ts';
import { plainBytes } from './plain.ts';
import { type Replay, startOf } from './replay.ts';
import { type Session, serveSession, writerName } from './session.ts';
import type { TypingMachine } from './typist.ts';
import { type ConsoleEvent, showConsole as showLive, showLog, type Viewing } from './view.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90s`, `15m`, `2h` or `1d` ago, or a time of ISO 8601. */
const moment = z.union(
  [
    z
      .string()
      .regex(/^\d{1,6}[smhd]$/)
      .meta({ description: 'So long ago, in seconds, minutes, hours or days', examples: ['15m'] })
      .transform((text) => new Date(Date.now() - Number.parseInt(text, 10) * secondsOf(text) * 1000)),
    z.iso
      .datetime({ offset: true })
      .meta({ description: 'A time of ISO 8601', examples: ['2026-03-02T09:30:00Z'] })
      .transform((text) => new Date(text)),
  ],
  'must be a time such as 2026-02-03T04:05:06Z, or so long ago: 90s, 15m, 2h, 1d',
);

function secondsOf(text: string): number {
  const found = Object.entries(SECONDS).find(([unit]) => text.endsWith(unit));
  return found ? found[1] : 1;
}

/** What of a console is asked for, and whether the client wants to type. */
export const consoleQuery = z
  .strictObject({
    tail: z
      .string()
      .regex(/^\d{1,6}$/, 'must be a number of lines from 0 to 100000')
      .meta({ description: 'Begin with so many of the last lines, 0 to 100000; 100 unless given, or since', examples: ['100'] })
      .transform(Number)
      .pipe(z.int().max(100_000, 'must be a number of lines from 0 to 100000'))
      .optional(),
    since: moment.optional().meta({
      description: 'Begin with what was said then: a time of ISO 8601, or so long ago, such as 90s, 15m, 2h, 1d; not with tail',
    }),
    follow: z
      .enum(['true', 'false'], 'must be true or false')
      .optional()
      .meta({
        description: 'false: end with what is logged so far; true unless given, not with log',
        examples: ['false'],
      }),
    log: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'must be the number of a log')
      .meta({ description: 'Show this log, by its number, and end; the present one unless given', examples: ['42'] })
      .transform(Number)
      .optional(),
    write: z
      .enum(['take', 'steal'], 'must be take or steal')
      .optional()
      .meta({
        description: 'Type, by WebSocket: take the right to if nobody has it, or steal it; only watch unless given',
        examples: ['take'],
      }),
  })
  .refine(({ tail, since }) => tail === undefined || since === undefined, { path: ['since'], error: 'goes without tail' })
  .refine(({ log, follow }) => log === undefined || follow !== 'true', { path: ['follow'], error: 'a log has an end' })
  .refine(({ write, follow, log }) => write === undefined || (follow !== 'false' && log === undefined), {
    path: ['write'],
    error: 'nobody types into a log',
  });

/** Refusals of whatever shows a console, besides those of the machine. */
export const showingRefusals = {
  unknown_log: ['NotFoundError', 'the machine has no log of this number'],
  no_web_socket_asked: ['BadArgumentError', '`write` was given, and only a WebSocket can type'],
  console_taken: ['BlockedError', 'somebody else has the right to type'],
} as const;

type Asked = Context<typeof showingRefusals> & { readonly sql: Connection; readonly client: Client };

/** A machine whose console is to be shown. Everything here refuses a caller who may not use it. */
export interface ShownMachine extends TypingMachine {
  /** The operations that open it and that type a text into it: when one who is shown it does the same, it is recorded as that. */
  readonly start: 'start_console' | 'start_headnode_console';
  readonly input: 'console_input' | 'headnode_console_input';
  /** Its console as it is now, if it has one, or where else that is. */
  present(): Promise<ShownConsole | Redirect | undefined>;
  /** One of its logs, if it has that. */
  log(id: number): Promise<ShownConsole | undefined>;
}

/**
 * Shows the serial console of a machine: the last lines of what was logged, and then what it says, until the client leaves or there is a
 * reason to end. With `follow=false` or `log` only what was logged. Opens the console where it is not open. A client that asks for a
 * WebSocket gets one, and may type.
 */
export async function streamConsole(context: Asked, asked: z.output<typeof consoleQuery>, machine: ShownMachine) {
  const { sql, services, refuse, client } = context;
  const { webSocket } = client;
  if (asked.write !== undefined) refuseReadOnly(context.caller);
  if (asked.write !== undefined && !webSocket) {
    throw refuse('no_web_socket_asked', 'only a WebSocket types: ask for one at this address, or POST to .../console/input');
  }
  const isLive = asked.log === undefined && asked.follow !== 'false';
  const found =
    asked.log === undefined ? await presentConsole(context, machine, isLive) : await earlierLog(context, machine, asked.log);
  if (found instanceof Redirect) return found;
  const replay: Replay = asked.since === undefined ? { tail: asked.tail ?? 100 } : { since: asked.since };
  const viewing = found && (await viewingOf(context, machine, found, replay));
  const events = (gone: AbortSignal) => (!viewing ? showNothing() : isLive ? showLive(viewing, gone) : showLog(viewing));

  if (webSocket) {
    const session = await sessionOf(context, machine, isLive ? found : undefined, asked.write);
    try {
      const socket = await webSocket([SUBPROTOCOL]);
      void serveSession(session, socket, events(socket.gone));
    } catch (error) {
      if (session.mayType && found) await leaveWriter(sql, found.id, session.session);
      throw error;
    }
    return upgraded;
  }
  return bodyOf((gone) => plainBytes(events(gone)), {
    hangUp: client.hangUp,
    stopping: services.consoles.stopping,
    onError: (error) => services.log.error({ err: error }, 'a console could not be shown'),
  });
}

/** The console that a machine has now, opened if it is to be. Undefined: there is none yet. */
async function presentConsole(
  { services, caller, client }: Asked,
  machine: ShownMachine,
  opens: boolean,
): Promise<ShownConsole | Redirect | undefined> {
  const found = await machine.present();
  if (!opens || found instanceof Redirect || (found?.logging && (found.state === 'open' || caller.isReadOnly))) return found;
  refuseReadOnly(caller);
  const { start, of, label } = machine;
  const { record } = recording({ id: start, access: 'user' }, nothing, 'done')(caller, client.origin, { [of]: label }, {});
  const elsewhere = await services.database.transaction(async (tx) => {
    const reached = await machine.reach(tx, caller);
    if (reached instanceof Redirect) return reached;
    await openConsole(tx, services, reached, record);
    return undefined;
  });
  return elsewhere ?? machine.present();
}

async function earlierLog({ refuse }: Asked, machine: ShownMachine, id: number): Promise<ShownConsole> {
  const log = await machine.log(id);
  if (log) return log;
  const { of, label } = machine;
  throw refuse('unknown_log', `${of} ${label} has no log ${id}: GET ${consolePath(machine)}/logs lists them`);
}

async function viewingOf(
  { sql, services, caller }: Asked,
  { of }: ShownMachine,
  console: ShownConsole,
  replay: Replay,
): Promise<Viewing> {
  const { consoles } = services;
  return { sql, consoles, caller, of, console, start: await startOf(sql, console.id, console.newest, replay) };
}

/** A WebSocket's place at a console, with the right to type where it asks for that. */
async function sessionOf(
  { sql, services, caller, client, refuse }: Asked,
  machine: ShownMachine,
  console: ShownConsole | undefined,
  write: 'take' | 'steal' | undefined,
): Promise<Session> {
  const session = randomUUID();
  const { of, label, input } = machine;
  if (console && write && !(await takeWriter(sql, console.id, { user: writerName(caller), session }, write === 'steal'))) {
    throw refuse(
      'console_taken',
      `${console.writer ?? 'somebody else'} has the right to type into the console of ${of} ${label}: ?write=steal takes it from them`,
    );
  }
  const { record } = recording({ id: input, access: 'user' }, nothing, 'ordered')(
    caller,
    client.origin,
    { [of]: label },
    { web_socket: true },
  );
  return { services, sql, caller, machine, console: console?.id, session, mayType: write !== undefined, record };
}

async function* showNothing(): AsyncGenerator<ConsoleEvent, void> {}
