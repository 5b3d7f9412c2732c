import { setMaxListeners } from 'node:events';
import type { Logger } from 'pino';
import type { Connection } from '../../../db/client.ts';
import { type Chunk, type ConsoleNews, type ConsoleStatus, readChunks, readNews } from '../../../db/queries/consoles.ts';

/** How often the database is asked for news, in ms, whatever is heard. */
const POLL = 500;
/** Bytes of each console that are kept for those who come a little later, and what a piece takes besides what it holds. */
const KEPT = 128 * 1024;
const PIECE = 128;
/** The most consoles that are asked about at once. */
const MOST_AT_ONCE = 256;

/** What the consoles say that anybody watches through this process: read once, for however many viewers. */
export interface ConsoleFeed {
  /** Begins to watch a console whose log is known up to a seq. To be ended. */
  watch(console: number, newest: number): Watch;
  /** Output of these consoles, by number, with blanks between them, was added to the log. */
  heardOutput(consoles: string): void;
  /** Something else changed about a console. */
  heardChange(console: string): void;
  /** News may have been missed. */
  look(): void;
  /** Aborts when the process is about to stop: whoever watches is to come to an end. */
  readonly stopping: AbortSignal;
  stop(): void;
}

/** What is known of a console at one moment. */
export interface Seen {
  /** In order, from the first that the viewer does not have; none: it has everything. */
  readonly chunks: readonly Chunk[];
  /** How it stands; null: it is gone. Undefined: nobody knows yet. */
  readonly status: ConsoleStatus | null | undefined;
  /** Whether these are the latest pieces; otherwise the viewer has fallen behind. */
  readonly isLatest: boolean;
}

/** One viewer of a console. */
interface Watch {
  /** What there is after a seq: from memory or, for a viewer who has fallen behind, from the database, a part at a time. */
  read(after: number): Promise<Seen>;
  /** Resolves when there may be more than `read` last told, after `limit` ms, or when `signal` aborts. */
  news(limit: number, signal: AbortSignal): Promise<void>;
  end(): void;
}

/** What is known of a console that is watched. */
interface Watched {
  viewers: number;
  /** All pieces after `oldest`, up to `newest`. */
  chunks: Chunk[];
  bytes: number;
  oldest: number;
  newest: number;
  status: ConsoleStatus | null | undefined;
  /** Grows with everything that is new. */
  version: number;
  readonly waiting: Set<() => void>;
}

/** Consoles as the database has them. What is heard only makes it look: the database decides, and is asked now and then anyway. */
export function createConsoleFeed(sql: Connection, log: Logger): ConsoleFeed {
  const watched = new Map<number, Watched>();
  const woken = new Set<number>();
  const stopping = new AbortController();
  // Every viewer listens to it.
  setMaxListeners(0, stopping.signal);
  let polling: NodeJS.Timeout | undefined;
  let isReading = false;
  let isFailing = false;

  function wake(console: number): void {
    if (!watched.has(console)) return;
    woken.add(console);
    if (!isReading) void readAll();
  }

  async function readAll(): Promise<void> {
    isReading = true;
    while (woken.size > 0) {
      const asked = new Map<number, Watched>();
      for (const id of [...woken].slice(0, MOST_AT_ONCE)) {
        woken.delete(id);
        const console = watched.get(id);
        if (console) asked.set(id, console);
      }
      try {
        const all = await readNews(sql, new Map([...asked].map(([id, { newest }]) => [id, newest])));
        isFailing = false;
        for (const news of all) {
          // Of a console that is watched anew since, something else is known.
          if (watched.get(news.id) !== asked.get(news.id)) continue;
          take(news);
          if (news.isCut) woken.add(news.id);
        }
      } catch (error) {
        // Whoever waits goes on waiting: the next look may tell.
        if (!isFailing) log.warn({ err: error }, 'nothing is heard of consoles until the database answers');
        isFailing = true;
        break;
      }
    }
    isReading = false;
  }

  function take({ id, chunks, status }: ConsoleNews): void {
    const console = watched.get(id);
    if (!console) return;
    const before = console.status;
    for (const chunk of chunks) {
      if (chunk.seq <= console.newest) continue;
      console.chunks.push(chunk);
      console.bytes += sizeOf(chunk);
      console.newest = chunk.seq;
    }
    while (console.bytes > KEPT) {
      const dropped = console.chunks.shift();
      if (!dropped) break;
      console.bytes -= sizeOf(dropped);
      console.oldest = dropped.seq;
    }
    console.status = status;
    if (chunks.length === 0 && JSON.stringify(before) === JSON.stringify(status)) return;
    console.version += 1;
    for (const resolve of console.waiting) resolve();
  }

  function open(id: number, newest: number): Watched {
    const known = watched.get(id);
    if (known) return known;
    const console = {
      viewers: 0,
      chunks: [],
      bytes: 0,
      oldest: newest,
      newest,
      status: undefined,
      version: 0,
      waiting: new Set<() => void>(),
    };
    watched.set(id, console);
    polling ??= setInterval(() => {
      for (const each of watched.keys()) wake(each);
    }, POLL);
    return console;
  }

  return {
    stopping: stopping.signal,
    watch(id, newest) {
      const console = open(id, newest);
      console.viewers += 1;
      let version = -1;
      wake(id);
      return {
        async read(after) {
          version = console.version;
          const { status } = console;
          if (after >= console.newest) return { chunks: [], status, isLatest: true };
          if (after >= console.oldest) return { chunks: console.chunks.filter(({ seq }) => seq > after), status, isLatest: true };
          const chunks = await readChunks(sql, id, after);
          // What it lacks was pruned meanwhile.
          if (chunks.length === 0) return { chunks: [...console.chunks], status, isLatest: true };
          return { chunks, status, isLatest: false };
        },
        async news(limit, signal) {
          if (console.version !== version || signal.aborted || stopping.signal.aborted) return;
          await new Promise<void>((resolve) => {
            const done = () => {
              clearTimeout(timer);
              console.waiting.delete(done);
              signal.removeEventListener('abort', done);
              stopping.signal.removeEventListener('abort', done);
              resolve();
            };
            const timer = setTimeout(done, limit);
            console.waiting.add(done);
            signal.addEventListener('abort', done);
            stopping.signal.addEventListener('abort', done);
          });
        },
        end() {
          console.viewers -= 1;
          if (console.viewers > 0) return;
          watched.delete(id);
          if (watched.size > 0) return;
          clearInterval(polling);
          polling = undefined;
        },
      };
    },
    heardOutput(consoles) {
      for (const id of consoles.split(' ')) wake(Number(id));
    },
    heardChange(id) {
      wake(Number(id));
    },
    look() {
      for (const id of watched.keys()) wake(id);
    },
    stop() {
      stopping.abort();
      clearInterval(polling);
    },
  };
}

function sizeOf({ data }: Chunk): number {
  return data.length + PIECE;
}
