import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { type Claim, LeaseLost } from '../db/commands/claim.ts';
import type { Craft } from './craft.ts';
import { DeviceError } from './device-error.ts';
import type { HeldWork } from './held-work.ts';
import { Intake } from './intake.ts';
import type { Lease } from './lease.ts';
import { Settler } from './settler.ts';
import type { TaskOf, Trade } from './task.ts';
import type { Progress } from './tasks/progress.ts';
import { asDeviceError } from './tasks/set-port.ts';
import { Wake } from './wake.ts';
import type { WorkerMeans } from './worker-means.ts';

/** A begun command, and when to go on with it, on the clock of `performance.now()`. */
interface Running<T extends Trade> {
  readonly task: TaskOf<T>;
  notBefore: number;
}

/**
 * Carries out the commands of one held device, in order and in one session: all that wait are begun together and settled
 * one by one. A command that must wait is put aside with its next time, and holds up no other.
 */
export class DeviceWork<T extends Trade, S> implements HeldWork {
  readonly #means: WorkerMeans;
  readonly #lease: Lease;
  readonly #craft: Craft<T, S>;
  readonly #settler: Settler;
  readonly #intake: Intake<T>;
  readonly #wake = new Wake();
  #running: Running<T>[] = [];
  #stopping = false;
  #lastWork = performance.now();

  constructor(means: WorkerMeans, held: Claim, lease: Lease, craft: Craft<T, S>, log: Logger) {
    this.#means = means;
    this.#lease = lease;
    this.#craft = craft;
    this.#intake = new Intake(
      means,
      held,
      {
        trade: craft.trade,
        end: (row, outcome) => this.#settler.end(row, outcome),
        isRunning: (id) => this.#running.some(({ task }) => task.begun.id === id),
        makeWay: (part) => this.#makeWay(part),
        opened: (journal) => craft.upkeep.opened(journal),
        begin: (journal, tasks) => craft.upkeep.begin(journal, tasks),
      },
      log,
    );
    this.#settler = new Settler({
      held,
      lease,
      log,
      database: means.database,
      checkpoint: means.checkpoint,
      journal: () => this.#intake.journal,
      unsaved: () => craft.upkeep.dirty,
      measures: means.measures,
    });
    means.checkpoint('claimed');
  }

  poke(): void {
    this.#intake.poke();
    this.#wake.now();
  }

  stop(): void {
    this.#stopping = true;
    this.#wake.now();
  }

  untouched(): string[] {
    const unsent = this.#running.filter(({ task }) => !this.#craft.hasTouched(task));
    return [...this.#intake.waiting, ...unsent.map(({ task }) => task.begun.id)];
  }

  async close(): Promise<void> {
    await this.#craft.close();
    await this.#settler.drain();
    this.#intake.close();
  }

  async run(): Promise<void> {
    while (this.#lease.held()) {
      if (!this.#stopping) await this.#take();
      const now = performance.now();
      const saveAt = this.#craft.upkeep.due(this.#running.length === 0, this.#lastWork) ?? Number.POSITIVE_INFINITY;
      const due = this.#due();
      if (saveAt <= now && !this.#stopping) await this.#save();
      else if (due.length > 0) await this.#round(due);
      else if (this.#stopping || (this.#isIdle() && now >= this.#lastWork + this.#means.timing.idle)) return this.#finish();
      else await this.#wait(saveAt);
    }
  }

  async #take(): Promise<void> {
    try {
      const tasks = await this.#intake.next();
      if (tasks.length > 0) this.#lastWork = performance.now();
      this.#running.push(...tasks.map((task) => ({ task, notBefore: 0 })));
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.#lease.lose(error.message);
    }
  }

  /** An older change of the same thing is finished first; one that waits gives way, and is never gone on with. */
  #makeWay(part: string): boolean {
    const older = this.#running.find(({ task }) => task.begun.port === part);
    if (!older) return true;
    const { task, notBefore } = older;
    if (!this.#craft.hasTouched(task) || notBefore <= performance.now() || !this.#craft.givesWay(task)) return false;
    this.#running = this.#running.filter((running) => running !== older);
    this.#settler.end({ id: task.begun.id, kind: task.job.kind }, this.#craft.supersede(task));
    return true;
  }

  /** Goes on with every command whose time has come, one after the other in one session. */
  async #round(due: readonly Running<T>[]): Promise<void> {
    const { timing, checkpoint } = this.#means;
    const craft = this.#craft;
    for (const running of due) {
      const { task } = running;
      if (!this.#lease.held() || (this.#stopping && !craft.hasTouched(task))) return;
      const session = await craft.session(task).catch(asDeviceError);
      if (session instanceof DeviceError) {
        // Nobody else who goes there would get in.
        const same = due.filter((other) => this.#running.includes(other) && craft.sameTarget(other.task, task));
        // Together they go on, too: one that was due a moment before the others would try by itself.
        const now = performance.now();
        for (const other of same) this.#follow(other, craft.sessionFailed(other.task, session, timing), now);
        return;
      }
      const means = { session, patience: timing, checkpoint, isStopping: () => this.#stopping };
      const progress = await craft.advance(task, means);
      if (craft.hasTouched(task)) craft.upkeep.mark(task);
      if (progress.session === 'over') await craft.close();
      this.#follow(running, progress);
    }
  }

  #follow(running: Running<T>, progress: Progress, now = performance.now()): void {
    this.#lastWork = now;
    // What ended with the lease is left to the successor, who will look for himself.
    if (!this.#lease.held()) return;
    if (progress.kind === 'later') {
      running.notBefore = now + progress.wait;
      return;
    }
    this.#running = this.#running.filter((other) => other !== running);
    const { begun, job } = running.task;
    this.#settler.end({ id: begun.id, kind: job.kind }, progress.outcome);
  }

  /** What can be gone on with now. */
  #due(): Running<T>[] {
    const now = performance.now();
    const isDue = ({ notBefore, task }: Running<T>) => notBefore <= now && (this.#craft.hasTouched(task) || !this.#stopping);
    const due = this.#running.filter(isDue);
    const last = due.findIndex(({ task }, index) => index > 0 && this.#craft.comesAfterChanges(task));
    return last < 0 ? due : due.slice(0, last);
  }

  #isIdle(): boolean {
    return this.#intake.idle && this.#running.length === 0 && !this.#craft.upkeep.pending;
  }

  /** Waits until there is something to do. A session is not kept for a command that only waits. */
  async #wait(saveAt: number): Promise<void> {
    const idleAt = this.#lastWork + this.#means.timing.idle;
    if (this.#craft.isOpen && performance.now() >= idleAt) await this.#craft.close();
    // Commands that wait behind one of the same port go on when that one does.
    const times = [saveAt, this.#intake.retryAt ?? saveAt, ...this.#running.map(({ notBefore }) => notBefore)];
    if (this.#craft.isOpen || this.#isIdle()) times.push(idleAt);
    await this.#wake.wait(Math.min(...times), this.#lease.signal);
  }

  async #save(): Promise<void> {
    // A result that is settled later would say again that something is unsaved.
    await this.#settler.drain();
    if (await this.#craft.upkeep.save()) this.#craft.upkeep.forget('saved');
    this.#lastWork = performance.now();
  }

  async #finish(): Promise<void> {
    await this.#settler.drain();
    if (this.#craft.upkeep.pending) await this.#save();
    if (!this.#craft.upkeep.dirty) this.#craft.upkeep.forget('untouched');
  }
}
