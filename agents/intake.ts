import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { type Claim, type CommandRow, LeaseLost, takeMore } from '../db/commands/claim.ts';
import type { Outcome } from '../db/commands/outcome.ts';
import { admit } from './admission.ts';
import { Journal } from './journal.ts';
import { JournalError } from './journal-file.ts';
import { messageOf, scrub } from './scrub.ts';
import { isOfTrade, type TaskOf, type Trade } from './task.ts';
import { BATCH, type WorkerMeans } from './worker-means.ts';

/** What the intake asks of the work that goes on. */
export interface Work<T extends Trade> {
  readonly trade: T;
  /** A row ends without having been begun, or for good in the journal. */
  end(row: CommandRow, outcome: Outcome): void;
  isRunning(id: string): boolean;
  /** Whether a change of this part of the device may begin now; ends an older one that gives way to it. */
  makeWay(part: string): boolean;
  /** The journal was opened, and may tell of what an earlier process left behind. */
  opened(journal: Journal): Promise<void>;
  /** Writes tasks into the journal: when this returns the disk has them, and the device may be touched. Throws JournalError. */
  begin(journal: Journal, tasks: readonly TaskOf<T>[]): void;
}

/** From rows of the database to commands that the journal has begun: those of one held device. */
export class Intake<T extends Trade> {
  readonly #means: WorkerMeans;
  readonly #held: Claim;
  readonly #work: Work<T>;
  readonly #log: Logger;
  /** Taken, and not begun. */
  #rows: CommandRow[];
  #more: boolean;
  #journal: Journal | undefined;
  #wasOpened = false;
  #notBefore = 0;
  #failures = 0;

  constructor(means: WorkerMeans, held: Claim, work: Work<T>, log: Logger) {
    this.#means = means;
    this.#held = held;
    this.#work = work;
    this.#log = log;
    this.#rows = held.commands;
    means.measures.taken(held, held.commands);
    this.#more = held.commands.length >= BATCH;
  }

  /** The device's journal; undefined before it is opened, and while it cannot be used. */
  get journal(): Journal | undefined {
    return this.#journal;
  }

  /** Ids of the commands that were taken and not begun. */
  get waiting(): string[] {
    return this.#rows.map(({ id }) => id);
  }

  /** Whether there is nothing to begin, now or later. */
  get idle(): boolean {
    return this.#rows.length === 0 && !this.#more;
  }

  /** When to try again what could not be done, on the clock of `performance.now()`; undefined: nothing waits for a time. */
  get retryAt(): number | undefined {
    return this.#notBefore > performance.now() ? this.#notBefore : undefined;
  }

  /** More commands are queued. */
  poke(): void {
    this.#more = true;
  }

  /**
   * Takes what is queued and begins what may be begun: the journal has it on disk when this returns. What cannot be done now,
   * because of the database or the disk, is tried again later. Throws LeaseLost.
   */
  async next(): Promise<TaskOf<T>[]> {
    if (this.retryAt !== undefined) return [];
    try {
      if (this.#more) await this.#takeMore();
      if (!this.#journal && (this.#rows.length > 0 || !this.#wasOpened)) await this.#openJournal();
      const tasks = this.#journal && this.#rows.length > 0 ? await this.#begin(this.#journal) : [];
      this.#failures = 0;
      return tasks;
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      if (error instanceof JournalError) {
        this.#means.measures.journalFailed();
        // After a failed write nobody knows what the file holds but the file.
        this.close();
      }
      const { first, last } = this.#means.timing.backOff;
      this.#notBefore = performance.now() + Math.min(first * 2 ** Math.min(this.#failures, 20), last);
      this.#failures += 1;
      this.#log.error({ reason: scrub(messageOf(error), []), commands: this.waiting }, 'commands wait');
      return [];
    }
  }

  /** Closes the journal. */
  close(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }

  async #takeMore(): Promise<void> {
    this.#more = false;
    try {
      const rows = await this.#means.database.call((connection) => takeMore(connection, this.#held, BATCH));
      this.#means.measures.taken(this.#held, rows);
      this.#rows.push(...rows);
      this.#more ||= rows.length >= BATCH;
    } catch (error) {
      this.#more = true;
      throw error;
    }
  }

  async #openJournal(): Promise<void> {
    const { journals, issuer } = this.#means;
    const { device } = this.#held;
    this.#wasOpened = true;
    try {
      this.#journal = new Journal(journals, issuer(), device);
    } catch (error) {
      if (!(error instanceof JournalError && error.damaged)) throw error;
      // Fail closed: without the journal nobody can tell an order from its repetition.
      this.#means.measures.journalFailed();
      this.#log.error({ reason: error.message, commands: this.waiting }, 'commands are refused');
      for (const row of this.#rows.splice(0)) this.#work.end(row, withoutJournal(row, error.message));
      return;
    }
    await this.#work.opened(this.#journal);
  }

  /** Begins the commands from the front of the queue that change different parts of the device. */
  async #begin(journal: Journal): Promise<TaskOf<T>[]> {
    const tasks: TaskOf<T>[] = [];
    const gone = new Set<string>();
    const admittedIds: string[] = [];
    try {
      for (const row of this.#rows) {
        const admitted = await admit(row, this.#held.device, journal, this.#means.judge);
        if (admitted.kind === 'end') {
          this.#work.end(row, admitted.outcome);
          gone.add(row.id);
          continue;
        }
        admittedIds.push(row.id);
        // Queued a second time, by no one who may: it is being carried out, and that will be settled.
        if (this.#work.isRunning(row.id)) {
          gone.add(row.id);
          continue;
        }
        const { task } = admitted;
        if (!isOfTrade(task, this.#work.trade))
          throw new Error(`command ${row.id} is a ${task.trade} command on ${this.#held.device}`);
        const { port } = task.begun;
        if (port !== null && (tasks.some(({ begun }) => begun.port === port) || !this.#work.makeWay(port))) break;
        tasks.push(task);
      }
      this.#means.checkpoint('verified');
      if (tasks.length === 0) return [];
      this.#work.begin(journal, tasks);
      for (const { begun } of tasks) gone.add(begun.id);
      this.#means.checkpoint('begun');
      return tasks;
    } finally {
      // Only what the journal took is a change; what waits is admitted, and counted, again.
      for (const id of admittedIds) if (!journal.isOpen(id)) this.#means.judge.policy.uncount(id);
      this.#rows = this.#rows.filter(({ id }) => !gone.has(id));
    }
  }
}

function withoutJournal({ attempt }: CommandRow, message: string): Outcome {
  return attempt > 1 ? { status: 'unknown', reason: 'unproven', message } : { status: 'refused', reason: 'replayed', message };
}
