import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Claim, type CommandRow, LeaseLost } from '../db/commands/claim.ts';
import type { Outcome } from '../db/commands/outcome.ts';
import { type Settlement, settle } from '../db/commands/settle.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Database } from './database.ts';
import { Errand } from './errand.ts';
import type { Journal } from './journal.ts';
import type { Lease } from './lease.ts';
import type { Measures } from './measures.ts';
import { messageOf } from './scrub.ts';

/** What settling needs. `unsaved` tells whether the device's configuration was changed and not saved since. */
export interface SettlerMeans {
  readonly held: Claim;
  readonly database: Database;
  readonly lease: Lease;
  readonly journal: () => Journal | undefined;
  readonly unsaved: () => boolean;
  readonly checkpoint: Checkpoint;
  readonly log: Logger;
  readonly measures: Pick<Measures, 'ended' | 'settled' | 'journalFailed'>;
}

/**
 * Writes down how commands ended, and tells the database, as soon as each has, while the next one is already on the wire. What ends while
 * an answer is awaited goes along with the next request, so a fast switch does not wait for the database, nor a lone command for company
 * (64 commands on a mock switch: 37 ms; settled one by one before the next: 168 ms).
 */
export class Settler {
  readonly #means: SettlerMeans;
  readonly #settling = new Errand(() => this.#settleWaiting());
  #waiting: Settlement[] = [];

  constructor(means: SettlerMeans) {
    this.#means = means;
  }

  /** A command has ended: writes it down, settles and logs it. `doneAs`: the level of the log for one that is done. */
  end({ id, kind }: Pick<CommandRow, 'id' | 'kind'>, outcome: Outcome, doneAs: 'info' | 'debug' = 'info'): void {
    const { journal, checkpoint, log, measures } = this.#means;
    try {
      journal()?.end(id, outcome);
    } catch (error) {
      // Only a crash before the database knows would need it, and then it is as if the command had not ended.
      measures.journalFailed();
      log.error({ command: id, reason: messageOf(error) }, 'the journal does not take an outcome');
    }
    measures.ended(kind, outcome);
    checkpoint('ended');
    this.add(id, outcome);
    const { status } = outcome;
    const detail = outcome.status === 'done' ? {} : { reason: outcome.reason, detail: outcome.message };
    log[status === 'done' ? doneAs : 'warn']({ command: id, kind, status, ...detail }, 'command ended');
  }

  /** Settles one command. Nothing is settled after the lease is over. */
  add(id: string, outcome: Outcome): void {
    this.#waiting.push({ id, outcome });
    this.#settling.ask();
  }

  /** Resolves when everything is settled, or the lease is over. Never throws. */
  async drain(): Promise<void> {
    await this.#settling.done();
  }

  async #settleWaiting(): Promise<void> {
    const { lease, log } = this.#means;
    let together = true;
    for (let failures = 0; this.#waiting.length > 0 && lease.held(); ) {
      const group = this.#waiting.slice(0, together ? undefined : 1);
      try {
        await this.#settle(group);
        this.#waiting = this.#waiting.slice(group.length);
        failures = 0;
        together = true;
      } catch (error) {
        if (error instanceof LeaseLost) return lease.lose(messageOf(error));
        // Where one result is the trouble, the others get through alone; it goes to the end of the line. Otherwise they keep their
        // places: the latest reading of a port must be the last that is written down.
        together = false;
        if (isRejected(error)) this.#waiting.push(...this.#waiting.splice(0, group.length === 1 ? 1 : 0));
        failures += 1;
        log.warn({ reason: messageOf(error), commands: group.map(({ id }) => id) }, 'settling failed and is tried again');
        if (failures > 1) await sleep(Math.min(100 * 2 ** failures, 10_000), undefined, { signal: lease.signal }).catch(() => {});
      }
    }
  }

  async #settle(group: readonly Settlement[]): Promise<void> {
    const { held, database, journal, unsaved, checkpoint, log, measures } = this.#means;
    const ids = group.map(({ id }) => id);
    await database.call((connection) => settle(connection, held, group, unsaved()));
    measures.settled(held, ids);
    try {
      journal()?.settled(ids);
    } catch (error) {
      // They stay open with their outcome, which would be settled once more: harmless.
      measures.journalFailed();
      log.error({ reason: messageOf(error), commands: ids }, 'the journal does not take what was settled');
    }
    checkpoint('settled');
  }
}

/** SQLSTATE classes that say nothing of what was asked: connections, conflicts, resources, locks, shutdown. */
const PASSING = /^(08|40|53|55|57)/;

/** Whether the database heard what was asked and will not have it. */
function isRejected(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && 'code' in error && !PASSING.test(String(error.code));
}
