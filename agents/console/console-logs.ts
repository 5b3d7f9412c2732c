import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Claim } from '../../db/commands/claim.ts';
import { appendConsoles, type ConsoleEntry, type LineState } from '../../db/commands/consoles.ts';
import type { Database } from '../database.ts';
import { messageOf } from '../scrub.ts';
import { Wake } from '../wake.ts';
import { Backlog } from './backlog.ts';
import { Waiters } from './waiters.ts';

/** How often what is told. Milliseconds. */
export interface LogPace {
  /** The least between two requests about one console. What it says after a pause is told at once. */
  readonly usual: number;
  /** The same for a console that is being typed into, since the echo must follow the fingers, and for what becomes of its line. */
  readonly typing: number;
  /** How long a console counts as being typed into after the last key. */
  readonly typed: number;
  /** How often the database is asked about a console that says nothing: whether it is still to be held. */
  readonly quiet: number;
}

const PACE: LogPace = { usual: 200, typing: 15, typed: 10_000, quiet: 5000 };
/** The most entries and bytes in one request; what is beyond goes with the next. */
const MOST_ENTRIES = 2000;
const MOST_BYTES = 1024 * 1024;
/** How long what a device left behind is kept for going on with it. */
const LEFT = 600_000;

/** Which console is logged, and under which lease. */
export interface Attachment {
  readonly held: Claim;
  readonly console: number;
  readonly nextSeq: number;
  /** Called at most once: the database takes nothing of this console any more. What it had not taken is gone. */
  readonly onLetGo: () => void;
}

/** What another attachment of this process left behind when its lease was lost. */
interface Left {
  readonly held: Claim;
  readonly backlog: Backlog;
  readonly at: Date;
  readonly until: number;
}

/**
 * Tells the database what the consoles of this process say: all of them in one request, one request at a time, as long as any is attached.
 * What a request took with it is kept until it was answered, and sent again as it was. No error of the database ends it.
 */
export class ConsoleLogs {
  readonly #database: Pick<Database, 'call'>;
  readonly #log: Logger;
  readonly #pace: LogPace;
  readonly #logs = new Set<ConsoleLog>();
  readonly #left = new Map<number, Left>();
  readonly #wake = new Wake();
  #running = false;
  #failures = 0;
  #notBefore = 0;

  constructor(database: Pick<Database, 'call'>, log: Logger, pace: Partial<LogPace> = {}) {
    this.#database = database;
    this.#log = log;
    this.#pace = { ...PACE, ...pace };
  }

