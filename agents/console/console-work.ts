import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { type Claim, type CommandRow, LeaseLost } from '../../db/commands/claim.ts';
import { attachConsole } from '../../db/commands/consoles.ts';
import type { Outcome } from '../../db/commands/outcome.ts';
import type { HeldWork } from '../held-work.ts';
import { Intake } from '../intake.ts';
import type { Journal } from '../journal.ts';
import { JournalError } from '../journal-file.ts';
import type { HeldConsole } from '../journal-lines.ts';
import type { Lease } from '../lease.ts';
import { messageOf } from '../scrub.ts';
import { Settler } from '../settler.ts';
import type { ConsoleJob, ConsoleTask } from '../task.ts';
import { Wake } from '../wake.ts';
import type { WorkerMeans } from '../worker-means.ts';
import { type Entrance, entranceOf, heldBy } from './entrance.ts';
import type { Interruption } from './line-keeper.ts';
import { OpenConsole } from './open-console.ts';
import { isKeys, notSent, perhapsSent, Typist } from './typist.ts';
import { WantedConsole } from './wanted-console.ts';

type Opening = Extract<ConsoleJob, { kind: 'console.open' }>;

/** How often is written down up to when the log is complete, for whoever goes on with it. Milliseconds. */
const LEAVE = 1000;
/** How long the database may take for the last output when the agent stops. */
const FLUSH = 3000;
const NOT_LOGGED = 'the console was not logged';
const TYPED_BEFORE = perhapsSent('it was begun by a process that ended');

/**
 * Holds the serial console of one node or headnode, whose device it is, for as long as a console of it is open: the journal tells which, so
 * that it is held again after a restart, whatever the database says. Types what it is told to, in order, and never twice.
 */
export class ConsoleWork implements HeldWork {
  readonly #means: WorkerMeans;
  readonly #held: Claim;
  readonly #lease: Lease;
  readonly #log: Logger;
  readonly #settler: Settler;
  readonly #intake: Intake<'console'>;
  readonly #wake = new Wake();
  readonly #typist: Typist;
  readonly #wanted: WantedConsole;
  readonly #onLoss = () => this.#typist.giveUp();
  readonly #leaving = setInterval(() => this.#wanted.leave(this.#open?.completeUntil), LEAVE);
  /** Begun, and not under way. */
  #tasks: ConsoleTask[] = [];
  #open: OpenConsole | undefined;
  /** What the log of the console lacks that is opened next, if it has anything. */
  #missing: Interruption | undefined;
  /** Settles when the console that was held last is let go. */
  #gone: Promise<void> = Promise.resolve();
  #stopping = false;
  #notBefore = 0;
  #failures = 0;
  #lastWork = performance.now();

