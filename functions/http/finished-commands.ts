import type { Connection } from '../../db/client.ts';

/** How often a command that is waited for is looked at, in ms, where nobody tells that it has ended. */
const POLL = 1_000;

/** Tells when commands have ended: at once where the database can be heard, and soon where it cannot. */
export interface FinishedCommands {
  /** Resolves when a command has ended (true), or when it is waited for no longer (false): `limit` ms are over, or `gone`. Never rejects. */
  wait(id: string, limit: number, gone: AbortSignal): Promise<boolean>;
  /** Somebody says that a command has ended. */
  heard(id: string): void;
  /** News may have been missed: everything that is waited for is looked at. */
  look(): void;
  /** Nothing is waited for any more. */
  stop(): void;
}

/** Commands as the commands table has them. What is heard only makes it look: the table decides. */
export function createFinishedCommands(sql: Connection): FinishedCommands {
  const waiting = new Map<string, Set<() => void>>();
  let isStopped = false;

  async function hasEnded(id: string): Promise<boolean> {
    try {
      const [row] = await sql`select finished_at is not null as ended from commands where id = ${id}`;
      return row?.['ended'] === true;
    } catch {
      // The command is committed, whoever can tell: the next look may.
      return false;
    }
  }

  function wakeAll(): void {
    for (const wakes of waiting.values()) for (const wake of wakes) wake();
  }

  return {
    async wait(id, limit, gone) {
      const until = performance.now() + limit;
      let resolve = () => {};
      const wake = () => resolve();
      const wakes = waiting.get(id) ?? new Set();
      waiting.set(id, wakes.add(wake));
      gone.addEventListener('abort', wake);
      try {
        for (;;) {
          const news = new Promise<void>((done) => {
            resolve = done;
          });
          if (await hasEnded(id)) return true;
          const left = until - performance.now();
          if (left <= 0 || gone.aborted || isStopped) return false;
          const timer = setTimeout(wake, Math.min(left, POLL));
          await news;
          clearTimeout(timer);
        }
      } finally {
        gone.removeEventListener('abort', wake);
        wakes.delete(wake);
        if (wakes.size === 0) waiting.delete(id);
      }
    },
    heard(id) {
      for (const wake of waiting.get(id) ?? []) wake();
    },
    look: wakeAll,
    stop() {
      isStopped = true;
      wakeAll();
    },
  };
}
