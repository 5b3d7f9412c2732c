import type { AuditEntry } from '../../../db/queries/audit-entries.ts';
import type { Caller } from '../../http/caller.ts';
import { Problem } from '../../http/problem.ts';
import { unavailable } from '../../http/unavailable.ts';
import { withoutOrigin } from '../../rules/audit-entry.ts';
import type { EventFeed, NextEntries, Scope } from './feed.ts';

/** How often it is looked whether the caller may still see what they see, and how often something is said at least, in ms. */
const RIGHTS = 1_000;
const HEARTBEAT = 15_000;
/** How soon a client is to come back whose connection was lost, in ms. */
const RETRY = 2_000;

/** A stream of events. */
export interface Following {
  readonly feed: EventFeed;
  readonly caller: Caller;
  /** The last entry that the client has; undefined: it begins now. */
  readonly after: number | undefined;
}

/**
 * Tells the entries that the caller may see, as they are added, as server-sent events (HTML, 9.2), until the client is `gone`, the caller is
 * signed in no more, or everything stops. With each piece the client learns how far it has come, also where nothing was for it.
 */
export async function* follow(
  { feed, caller, after }: Following,
  gone: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  if (feed.stopping.aborted) return;
  const watch = await feed.watch();
  try {
    const { oldest, newest } = watch.ends;
    let position = after === undefined || after > newest ? newest : after;
    let saidAt = performance.now();
    const say = (text: string) => {
      saidAt = performance.now();
      return new TextEncoder().encode(`${text}id: ${position}\n\n`);
    };
    yield say(`retry: ${RETRY}\n`);
    if (after !== undefined && after > newest) {
      yield say(gap(after, `the audit has no entry ${after} any more: it was restored, and goes on after ${newest}`));
    }
    let forgotten = oldest;
    while (!gone.aborted && !feed.stopping.aborted) {
      if (position < forgotten) {
        const before = position;
        position = forgotten;
        yield say(gap(before, `the entries up to ${forgotten} are so old that they were forgotten`));
      }
      const current = await rightsOf(caller);
      if (current === null) return;
      const next = current === 'unknown' ? undefined : await read(position, current);
      if (current === 'unknown' || !next) {
        // While the database is away there is nothing new, and nobody is sent away.
        await watch.news(Number.POSITIVE_INFINITY, RIGHTS, gone);
        continue;
      }
      forgotten = Math.max(forgotten, next.forgotten);
      if (position < forgotten) continue;
      const isFurther = next.through > position;
      position = next.through;
      const shown = current.isAdmin ? (entry: AuditEntry) => entry : withoutOrigin;
      const events = next.entries.map(({ entry }) => eventOf(entry.seq, entry.event, shown(entry)));
      if (events.length > 0) yield say(events.join(''));
      else if (performance.now() - saidAt >= HEARTBEAT) yield say(':\n');
      if (!isFurther) await watch.news(position, RIGHTS, gone);
    }
  } finally {
    watch.end();
  }

  async function read(position: number, current: Caller): Promise<NextEntries | undefined> {
    const scope: Scope = current.isAdmin ? 'all' : current.projects;
    return watch.read(position, scope).catch((error: unknown) => {
      if (unavailable(error)) return undefined;
      throw error;
    });
  }
}

/** Who the caller is now; null: nobody any more, or nobody can say. */
async function rightsOf(caller: Caller): Promise<Caller | 'unknown' | null> {
  try {
    return await caller.current();
  } catch (error) {
    if (unavailable(error)) return 'unknown';
    if (error instanceof Problem) return null;
    throw error;
  }
}

function eventOf(seq: number, event: string, data: unknown): string {
  return `id: ${seq}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

function gap(after: number, msg: string): string {
  return `event: gap\ndata: ${JSON.stringify({ after, msg })}\n`;
}
