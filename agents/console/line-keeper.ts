import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LineState } from '../../db/commands/consoles.ts';
import { DeviceError } from '../device-error.ts';
import type { ConsoleLine } from '../drivers/console-line.ts';
import { messageOf, scrub } from '../scrub.ts';
import { Wake } from '../wake.ts';
import { period } from './backlog.ts';
import { Attempt, type OpenLine } from './line-attempt.ts';
import { Waiters } from './waiters.ts';

/** Where a keeper tells what comes over the line, and how it stands with it: see ConsoleLog. */
interface LineLog {
  write(data: Buffer, at: Date): void;
  mark(text: string, at: Date): void;
  tellLine(state: LineState, problem: string | null, at: Date): void;
}

/** From when on something is missing, and why. */
export interface Interruption {
  readonly since: Date;
  readonly why: string;
}

/** How the lines of one kind of machine behave. Durations in milliseconds. */
export interface LineTraits {
  /** Waits between two openings: doubled from `first` up to `last`, and back to `first` after a line that lived longer than `last`. */
  readonly backOff: { readonly first: number; readonly last: number };
  /** How long what comes over the very first line may have been said before, to somebody else: it is not kept. 0: nothing may. */
  readonly heldBack: number;
  /** How long it may go unnoticed that a line is dead. */
  readonly unnoticed: number;
  /** Whether a break that a line refuses may be sent over one that is opened anew. */
  readonly breaksAnew: boolean;
}

/** How a line is kept. */
export interface LineMeans {
  readonly open: OpenLine;
  readonly log: LineLog;
  readonly traits: LineTraits;
  /** How long an opening may take, in milliseconds. */
  readonly opening: number;
  /** Whether nothing of this console was ever logged. */
  readonly isNew: boolean;
  /** Since when nothing was logged, and why; undefined: there was nothing to log. */
  readonly missing: Interruption | undefined;
  /** Called when the line is lost, and while it is, with every other reason why it cannot be opened. */
  readonly onProblem: (why: string) => void;
}

/** How long closing a line in order may take. */
const CLOSING = 500;

/**
 * Keeps one serial console open until it is closed: opens it again for ever, with longer and longer waits, whatever becomes of the machine.
 * Everything that comes over it is logged with the time at which it was read, and every interruption is marked in the log with its time
 * and its reason, before whatever comes next.
 */
export class LineKeeper {
  readonly #means: LineMeans;
  readonly #end = new AbortController();
  readonly #pause = new Wake();
  readonly #running: Promise<void>;
  #openLine: OpenLine;
  #attempt: Attempt | undefined;
  #line: ConsoleLine | undefined;
  readonly #waiters = new Waiters();
  #missing: Interruption | undefined;
  /** The last problem, and whether it was told and nothing is open since. */
  #problem = '';
  #isDown = false;
  #failures = 0;
  /** When something came over the line last, or it was opened. */
  #heardAt = new Date();
  #isNew: boolean;
  #withheld = 0;
  #isClosing = false;
  /** Whether the next opening is waited for, and whether we were not let in at the last. */
  #isPausing = false;
  #isDenied = false;

  constructor(means: LineMeans) {
    this.#means = means;
    this.#openLine = means.open;
    this.#isNew = means.isNew && means.traits.heldBack > 0;
    this.#missing = means.missing;
    means.log.tellLine('opening', null, new Date());
    this.#running = this.#keep();
  }

  /**
   * Types, as soon as the line is open. Throws `unreachable` when it was not open before `signal` aborted: nothing was typed; and `lost`
   * when the line ended meanwhile, or it did not take it in time: some of it may have been typed.
   */
  async type(data: Buffer, signal: AbortSignal): Promise<void> {
    const line = await this.#opened(signal);
    await this.#within(signal, line.write(data));
  }

