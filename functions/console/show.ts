import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Connection } from '../../db/client.ts';
import { leaveWriter, listConsoles, type ShownConsole, takeWriter } from '../../db/queries/consoles.ts';
import { mayActFor } from '../http/caller.ts';
import { label } from '../http/labels.ts';
import { type Context, Redirect } from '../http/operation.ts';
import { streaming, upgraded } from '../http/streaming.ts';
import { openConsole, ownConsole } from '../rules/console-open.ts';
import { obmRefusals, reachBmc } from '../rules/obm-access.ts';
import { bodyOf } from './stream/body.ts';
import { SUBPROTOCOL } from './stream/dialect.ts';
import { plainBytes } from './stream/plain.ts';
import { type Replay, startOf } from './stream/replay.ts';
import { type Session, serveSession, writerName } from './stream/session.ts';
import { type ConsoleEvent, showConsole as showLive, showLog, type Viewing } from './stream/view.ts';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `90s`, `15m`, `2h` or `1d` ago, or a time of ISO 8601. */
const moment = z.union(
  [
    z
      .string()
      .regex(/^\d{1,6}[smhd]$/)
      .transform((text) => new Date(Date.now() - Number.parseInt(text, 10) * secondsOf(text) * 1000)),
    z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  ],
  'must be a time such as 2026-02-03T04:05:06Z, or so long ago: 90s, 15m, 2h, 1d',
);

function secondsOf(text: string): number {
  const found = Object.entries(SECONDS).find(([unit]) => text.endsWith(unit));
  return found ? found[1] : 1;
}

const query = z
  .strictObject({
    tail: z
      .string()
      .regex(/^\d{1,6}$/, 'must be a number of lines from 0 to 100000')
      .transform(Number)
      .pipe(z.int().max(100_000, 'must be a number of lines from 0 to 100000'))
      .optional(),
    since: moment.optional(),
    follow: z.enum(['true', 'false'], 'must be true or false').optional(),
    log: z
      .string()
      .regex(/^[1-9]\d{0,14}$/, 'must be the number of a log')
      .transform(Number)
      .optional(),
    write: z.enum(['take', 'steal'], 'must be take or steal').optional(),
  })
  .refine(({ tail, since }) => tail === undefined || since === undefined, { path: ['since'], error: 'goes without tail' })
  .refine(({ log, follow }) => log === undefined || follow !== 'true', { path: ['follow'], error: 'a log has an end' })
  .refine(({ write, follow, log }) => write === undefined || (follow !== 'false' && log === undefined), {
    path: ['write'],
    error: 'nobody types into a log',
  });

const refusals = {
  ...obmRefusals,
  unknown_log: ['NotFoundError', 'the node has no log of this number'],
  not_your_log: ['AuthorizationError', 'the log is of a project that the caller does not act for'],
  no_web_socket_asked: ['BadArgumentError', '`write` was given, and only a WebSocket can type'],
  console_taken: ['BlockedError', 'somebody else has the right to type'],
} as const;

/**
 * Shows the serial console of a node: the last lines of what was logged, and then what it says, until the client leaves or the node is
 * released. With `follow=false` or `log` only what was logged. Opens the console where it is not open. A client that asks for a WebSocket
 * gets one, and may type.
 */
export const showConsole = streaming({
  id: 'show_console',
  summary: 'Show what the serial console of a node said last and says now, or type into it',
  path: '/node/{node}/console',
  access: 'user',
  params: z.strictObject({ node: label }),
  query,
  refusals,

  async stream(context, { params, query: asked }) {
    const { sql, services, refuse, client } = context;
    const { webSocket } = client;
    if (asked.write !== undefined && !webSocket) {
      throw refuse('no_web_socket_asked', 'only a WebSocket types: ask for one at this address, or POST to .../console/input');
    }
    const isLive = asked.log === undefined && asked.follow !== 'false';
    const found =
      asked.log === undefined
        ? await presentConsole(context, params.node, isLive)
        : await earlierLog(context, params.node, asked.log);
    if (found instanceof Redirect) return found;
    const replay: Replay = asked.since === undefined ? { tail: asked.tail ?? 100 } : { since: asked.since };
    const viewing = found && (await viewingOf(context, found, replay));
    const events = (gone: AbortSignal) => (!viewing ? showNothing() : isLive ? showLive(viewing, gone) : showLog(viewing));

    if (webSocket) {
      const session = await sessionOf(context, params.node, isLive ? found : undefined, asked.write);
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
  },
});

type Asked = Context<typeof refusals> & { readonly sql: Connection };

/** The console of the node's present reservation, opened if it is to be. Undefined: there is none yet. */
async function presentConsole(asked: Asked, label: string, opens: boolean): Promise<ShownConsole | Redirect | undefined> {
  const { services } = asked;
  const node = await reachBmc({ ...asked, tx: services.database }, label, 'console');
  if (node instanceof Redirect) return node;
  const found = await ownConsole(asked, node);
  if (!opens || (found?.logging && found.state === 'open')) return found;
  const opened = await services.database.transaction(async (tx) => {
    const now = await reachBmc({ ...asked, tx }, label, 'console');
    if (!(now instanceof Redirect)) await openConsole(tx, services, now);
    return now;
  });
  return opened instanceof Redirect ? opened : ownConsole(asked, opened);
}

async function earlierLog({ sql, caller, refuse }: Asked, label: string, id: number): Promise<ShownConsole> {
  const consoles = await listConsoles(sql, label);
  if (!consoles) throw refuse('unknown_node', `there is no node ${label}`);
  const log = consoles.find((each) => each.id === id);
  if (!log) throw refuse('unknown_log', `node ${label} has no log ${id}: GET /v0/node/${label}/console/logs lists them`);
  if (!mayActFor(caller, log.projectId)) throw refuse('not_your_log', `log ${id} is of a project that you do not act for`);
  return log;
}

async function viewingOf({ sql, services, caller }: Asked, console: ShownConsole, replay: Replay): Promise<Viewing> {
  const { consoles, callers } = services;
  return { sql, consoles, callers, caller, console, start: await startOf(sql, console.id, console.newest, replay) };
}

/** A WebSocket's place at a console, with the right to type where it asks for that. */
async function sessionOf(
  { sql, services, caller, refuse }: Asked,
  node: string,
  console: ShownConsole | undefined,
  write: 'take' | 'steal' | undefined,
): Promise<Session> {
  const session = randomUUID();
  if (console && write && !(await takeWriter(sql, console.id, { user: writerName(caller), session }, write === 'steal'))) {
    throw refuse(
      'console_taken',
      `${console.writer ?? 'somebody else'} has the right to type into the console of node ${node}: ?write=steal takes it from them`,
    );
  }
  return { services, sql, caller, node, console: console?.id, session, mayType: write !== undefined };
}

async function* showNothing(): AsyncGenerator<ConsoleEvent, void> {}
