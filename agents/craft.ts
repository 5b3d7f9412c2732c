import type { Outcome } from '../db/commands/outcome.ts';
import type { DeviceError } from './device-error.ts';
import type { Journal } from './journal.ts';
import type { TaskOf, Trade } from './task.ts';
import type { Means, Patience, Progress } from './tasks/progress.ts';

/** How commands for one kind of device are carried out, on one device; `S` is a session with it. */
export interface Craft<T extends Trade, S> {
  readonly trade: T;
  readonly upkeep: Upkeep<T>;
  /** Whether a session is open. */
  readonly isOpen: boolean;
  /** The session for a task: the one that is open, or a new one. Throws DeviceError. */
  session(task: TaskOf<T>): Promise<S>;
  /** Ends the session, if there is one. Never throws. */
  close(): Promise<void>;
  /** Whether two tasks go to one place, entered in the same way. */
  sameTarget(a: TaskOf<T>, b: TaskOf<T>): boolean;
  /** Goes on with a task until it ends, must wait, or the session is over. Never throws. */
  advance(task: TaskOf<T>, means: Means<S>): Promise<Progress>;
  /** What follows from a session that could not be opened. */
  sessionFailed(task: TaskOf<T>, error: DeviceError, patience: Patience): Progress;
  /** Whether anything was sent that may have changed the device. What has not touched it can be given back as if never taken. */
  hasTouched(task: TaskOf<T>): boolean;
  /** Whether a task is to come after the changes that were begun before it, unless those wait in doubt. */
  comesAfterChanges(task: TaskOf<T>): boolean;
  /** Whether a task that waits gives way to a later one of the same part of the device now. */
  givesWay(task: TaskOf<T>): boolean;
  /** The end of a task that a later one of the same part of the device takes over from. */
  supersede(task: TaskOf<T>): Outcome;
}

/** What a kind of device needs besides its commands, once they have changed it. */
export interface Upkeep<T extends Trade> {
  /** Whether the device was changed, and something is to be done about it before it is let go. */
  readonly dirty: boolean;
  /** Whether that is ours to do, and there is hope. */
  readonly pending: boolean;
  /** The journal was opened, and may tell of what an earlier process left behind. */
  opened(journal: Journal): Promise<void>;
  /** Writes tasks into the journal. Throws JournalError. */
  begin(journal: Journal, tasks: readonly TaskOf<T>[]): void;
  /** A task has changed the device, or may have. */
  mark(task: TaskOf<T>): void;
  /** When to do it, on the clock of `performance.now()`; undefined: there is nothing to do. */
  due(dry: boolean, lastWork: number): number | undefined;
  /** Does it now. True: it is done. Never throws. */
  save(): Promise<boolean>;
  /** There is nothing to be done any more: it was done just now, or nothing was sent. */
  forget(why: 'saved' | 'untouched'): void;
}
