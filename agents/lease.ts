import { performance } from 'node:perf_hooks';
import { messageOf } from './scrub.ts';

/** How a lease is kept. Milliseconds; `since` on the clock of `performance.now()`, from before the lease was asked for. */
export interface LeaseTerms {
  readonly since: number;
  readonly lease: number;
  /** How long before its end the lease counts as over. */
  readonly margin: number;
  /** Asks for another `lease` from now; false when it is somebody else's. */
  readonly renew: () => Promise<boolean>;
  /** Told why, once, when the lease is over before it was stopped. */
  readonly onLoss: (why: string) => void;
}

/**
 * The time for which a device may be touched, measured on this host alone and from before each request was sent,
 * so that it always ends before the database lets a successor in. When it ends, `signal` aborts whatever is under way.
 */
export class Lease {
  readonly #terms: LeaseTerms;
  readonly #abort = new AbortController();
  #until: number;
  /** The same moment on the clock that goes on while a machine is suspended. */
  #wallUntil: number;
  #end: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(terms: LeaseTerms) {
    this.#terms = terms;
    this.#until = 0;
    this.#wallUntil = 0;
    this.#extend(terms.since);
    this.#schedule(terms.lease / 3 - (performance.now() - terms.since));
  }

  /** Aborts when the lease is over. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether the device may be touched now. A process that was stopped and goes on sees here, before any timer, that it is too late. */
  held(): boolean {
    if (!this.signal.aborted && (performance.now() >= this.#until || Date.now() >= this.#wallUntil))
      this.lose('it was not renewed in time');
    return !this.signal.aborted;
  }

  /** Ends the lease: the database said so, or the time is up. */
  lose(why: string): void {
    if (this.#stopped) return;
    this.stop();
    this.#terms.onLoss(why);
    this.#abort.abort(new Error(`the lease is over: ${why}`));
  }

  /** Stops renewing. The caller has let go of the device. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#end);
    clearTimeout(this.#next);
    this.#next = undefined;
  }

  #extend(since: number): void {
    const length = this.#terms.lease - this.#terms.margin;
    this.#until = since + length;
    this.#wallUntil = Date.now() - (performance.now() - since) + length;
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.held(), Math.max(1, this.#until - performance.now() + 1));
  }

  #schedule(wait: number): void {
    this.#next = setTimeout(() => void this.#renew(), Math.max(0, wait));
  }

  async #renew(): Promise<void> {
    const timer = this.#next;
    const since = performance.now();
    let renewed: boolean | undefined;
    let problem = '';
    try {
      renewed = await this.#terms.renew();
    } catch (error) {
      problem = messageOf(error);
    }
    // Stopped or lost while the answer was on its way.
    if (timer === undefined || this.#next !== timer || !this.held()) return;
    if (renewed === false) return this.lose('the database gave it to another process');
    if (renewed) this.#extend(since);
    this.#schedule(problem === '' ? this.#terms.lease / 3 - (performance.now() - since) : this.#terms.lease / 20);
  }
}
