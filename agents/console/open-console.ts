import type { Claim } from '../../db/commands/claim.ts';
import type { Lease } from '../lease.ts';
import type { ConsoleLog, ConsoleLogs } from './console-logs.ts';
import { type Entrance, type EntranceMeans, isSameEntrance, openerOf, traitsOf } from './entrance.ts';
import { type Interruption, LineKeeper } from './line-keeper.ts';

/** What holding consoles needs of its surroundings. */
export interface ConsoleMeans extends EntranceMeans {
  readonly consoleLogs: ConsoleLogs;
}

/** A console that the database lets us hold: see `attachConsole`. */
export interface HeldConsole {
  readonly held: Claim;
  readonly lease: Lease;
  readonly console: number;
  readonly entrance: Entrance;
  readonly nextSeq: number;
  /** Whether the console was held before, by us or by an earlier process. */
  readonly isHeldAgain: boolean;
  /** Since when nothing was logged, and why, where the console was held or logged before. */
  readonly missing: Interruption;
  /** The database takes nothing of this console any more. */
  readonly onLetGo: () => void;
  /** There is no connection, and this is why: see LineKeeper. */
  readonly onProblem: (why: string) => void;
}

/** A console while it is held: its line, and its log. */
export class OpenConsole {
  readonly console: number;
  readonly log: ConsoleLog;
  readonly line: LineKeeper;
  readonly #means: ConsoleMeans;
  readonly #lease: Lease;
  #entrance: Entrance;
  /** The line ends with the lease, whatever else is under way. */
  readonly #onLoss = () => void this.line.close('at once');

  constructor(means: ConsoleMeans, wanted: HeldConsole) {
    const { held, lease, console, entrance, nextSeq, isHeldAgain, missing, onLetGo, onProblem } = wanted;
    this.#means = means;
    this.#lease = lease;
    this.console = console;
    this.#entrance = entrance;
    this.log = means.consoleLogs.attach({ held, console, nextSeq, onLetGo });
    const { goesOnFrom } = this.log;
    const isNew = nextSeq === 1 && goesOnFrom === undefined;
    this.line = new LineKeeper({
      open: openerOf(means, entrance, lease),
      log: this.log,
      traits: traitsOf(entrance, means.timing),
      opening: means.timing.console.opening,
      isNew,
      missing: isNew && !isHeldAgain ? undefined : { ...missing, since: goesOnFrom ?? missing.since },
      onProblem,
    });
    lease.signal.addEventListener('abort', this.#onLoss);
  }

  /** Closes the line, as LineKeeper does. The log is left to the caller. */
  async closeLine(how: 'in order' | 'at once'): Promise<void> {
    this.#lease.signal.removeEventListener('abort', this.#onLoss);
    await this.line.close(how);
  }

  /** Enters the console in another way, at once. In the same way again it only does not wait for the next opening. */
  reenter(entrance: Entrance): void {
    const isSame = isSameEntrance(this.#entrance, entrance);
    this.#entrance = entrance;
    // Whoever begins to watch has it opened: that must not have a slow BMC begin anew each time.
    if (isSame) this.line.hurry();
    else this.line.reopen(openerOf(this.#means, entrance, this.#lease));
  }

  /** The moment up to which the log says everything, in the database. */
  get completeUntil(): Date {
    const { completeUntil } = this.log;
    const { missingSince = completeUntil } = this.line;
    return missingSince < completeUntil ? missingSince : completeUntil;
  }
}