  /** Begins or goes on with the log of a console. Its output is told until `close` or `leave`. */
  attach(attachment: Attachment): ConsoleLog {
    const { held, console, nextSeq } = attachment;
    const left = this.#left.get(console);
    this.#left.delete(console);
    for (const [number, { until }] of this.#left) if (until < performance.now()) this.#left.delete(number);
    // With the next fence it is sure that nobody held the device in between: then the seqs that were given mean the same to the database.
    const goesOn = left?.held.deviceId === held.deviceId && left.held.fence + 1 === held.fence && left.backlog.goOn(nextSeq);
    const log = new ConsoleLog(
      attachment,
      goesOn ? left.backlog : new Backlog(nextSeq),
      goesOn ? left.at : undefined,
      this.#pace,
      () => this.#wake.now(),
      (backlog) => this.#ended(log, backlog),
    );
    this.#logs.add(log);
    if (!this.#running) void this.#run();
    this.#wake.now();
    return log;
  }

  #ended(log: ConsoleLog, backlog: Backlog | undefined): void {
    this.#logs.delete(log);
    if (backlog && !backlog.isEmpty)
      this.#left.set(log.console, { held: log.held, backlog, at: new Date(), until: performance.now() + LEFT });
    this.#wake.now();
  }

  async #run(): Promise<void> {
    const never = new AbortController().signal;
    this.#running = true;
    while (this.#logs.size > 0) {
      const due = Math.max(this.#notBefore, Math.min(...[...this.#logs].map((log) => log.dueAt)));
      if (due > performance.now()) await this.#wake.wait(due, never);
      else await this.#tell();
    }
    this.#running = false;
  }

  async #tell(): Promise<void> {
    const batch = this.#batch();
    try {
      const letGo = await this.#database.call((connection) =>
        appendConsoles(
          connection,
          batch.flatMap(({ entries }) => entries),
        ),
      );
      this.#failures = 0;
      for (const { log, entries } of batch) {
        if (letGo.has(log.console)) log.letGo();
        else log.told(entries);
      }
    } catch (error) {
      this.#failures += 1;
      this.#notBefore = performance.now() + Math.min(50 * 2 ** this.#failures, 2000);
      this.#log.warn({ reason: messageOf(error), consoles: batch.length }, 'the output of consoles waits for the database');
    }
  }

  /** Those that have waited longest first. After failures each alone, in turn: if one of them is the trouble, the others get through. */
  #batch(): { readonly log: ConsoleLog; readonly entries: readonly ConsoleEntry[] }[] {
    const now = performance.now();
    // Those that would be due soon come along, so that consoles that speak all the time share their requests.
    const due = [...this.#logs].filter((log) => log.dueAt <= now + this.#pace.usual / 2).sort((a, b) => a.askedAt - b.askedAt);
    const batch: { log: ConsoleLog; entries: readonly ConsoleEntry[] }[] = [];
    let [count, bytes] = [0, 0];
    for (const log of due) {
      if (count >= MOST_ENTRIES || bytes >= MOST_BYTES || (batch.length > 0 && this.#failures > 1)) break;
      const entries = log.entries(now);
      batch.push({ log, entries });
      count += entries.length;
      for (const { chunk } of entries) if (chunk && 'data' in chunk) bytes += chunk.data.length;
    }
    return batch;
  }
}

/** The log of one console, as its holder fills it. After its end nothing is added to it any more. */
export class ConsoleLog {
  readonly held: Claim;
  readonly console: number;
  /** Set where the log goes on with what was not told before the lease was lost, until then. */
  readonly goesOnFrom: Date | undefined;
  /** When the database was last told or asked, on the clock of `performance.now()`. */
  askedAt = Number.NEGATIVE_INFINITY;
  readonly #backlog: Backlog;
  readonly #pace: LogPace;
  readonly #onLetGo: () => void;
  readonly #onNews: () => void;
  readonly #onEnd: (left: Backlog | undefined) => void;
  #line: { readonly at: Date; readonly state: LineState; readonly problem: string | null } | undefined;
  #typedUntil = Number.NEGATIVE_INFINITY;
  #isEnded = false;
  readonly #waiters = new Waiters();

  constructor(
    { held, console, onLetGo }: Attachment,
    backlog: Backlog,
    goesOnFrom: Date | undefined,
    pace: LogPace,
    onNews: () => void,
    onEnd: (left: Backlog | undefined) => void,
  ) {
    this.held = held;
    this.console = console;
    this.goesOnFrom = goesOnFrom;
    this.#backlog = backlog;
    this.#pace = pace;
    this.#onLetGo = onLetGo;
    this.#onNews = onNews;
    this.#onEnd = onEnd;
  }

  /** The console said something. */
  write(data: Buffer, at: Date): void {
    if (data.length === 0 || this.#isEnded) return;
    this.#backlog.write(data, at);
    this.#onNews();
  }

  /** Something is missing from here; the text says what, and why. */
  mark(text: string, at: Date): void {
    if (this.#isEnded) return;
    this.#backlog.mark(text, at);
    this.#onNews();
  }

  /** How it stands with the line since `at`. Only the latest is told. */
  tellLine(state: LineState, problem: string | null, at: Date): void {
    if (this.#isEnded) return;
    this.#line = { state, problem, at };
    this.#onNews();
  }

  /** Somebody types: for a while output is told without delay. */
  hurry(): void {
    this.#typedUntil = performance.now() + this.#pace.typed;
    this.#onNews();
  }

  /** The moment up to which the database has everything. */
  get completeUntil(): Date {
    return this.#backlog.since ?? new Date();
  }

  /** Resolves when the database has everything, the log has ended, or `signal` aborts. */
  async drained(signal: AbortSignal): Promise<void> {
    while (!this.#isDone() && !signal.aborted) await this.#waiters.wait(signal);
  }

  /** Ends the log; what the database does not have is thrown away. */
  close(): void {
    this.#end(undefined);
  }

  /** Ends the log, since the lease was lost; what the database does not have is kept for whoever of this process holds the device next. */
  leave(): void {
    this.#end(this.#backlog);
  }

  /** When the database is to be told or asked next, on the clock of `performance.now()`. */
  get dueAt(): number {
    if (this.#backlog.isLarge) return this.askedAt;
    if (this.#isEmpty()) return this.askedAt + this.#pace.quiet;
    const isUrgent = this.#line !== undefined || this.askedAt < this.#typedUntil;
    return this.askedAt + (isUrgent ? this.#pace.typing : this.#pace.usual);
  }

  /** What to tell the database. */
  entries(now: number): ConsoleEntry[] {
    const { held, console } = this;
    this.askedAt = now;
    const entries: ConsoleEntry[] = this.#backlog.next().map(({ at, chunk }) => ({ held, console, at, chunk }));
    if (this.#line) {
      const { at, state, problem } = this.#line;
      entries.push({ held, console, at, line: { state, problem } });
    }
    return entries.length > 0 ? entries : [{ held, console, at: new Date() }];
  }

  /** The database has these. */
  told(entries: readonly ConsoleEntry[]): void {
    if (this.#isEnded) return;
    if (entries.some(({ chunk }) => chunk)) this.#backlog.acknowledge();
    if (entries.some(({ at, line }) => line && at === this.#line?.at)) this.#line = undefined;
    if (this.#isDone()) this.#waiters.wake();
  }

  /** The database takes nothing of this console any more. */
  letGo(): void {
    if (this.#isEnded) return;
    this.#end(undefined);
    this.#onLetGo();
  }

  #end(left: Backlog | undefined): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#waiters.wake();
    this.#onEnd(left);
  }

  #isEmpty(): boolean {
    return this.#backlog.isEmpty && this.#line === undefined;
  }

  #isDone(): boolean {
    return this.#isEnded || this.#isEmpty();
  }
}
