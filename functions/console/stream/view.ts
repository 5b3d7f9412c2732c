import type { Connection } from '../../../db/client.ts';
import type { LabelledMachine } from '../../../db/devices/console.ts';
import { type Chunk, type ConsoleStatus, readChunks } from '../../../db/queries/consoles.ts';
import { type Caller, mayActFor } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { unavailable } from '../../http/unavailable.ts';
import type { ConsoleFeed, Seen } from './feed.ts';
import { type Start, shownOf } from './replay.ts';
import { TerminalFilter } from './terminal-filter.ts';

/** How often it is asked whether the viewer may still see the console, in ms. */
const RIGHTS = 1_000;

/** What a viewer sees of a console, in order. */
export type ConsoleEvent =
  /** Output that no terminal takes harm from. */
  | { readonly type: 'output'; readonly data: Uint8Array<ArrayBuffer> }
  /** Output is missing here. */
  | { readonly type: 'gap'; readonly message: string }
  /** What was logged so far was shown, and this is how the console stands now. Again whenever that changes. */
  | ({ readonly type: 'status' } & Pick<ConsoleStatus, 'state' | 'stateSince' | 'problem' | 'writer' | 'writerSession'>)
  /** The last. `data` puts the terminal right. */
  | { readonly type: 'end'; readonly why: Ending; readonly data: Uint8Array<ArrayBuffer> };

/** Why nothing more is shown, and what people are told. */
export const endings = {
  complete: null,
  cut: 'the database did not answer: there is more',
  released: 'the node was released',
  deleted: 'the headnode was deleted',
  stopped: 'logging was stopped',
  disabled: 'out-of-band management of the node was disabled',
  rights: 'you may not see this console any more',
  unsure: 'nobody can say now whether you may see this console: connect again',
  stopping: 'the API stops: connect again',
} as const;
type Ending = keyof typeof endings;

/** Who sees which console, and from where on. */
export interface Viewing {
  readonly sql: Connection;
  readonly consoles: ConsoleFeed;
  readonly caller: Caller;
  /** What kind of machine the console is of. */
  readonly of: LabelledMachine['of'];
  readonly console: { readonly id: number; readonly projectId: number | null; readonly newest: number };
  readonly start: Start;
}

/** Shows the log of a console as far as it goes now. */
export async function* showLog(viewing: Viewing): AsyncGenerator<ConsoleEvent, void> {
  const { sql, console, start } = viewing;
  const filter = primed(start);
  const rights = rightsOf(viewing);
  let position = start.after;
  while (position < console.newest) {
    const why = await rights();
    if (why) return yield { type: 'end', why, data: filter.end() };
    const chunks = await readChunks(sql, console.id, position).catch(whileUnavailable(null));
    if (!chunks) return yield { type: 'end', why: 'cut', data: filter.end() };
    if (chunks.length === 0) break;
    for (const chunk of chunks) {
      if (chunk.seq <= console.newest) yield eventOf(filter, start, chunk);
      position = chunk.seq;
    }
  }
  yield { type: 'end', why: 'complete', data: filter.end() };
}

/** Shows the log of a console and then what it says, until the viewer is `gone` or there is a reason to end. */
export async function* showConsole(viewing: Viewing, gone: AbortSignal): AsyncGenerator<ConsoleEvent, void> {
  const { consoles, of, console, start } = viewing;
  const filter = primed(start);
  const rights = rightsOf(viewing);
  const watch = consoles.watch(console.id, console.newest);
  const end = (why: Ending): ConsoleEvent => ({ type: 'end', why, data: filter.end() });
  let position = start.after;
  let told = '';
  try {
    while (!gone.aborted) {
      if (consoles.stopping.aborted) return yield end('stopping');
      const denied = await rights();
      if (denied) return yield end(denied);
      const { chunks, status, isLatest } = await watch.read(position).catch(whileUnavailable(NOTHING_NEW));
      const why = status === undefined ? undefined : reasonToEnd(of, status);
      // Whoever has fallen behind is cut off all the same.
      if (why && (!isLatest || chunks.length === 0)) return yield end(why);
      for (const chunk of chunks) {
        yield eventOf(filter, start, chunk);
        position = chunk.seq;
      }
      if (chunks.length > 0) continue;
      if (status) {
        const { state, stateSince, problem, writer, writerSession } = status;
        const now = JSON.stringify([state, problem, writer, writerSession]);
        if (now !== told) yield { type: 'status', state, stateSince, problem, writer, writerSession };
        told = now;
      }
      await watch.news(RIGHTS, gone);
    }
  } finally {
    watch.end();
  }
}

function primed({ context }: Start): TerminalFilter {
  const filter = new TerminalFilter();
  filter.prime(context);
  return filter;
}

function eventOf(filter: TerminalFilter, start: Start, chunk: Chunk): ConsoleEvent {
  if (chunk.gap === null) return { type: 'output', data: filter.pass(shownOf(start, chunk)) };
  filter.cut();
  return { type: 'gap', message: chunk.gap };
}

function reasonToEnd(of: Viewing['of'], status: ConsoleStatus | null): Ending | undefined {
  if (!status) return of === 'headnode' ? 'deleted' : 'released';
  if (status.isReleased) return 'released';
  if (!status.isEnabled) return 'disabled';
  return status.logging ? undefined : 'stopped';
}

/** While the database is away there is nothing new, and nobody is sent away. */
const NOTHING_NEW: Seen = { chunks: [], status: undefined, isLatest: true };

/** Something else instead of an error which only means that the database is away. */
function whileUnavailable<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (unavailable(error)) return instead;
    throw error;
  };
}

/** Why the viewer may not see the console any more, asked now and then. While the database is away nothing is shown, and nobody sent away. */
function rightsOf({ caller, console }: Viewing): () => Promise<Ending | undefined> {
  let askedAt = performance.now();
  return async () => {
    if (performance.now() - askedAt < RIGHTS) return undefined;
    askedAt = performance.now();
    try {
      const current = await caller.current();
      return current !== null && mayActFor(current, console.projectId) ? undefined : 'rights';
    } catch (error) {
      if (unavailable(error)) return undefined;
      if (error instanceof Problem) return 'unsure';
      throw error;
    }
  };
}
