import type { Logger } from 'pino';
import type { Journal } from '../journal.ts';
import { JournalError } from '../journal-file.ts';
import type { HeldConsole } from '../journal-lines.ts';
import { resealBmc } from '../resealed-access.ts';
import { messageOf } from '../scrub.ts';
import type { WorkerMeans } from '../worker-means.ts';

/** Which console a device is to hold: the journal has it, for whoever comes after this process. */
export class WantedConsole {
  readonly #means: WorkerMeans;
  readonly #journal: () => Journal | undefined;
  readonly #log: Logger;
  #wanted: HeldConsole | null = null;

  /** `journal` answers undefined while it cannot be used. */
  constructor(means: WorkerMeans, journal: () => Journal | undefined, log: Logger) {
    this.#means = means;
    this.#journal = journal;
    this.#log = log;
  }

  /** The console that is to be held; null: none is. */
  get now(): HeldConsole | null {
    return this.#wanted;
  }

  /** Goes on with what the journal says, which was just opened. */
  found(journal: Journal): void {
    this.#wanted = journal.console;
  }

  /** A console is to be held from now on. Throws JournalError. */
  want(wanted: HeldConsole): void {
    const journal = this.#journal();
    if (!journal) throw new JournalError('the journal of the console cannot be used', false);
    journal.holdConsole(wanted);
    this.#wanted = wanted;
  }

  /** None is. Whoever finds one in the journal nevertheless asks the database, which does not have it held. */
  wantNone(): void {
    this.#wanted = null;
    try {
      this.#journal()?.holdConsole(null);
    } catch (error) {
      this.#means.measures.journalFailed();
      this.#log.error({ reason: messageOf(error) }, 'the journal does not take that the console is not held any more');
    }
  }

  /** The console may be held for months: no older key of the agent is to be needed for the way to it. Throws JournalError. */
  async reseal(): Promise<void> {
    const wanted = this.#wanted;
    if (!this.#journal() || !wanted || !('access' in wanted)) return;
    const access = await resealBmc(wanted.access, this.#means.judge.sealingKeys());
    if (access !== wanted.access) this.want({ ...wanted, access });
  }

  /** The log of the console is complete up to then. */
  leave(at: Date | undefined): void {
    try {
      if (at) this.#journal()?.leave(at);
    } catch (error) {
      this.#log.debug({ reason: messageOf(error) }, 'the journal does not take up to when the log of the console is complete');
    }
  }
}