  /** Sends a break, on a line that is opened anew where it must be. Throws like `type`, and `refused` when none can be sent. */
  async sendBreak(signal: AbortSignal): Promise<void> {
    const line = await this.#opened(signal);
    try {
      return await this.#within(signal, line.sendBreak());
    } catch (error) {
      const isRefused = error instanceof DeviceError && error.fault === 'refused';
      if (!isRefused || !this.#means.traits.breaksAnew) throw error;
    }
    this.#abandon('the console was opened anew to send a break');
    const anew = await this.#opened(signal);
    await this.#within(signal, anew.sendBreak());
  }

  /** Since when something is missing in the log; undefined: nothing is. */
  get missingSince(): Date | undefined {
    return this.#missing?.since;
  }

  /** Closes the line and opens it in another way, at once. */
  reopen(open: OpenLine): void {
    this.#openLine = open;
    this.#abandon('the console was opened anew');
  }

  /** Somebody wants the line now: it is opened at once where the next opening was waited for, unless we will not be let in. */
  hurry(): void {
    if (this.#isPausing && !this.#isDenied) this.#pause.now();
  }

  /** Closes the line, and resolves when it is closed. In order: what still comes before its end is logged. At once: nothing is. */
  async close(how: 'in order' | 'at once'): Promise<void> {
    this.#isClosing = true;
    if (how === 'at once') this.#end.abort();
    const line = this.#line;
    this.#line = undefined;
    if (line) await closed(line);
    this.#end.abort();
    this.#waiters.wake();
    await this.#running;
  }

  async #keep(): Promise<void> {
    while (!this.#isClosing) {
      const attempt = new Attempt(this.#end.signal, (data) => this.#read(data));
      this.#attempt = attempt;
      const wait = await this.#try(attempt);
      attempt.end();
      if (wait === 0) continue;
      this.#isPausing = true;
      await this.#pause.wait(performance.now() + wait, this.#end.signal);
      this.#isPausing = false;
    }
  }

  /** One line, from its opening to its end. Answers how long to wait before the next. */
  async #try(attempt: Attempt): Promise<number> {
    const {
      opening,
      traits: { backOff, heldBack },
    } = this.#means;
    try {
      const line = await attempt.open(this.#openLine, opening);
      const openedAt = performance.now();
      this.#heardAt = new Date();
      if (!this.#isNew) this.#found();
      this.#means.log.tellLine('open', null, new Date());
      this.#isDown = false;
      this.#line = line;
      this.#waiters.wake();
      const holding = this.#isNew ? setTimeout(() => this.#show(), heldBack) : undefined;
      const why = await Promise.race([line.ended, attempt.abandoned]);
      clearTimeout(holding);
      this.#line = undefined;
      this.#lost(attempt.reason ?? why, attempt.reason === undefined ? this.#lastSign() : new Date());
      if (performance.now() - openedAt > backOff.last) this.#failures = 0;
    } catch (error) {
      this.#lost(attempt.reason ?? messageOf(error));
      // What only a person can mend must not be knocked at every few seconds: BMCs lock users out for it.
      this.#isDenied = error instanceof DeviceError && error.fault === 'denied';
      if (this.#isDenied) return attempt.reason === undefined ? backOff.last : 0;
    }
    if (attempt.reason !== undefined) return 0;
    this.#failures += 1;
    return Math.min(backOff.first * 2 ** Math.min(this.#failures - 1, 20), backOff.last);
  }

  /** Gives up the line, or its opening, or the wait for it, so that it is opened again at once. */
  #abandon(why: string): void {
    const line = this.#line;
    const attempt = this.#attempt;
    this.#line = undefined;
    this.#pause.now();
    if (line) attempt?.name(why);
    if (line) void closed(line).then(() => attempt?.abandon(why));
    else attempt?.abandon(why);
  }

  #read(data: Buffer): void {
    this.#heardAt = new Date();
    // BMCs keep what was printed while nobody listened, and tell it to whoever comes next: that would be the last project's.
    if (this.#isNew) {
      this.#withheld += data.length;
      return;
    }
    this.#found();
    this.#means.log.write(data, this.#heardAt);
  }

  /** The console is not new any more: from now on what it says was said to us. */
  #show(): void {
    this.#isNew = false;
    this.#found();
    if (this.#withheld === 0) return;
    const text = `${this.#withheld} bytes that came as the console was opened were not kept, as they may have been printed before`;
    this.#means.log.mark(text, new Date());
  }

  /** Something comes over the line again: what is missing is marked first. */
  #found(): void {
    const missing = this.#missing;
    if (!missing) return;
    this.#missing = undefined;
    const last = this.#problem === '' || this.#problem === missing.why ? '' : `; at last: ${this.#problem}`;
    const now = new Date();
    this.#means.log.mark(`${period(missing.since, now)}: ${missing.why}${last}`, now);
  }

  /** Up to when the line that ended was certainly open. */
  #lastSign(): Date {
    return new Date(Math.max(this.#heardAt.getTime(), Date.now() - this.#means.traits.unnoticed));
  }

  #lost(reason: string, since = new Date()): void {
    if (this.#isClosing) return;
    const why = scrub(reason, []);
    if (!this.#isDown || why !== this.#problem) {
      this.#means.onProblem(why);
      this.#means.log.tellLine('down', why, new Date());
    }
    this.#isDown = true;
    this.#missing ??= { since, why };
    this.#problem = why;
  }

  async #opened(signal: AbortSignal): Promise<ConsoleLine> {
    for (;;) {
      if (signal.aborted || this.#isClosing)
        throw new DeviceError('unreachable', `the console is not open: ${this.#problem || 'it is being opened'}`);
      if (this.#line) return this.#line;
      await this.#waiters.wait(signal);
    }
  }

  /** Waits for something that is sent over the line. What hangs could be sent at any time later: it ends with its line. */
  async #within(signal: AbortSignal, sending: Promise<void>): Promise<void> {
    let giveUp = () => {};
    const late = new Promise<'late'>((resolve) => {
      giveUp = () => resolve('late');
    });
    signal.addEventListener('abort', giveUp, { once: true });
    if (signal.aborted) giveUp();
    const sent = await Promise.race([sending, late]).finally(() => signal.removeEventListener('abort', giveUp));
    if (sent !== 'late') return;
    sending.catch(() => {});
    this.#abandon('the console did not take what was typed');
    throw new DeviceError('lost', 'the console did not take it in time');
  }
}

async function closed(line: ConsoleLine): Promise<void> {
  await Promise.race([line.close(), sleep(CLOSING, undefined, { ref: false })]);
}
