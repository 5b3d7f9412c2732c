import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Connection } from '../../../db/client.ts';
import { type FiledEntry, readEnds, readEntries } from '../../../db/queries/audit-entries.ts';

/** How often the database is asked for news, in ms, whatever is heard. */
const POLL = 1_000;
/** How many entries are read at once, and how many of the last are kept for those who come a little later. */
const BATCH = 500;
const KEPT = 1_000;
/** How many entries a stream is given at once. */
const PART = 100;

/** Whose entries are read: those of all, or of the projects with these ids. */
export type Scope = 'all' | ReadonlySet<number>;

/** What a stream has to look at next. */
export interface NextEntries {
  /** Those that are in its scope, in order. */
  readonly entries: readonly FiledEntry[];
  /** How far it has looked with that. */
  readonly through: number;
  /** Up to here everything is forgotten: what the stream lacks of it is lost. */
  readonly forgotten: number;
}

/** What is added to the audit, for all streams of this process: read once, however many there are. */
export interface EventFeed {
  /** Begins to watch; answers where the audit begins and ends now, and how to go on. To be ended. */
  watch(): Promise<EventWatch>;
  /** There may be news. */
  look(): void;
  /** Aborts when the process is about to stop: whoever watches is to come to an end. */
  readonly stopping: AbortSignal;
  stop(): void;
}

/** One stream that watches. */
interface EventWatch {
  /** The last entry that was forgotten, and the last that there is. */
  readonly ends: { readonly oldest: number; readonly newest: number };
  /** What there is after a place: from memory or, for a stream that is behind, from the database, a part at a time. */
  read(after: number, scope: Scope): Promise<NextEntries>;
  /** Resolves when there is something after a place, after `limit` ms, or when `signal` aborts. */
  news(after: number, limit: number, signal: AbortSignal): Promise<void>;
  end(): void;
}

/** The audit as the database has it. What is heard only makes it look: the database decides, and is asked now and then anyway. */
export function createEventFeed(sql: Connection, log: Logger): EventFeed {
  const stopping = new AbortController();
  // Every stream listens to it.
  setMaxListeners(0, stopping.signal);
  const waiting = new Set<() => void>();
  let watching = 0;
  /** All entries after `oldest`, up to `newest`; undefined: nobody watches. */
  let known: { entries: FiledEntry[]; oldest: number; newest: number } | undefined;
  let polling: NodeJS.Timeout | undefined;
  let isReading = false;
  let isWoken = false;
  let isFailing = false;

  async function look(): Promise<void> {
    isWoken = true;
    if (isReading) return;
    isReading = true;
    while (isWoken && known) {
      isWoken = false;
      const asked = known;
      try {
        const found = await readEntries(sql, {}, { after: asked.newest, limit: BATCH });
        isFailing = false;
        // Whoever watches anew since knows something else.
        if (known !== asked) isWoken = true;
        else if (found.length > 0) take(asked, found);
      } catch (error) {
        // Whoever waits goes on waiting: the next look may tell.
        if (!isFailing && !stopping.signal.aborted) log.warn({ err: error }, 'no events are told until the database answers');
        isFailing = true;
      }
    }
    isReading = false;
  }

  function take(all: NonNullable<typeof known>, found: readonly FiledEntry[]): void {
    all.entries.push(...found);
    all.newest = found.at(-1)?.entry.seq ?? all.newest;
    const dropped = all.entries.splice(0, Math.max(0, all.entries.length - KEPT));
    all.oldest = dropped.at(-1)?.entry.seq ?? all.oldest;
    isWoken ||= found.length === BATCH;
    for (const resolve of waiting) resolve();
  }

  async function read(after: number, scope: Scope): Promise<NextEntries> {
    const all = known;
    if (all && after >= all.oldest) {
      const begin = all.entries.findIndex(({ entry }) => entry.seq > after);
      const part = begin === -1 ? [] : all.entries.slice(begin, begin + PART);
      const entries = part.filter(({ projectIds }) => scope === 'all' || projectIds.some((id) => scope.has(id)));
      return { entries, through: part.at(-1)?.entry.seq ?? after, forgotten: 0 };
    }
    const { newest } = await readEnds(sql);
    const projects = scope === 'all' ? {} : { projects: [...scope] };
    const entries = await readEntries(sql, projects, { after, limit: PART });
    // Asked last: what was forgotten meanwhile is not among them.
    const { oldest } = await readEnds(sql);
    const last = entries.at(-1)?.entry.seq ?? after;
    return { entries, through: entries.length < PART ? Math.max(last, newest) : last, forgotten: oldest };
  }

  return {
    stopping: stopping.signal,
    async watch() {
      const ends = await readEnds(sql);
      watching += 1;
      known ??= { entries: [], oldest: ends.newest, newest: ends.newest };
      polling ??= setInterval(() => void look(), POLL);
      return {
        ends,
        read,
        async news(after, limit, signal) {
          if ((known?.newest ?? 0) > after || signal.aborted || stopping.signal.aborted) return;
          await new Promise<void>((resolve) => {
            const done = () => {
              clearTimeout(timer);
              waiting.delete(done);
              signal.removeEventListener('abort', done);
              stopping.signal.removeEventListener('abort', done);
              resolve();
            };
            const timer = setTimeout(done, limit);
            waiting.add(done);
            signal.addEventListener('abort', done);
            stopping.signal.addEventListener('abort', done);
          });
        },
        end() {
          watching -= 1;
          if (watching > 0) return;
          known = undefined;
          clearInterval(polling);
          polling = undefined;
        },
      };
    },
    look: () => void look(),
    stop() {
      stopping.abort();
      clearInterval(polling);
    },
  };
}
