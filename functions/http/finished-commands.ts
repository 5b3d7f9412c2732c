import type { Connection } from '../../db/client.ts';

/** How often a command that is waited for is looked at, in ms, where nobody tells that it has ended. */
const POLL = 1_000;
/** How long the last look, when the time is over, may take, in ms. */
const LAST_LOOK = 250;

/** Tells when commands have ended: at once where the database can be heard, and soon where it cannot. */
export interface FinishedCommands {
  /** Resolves when commands have all ended (true), or are waited for no longer (false): `limit` ms are over, or `gone`. Never rejects. */
  wait(ids: readonly string[], limit: number, gone: AbortSignal): Promise<boolean>;
  /** Somebody says that a command has ended. */
  heard(id: string): void;
  /** News may have been missed: everything that is waited for is looked at. */
  look(): void;
  /** Nothing is waited for any more. */
  stop(): void;
}

/** One request that waits: `wake` has it look again, `end` has it wait no longer. */
interface Waiter {
  readonly wake: () => void;
  readonly end: () => void;
}

/** Commands as the commands table has them. What is heard only makes it look: the table decides. */
export function createFinishedCommands(sql: Connection): FinishedCommands {
  const waiting = new Map<string, Set<Waiter>>();
  let isStopped = false;

  async function haveEnded(ids: readonly string[]): Promise<boolean> {
    try {
      const [row] = await sql`
        select count(*) = ${ids.length} as ended from commands where id = any (${[...ids]}::uuid[]) and finished_at is not null`;
      return row?.['ended'] === true;
    } catch {
      // The commands are committed, whoever can tell: the next look may.
      return false;
    }
  }

  function all(): Waiter[] {
    return [...waiting.values()].flatMap((waiters) => [...waiters]);
  }

  return {
    async wait(ids, limit, gone) {
      if (isStopped || gone.aborted) return false;
      const until = performance.now() + limit;
      let wake = () => {};
      let end = () => {};
      // A database that says nothing holds nobody: every look is a race against this.
      const over = new Promise<undefined>((done) => {
        end = () => done(undefined);
      });
      const waiter = { wake: () => wake(), end };
      for (const id of ids) waiting.set(id, (waiting.get(id) ?? new Set()).add(waiter));
      gone.addEventListener('abort', end);
      const atLast = setTimeout(end, limit + LAST_LOOK);
      try {
        for (;;) {
          const news = new Promise<void>((done) => {
            wake = done;
          });
          const seen = await Promise.race([haveEnded(ids), over]);
          const left = until - performance.now();
          if (seen !== false || left <= 0) return seen === true;
          const poll = setTimeout(wake, Math.min(left, POLL));
          await Promise.race([news, over]);
          clearTimeout(poll);
        }
      } finally {
        clearTimeout(atLast);
        gone.removeEventListener('abort', end);
        for (const id of ids) {
          const waiters = waiting.get(id);
          waiters?.delete(waiter);
          if (waiters?.size === 0) waiting.delete(id);
        }
      }
    },
    heard(id) {
      for (const { wake } of waiting.get(id) ?? []) wake();
    },
    look() {
      for (const { wake } of all()) wake();
    },
    stop() {
      isStopped = true;
      for (const { end } of all()) end();
    },
  };
}
