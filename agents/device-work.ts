import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { type Claim, type CommandRow, LeaseLost } from '../db/commands/claim.ts';
import type { Outcome } from '../db/commands/outcome.ts';
import type { Task } from './admission.ts';
import { DeviceError } from './device-error.ts';
import { Intake } from './intake.ts';
import type { Lease } from './lease.ts';
import { Saver } from './saver.ts';
import { messageOf } from './scrub.ts';
import { Settler } from './settler.ts';
import { type SwitchLink, sameTarget } from './switch-link.ts';
import { advance, hasTouched, sessionFailed } from './tasks/job.ts';
import { supersede } from './tasks/port-change.ts';
import type { Progress } from './tasks/progress.ts';
import { asDeviceError } from './tasks/set-port.ts';
import { Wake } from './wake.ts';
import type { WorkerMeans } from './worker-means.ts';

/** A begun command, and when to go on with it, on the clock of `performance.now()`. */
interface Running extends Task {
  notBefore: number;
}

/**
 * Carries out the commands of one held device, in order and in one session: all that wait are begun together and settled
 * one by one. A command that must wait is put aside with its next time, and holds up no other.
 */
export class DeviceWork {
  readonly #means: WorkerMeans;
  readonly #lease: Lease;
  readonly #link: SwitchLink;
  readonly #log: Logger;
  readonly #settler: Settler;
  readonly #saver: Saver;
  readonly #intake: Intake;
  readonly #wake = new Wake();
  #running: Running[] = [];
  #stopping = false;
  #lastWork = performance.now();

  constructor(means: WorkerMeans, held: Claim, lease: Lease, link: SwitchLink, log: Logger) {
    this.#means = means;
    this.#lease = lease;
    this.#link = link;
    this.#log = log;
    this.#saver = new Saver(means, held, link, log);
    this.#intake = new Intake(
      means,
      held,
      {
        end: (row, outcome) => this.#end(row, outcome),
        isRunning: (id) => this.#running.some(({ begun }) => begun.id === id),
        makeWay: (port) => this.#makeWay(port),
        unsaved: (target) => this.#saver.mark(target),
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
      unsaved: () => this.#saver.dirty,
    });
    means.checkpoint('claimed');
  }

  /** More commands are queued. */
  poke(): void {
    this.#intake.poke();
    this.#wake.now();
  }

  /** Ends when what was sent to the device is finished. */
  stop(): void {
    this.#stopping = true;
    this.#wake.now();
  }

  /** Commands that were taken and of which nothing was sent. */
  untouched(): string[] {
    const unsent = this.#running.filter(({ job }) => !hasTouched(job));
    return [...this.#intake.waiting, ...unsent.map(({ begun }) => begun.id)];
  }

  /** Settles what has ended, and closes the journal. The session must be closed before. Never throws. */
  async close(): Promise<void> {
    await this.#settler.drain();
    this.#intake.close();
  }

  /** Works until there is nothing left to do, the agent stops or the lease is over. */
  async run(): Promise<void> {
    while (this.#lease.held()) {
      if (!this.#stopping) await this.#take();
      const now = performance.now();
      const saveAt = this.#saver.due(this.#running.length === 0, this.#lastWork) ?? Number.POSITIVE_INFINITY;
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
      this.#running.push(...tasks.map((task) => ({ ...task, notBefore: 0 })));
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.#lease.lose(error.message);
    }
  }

  /** An older change of the same port is finished first; one that waits in doubt gives way, and is never written again. */
  #makeWay(port: string): boolean {
    const older = this.#running.find(({ begun }) => begun.port === port);
    if (older?.job.kind !== 'port.set') return true;
    if (!older.job.touched || older.notBefore <= performance.now()) return false;
    this.#running = this.#running.filter((running) => running !== older);
    this.#end({ id: older.begun.id, kind: older.job.kind }, supersede(older.job));
    return true;
  }

  /** Goes on with every command whose time has come, one after the other in one session. */
  async #round(due: readonly Running[]): Promise<void> {
    const { timing, checkpoint } = this.#means;
    for (const running of due) {
      const { job, target } = running;
      if (!this.#lease.held() || (this.#stopping && !hasTouched(job))) return;
      const session = await this.#link.session(target).catch(asDeviceError);
      if (session instanceof DeviceError) {
        // Nobody else who goes there would get in.
        const same = due.filter((other) => this.#running.includes(other) && sameTarget(other.target, target));
        for (const other of same) this.#follow(other, sessionFailed(other.job, session, timing));
        return;
      }
      const progress = await advance(job, { session, patience: timing, checkpoint, isStopping: () => this.#stopping });
      if (hasTouched(job)) this.#saver.mark(target);
      if (progress.session === 'over') await this.#link.close();
      this.#follow(running, progress);
    }
  }

  #follow(running: Running, progress: Progress): void {
    this.#lastWork = performance.now();
    // What ended with the lease is left to the successor, who will look for himself.
    if (!this.#lease.held()) return;
    if (progress.kind === 'later') {
      running.notBefore = performance.now() + progress.wait;
      return;
    }
    this.#running = this.#running.filter((other) => other !== running);
    this.#end({ id: running.begun.id, kind: running.job.kind }, progress.outcome);
  }

  #end({ id, kind }: Pick<CommandRow, 'id' | 'kind'>, outcome: Outcome): void {
    try {
      this.#intake.journal?.end(id, outcome);
    } catch (error) {
      // Only a crash before the database knows would need it, and then the device is read.
      this.#log.error({ command: id, reason: messageOf(error) }, 'the journal does not take an outcome');
    }
    this.#means.checkpoint('ended');
    this.#settler.add(id, outcome);
    const { status } = outcome;
    const detail = outcome.status === 'done' ? {} : { reason: outcome.reason, detail: outcome.message };
    this.#log[status === 'done' ? 'info' : 'warn']({ command: id, kind, status, ...detail }, 'command ended');
  }

  /** What can be gone on with now. A check comes after the changes that were begun before it, unless those wait in doubt. */
  #due(): Running[] {
    const now = performance.now();
    const due = this.#running.filter(({ notBefore, job }) => notBefore <= now && (hasTouched(job) || !this.#stopping));
    const check = due.findIndex(({ job }, index) => index > 0 && job.kind === 'switch.check');
    return check < 0 ? due : due.slice(0, check);
  }

  #isIdle(): boolean {
    return this.#intake.idle && this.#running.length === 0 && !this.#saver.pending;
  }

  /** Waits until there is something to do. A session is not kept for a command that only waits. */
  async #wait(saveAt: number): Promise<void> {
    const idleAt = this.#lastWork + this.#means.timing.idle;
    if (this.#link.isOpen && performance.now() >= idleAt) await this.#link.close();
    // Commands that wait behind one of the same port go on when that one does.
    const times = [saveAt, this.#intake.retryAt ?? saveAt, ...this.#running.map(({ notBefore }) => notBefore)];
    if (this.#link.isOpen || this.#isIdle()) times.push(idleAt);
    await this.#wake.wait(Math.min(...times), this.#lease.signal);
  }

  async #save(): Promise<void> {
    // A result that is settled later would say again that something is unsaved.
    await this.#settler.drain();
    if (await this.#saver.save()) this.#intake.forgetUnsaved('saved');
    this.#lastWork = performance.now();
  }

  async #finish(): Promise<void> {
    await this.#settler.drain();
    if (this.#saver.pending) await this.#save();
    if (!this.#saver.dirty) this.#intake.forgetUnsaved('untouched');
  }
}