  constructor(means: WorkerMeans, held: Claim, lease: Lease, log: Logger) {
    this.#means = means;
    this.#held = held;
    this.#lease = lease;
    this.#log = log;
    this.#typist = new Typist({
      open: () => this.#open,
      limit: means.timing.console.typing,
      end: (id, kind, outcome) => {
        this.#end({ id, kind }, outcome);
        this.#wake.now();
      },
    });
    this.#intake = new Intake(
      means,
      held,
      {
        trade: 'console',
        end: (row, outcome) => this.#end(row, outcome),
        isRunning: (id) => this.#tasks.some(({ begun }) => begun.id === id) || this.#typist.has(id),
        makeWay: () => true,
        opened: async (journal) => this.#opened(journal),
        begin: (journal, tasks) =>
          journal.begin(
            tasks.map(({ begun }) => begun),
            null,
          ),
      },
      log,
    );
    this.#wanted = new WantedConsole(means, () => this.#intake.journal, log);
    this.#settler = new Settler({
      held,
      lease,
      log,
      database: means.database,
      checkpoint: means.checkpoint,
      journal: () => this.#intake.journal,
      unsaved: () => false,
      measures: means.measures,
    });
    lease.signal.addEventListener('abort', this.#onLoss);
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

  /** Opening and closing are done again by whoever comes next; keystrokes that were begun end here. */
  untouched(): string[] {
    return [...this.#intake.waiting, ...this.#tasks.filter(({ job }) => !isKeys(job)).map(({ begun }) => begun.id)];
  }

  async run(): Promise<void> {
    while (this.#lease.held() && !this.#stopping) {
      await this.#take();
      if (performance.now() >= this.#notBefore) await this.#advance();
      if (this.#isIdle() && performance.now() >= this.#lastWork + this.#means.timing.idle) return;
      if (this.#tasks.length === 0 || performance.now() < this.#notBefore) await this.#wait();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#leaving);
    const open = this.#open;
    this.#open = undefined;
    this.#lease.signal.removeEventListener('abort', this.#onLoss);
    await this.#typist.cut();
    for (const { begun, job, again } of this.#tasks) {
      if (isKeys(job)) this.#end({ id: begun.id, kind: job.kind }, again ? TYPED_BEFORE : notSent('the agent is being stopped'));
    }
    if (open) {
      await open.closeLine(this.#lease.held() ? 'in order' : 'at once');
      open.log.tellLine('down', this.#stopping ? 'the agent was stopped' : 'the agent let the console go', new Date());
      await open.log.drained(AbortSignal.any([this.#lease.signal, AbortSignal.timeout(FLUSH)]));
      this.#wanted.leave(open.completeUntil);
      open.log.leave();
    }
    await this.#settler.drain();
    this.#intake.close();
  }

  async #take(): Promise<void> {
    try {
      const tasks = await this.#intake.next();
      if (tasks.length > 0) this.#lastWork = performance.now();
      this.#tasks.push(...tasks);
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      this.#lease.lose(error.message);
    }
  }

  #opened(journal: Journal): void {
    if (this.#open) return;
    this.#wanted.found(journal);
    if (journal.leftAt)
      this.#missing ??= { since: journal.leftAt, why: journal.console ? 'the agent was not there' : NOT_LOGGED };
  }

  /** Goes on with the console that is to be held, and does what is to be done, in order. What the database hinders is tried again later. */
  async #advance(): Promise<void> {
    try {
      const [first] = this.#tasks;
      const wanted = this.#wanted.now;
      if (wanted && !this.#open && (!first || isKeys(first.job))) await this.#goOn(wanted);
      for (let task = this.#tasks[0]; task && this.#lease.held() && !this.#stopping; task = this.#tasks[0]) {
        await this.#carryOut(task);
        this.#tasks.shift();
        this.#lastWork = performance.now();
      }
      await this.#wanted.reseal();
      this.#failures = 0;
    } catch (error) {
      if (error instanceof LeaseLost) return this.#lease.lose(error.message);
      const { first, last } = this.#means.timing.backOff;
      this.#notBefore = performance.now() + Math.min(first * 2 ** Math.min(this.#failures, 20), last);
      this.#failures += 1;
      const commands = this.#tasks.map(({ begun }) => begun.id);
      this.#log.warn({ reason: messageOf(error), commands }, 'the console waits');
    }
  }

  /** An earlier process held the console, or the database took nothing of it for a moment. */
  async #goOn(wanted: HeldConsole): Promise<void> {
    if (await this.#attach(wanted.console, await entranceOf(wanted, this.#means.judge))) return;
    this.#log.info({ console: wanted.console }, 'the console was released or stopped, and is not held any more');
    this.#wanted.wantNone();
  }

  async #carryOut({ begun, job, again }: ConsoleTask): Promise<void> {
    const { id } = begun;
    switch (job.kind) {
      case 'console.open':
        return this.#end({ id, kind: job.kind }, await this.#begin(job));
      case 'console.close':
        return this.#end({ id, kind: job.kind }, await this.#finish(job.console));
      default:
        if (again) return this.#end({ id, kind: job.kind }, TYPED_BEFORE);
        this.#typist.add(id, job);
    }
  }

  async #begin({ console, way }: Opening): Promise<Outcome> {
    const wanted = heldBy(console, way);
    try {
      if (this.#open?.console === console) {
        this.#wanted.want(wanted);
        this.#open.reenter(way);
        return done(console);
      }
      // Whoever had the console before is not shown anything of what comes now, nor the other way round.
      await this.#letGo();
      if (await this.#attach(console, way, () => this.#wanted.want(wanted))) return done(console);
    } catch (error) {
      if (error instanceof JournalError) return notSent(error.message);
      throw error;
    }
    this.#wanted.wantNone();
    return { status: 'failed', reason: 'closed', message: 'the console was released or stopped before it was opened' };
  }

  async #finish(console: number): Promise<Outcome> {
    const now = this.#open?.console ?? this.#wanted.now?.console ?? console;
    if (now > console) return { status: 'failed', reason: 'closed', message: 'another console was opened since' };
    await this.#letGo();
    this.#wanted.wantNone();
    return done(console);
  }

  /** Lets the console go at once, without the output that the database does not have. */
  #letGo(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open) this.#gone = this.#part(open);
    return this.#gone;
  }

  async #part(open: OpenConsole): Promise<void> {
    this.#missing = { since: open.completeUntil, why: NOT_LOGGED };
    open.log.close();
    await this.#typist.cut();
    await open.closeLine('at once');
    this.#wanted.leave(this.#missing.since);
  }

  /**
   * Holds a console from now on, if the database has it held; `before` is done once that is known. Throws LeaseLost, what `before` throws,
   * and what keeps us from knowing.
   */
  async #attach(console: number, entrance: Entrance, before = () => {}): Promise<boolean> {
    await this.#gone;
    const isHeldAgain = this.#wanted.now?.console === console;
    const nextSeq = await this.#means.database.call((connection) => attachConsole(connection, this.#held, console));
    if (nextSeq === undefined) return false;
    before();
    const open: OpenConsole = new OpenConsole(this.#means, {
      held: this.#held,
      lease: this.#lease,
      console,
      entrance,
      nextSeq,
      isHeldAgain,
      missing: this.#missing ?? { since: new Date(), why: NOT_LOGGED },
      onLetGo: () => {
        // Why, only the database can tell: it is asked again.
        if (this.#open === open) void this.#letGo().then(() => this.#wake.now());
      },
      onProblem: (problem) => this.#log.warn({ console, problem }, 'no connection to the console'),
    });
    this.#open = open;
    this.#missing = undefined;
    return true;
  }

  #end(row: Pick<CommandRow, 'id' | 'kind'>, outcome: Outcome): void {
    // What ended with the lease is left to the successor.
    if (this.#lease.held()) this.#settler.end(row, outcome, 'debug');
  }

  #isIdle(): boolean {
    return this.#intake.idle && this.#tasks.length === 0 && this.#typist.isIdle && !this.#open && !this.#wanted.now;
  }

  async #wait(): Promise<void> {
    const times = [this.#intake.retryAt ?? Number.POSITIVE_INFINITY];
    if (this.#tasks.length > 0 || (this.#wanted.now && !this.#open)) times.push(this.#notBefore);
    if (this.#isIdle()) times.push(this.#lastWork + this.#means.timing.idle);
    await this.#wake.wait(Math.min(...times), this.#lease.signal);
  }
}

function done(console: number): Outcome {
  return { status: 'done', result: { console } };
}
