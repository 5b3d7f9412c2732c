import { type PortState, samePortState } from '../../db/commands/kinds.ts';
import type { FailureReason, Outcome } from '../../db/commands/outcome.ts';
import type { DeviceError } from '../device-error.ts';
import type { Patience, Progress } from './progress.ts';

/**
 * What is to be done next:
 * `look`: read the port first, because an earlier process may have written to it;
 * `set`: write the wanted state; `prove`: read, and believe only that;
 * `restore`: write the signed state of before, and read; `shut`: shut the port, and read.
 */
export type Stage = 'look' | 'set' | 'prove' | 'restore' | 'shut';

/** One port on its way to the wanted state: everything that must be known to go on, in this session or the next. */
export interface PortChange {
  readonly kind: 'port.set';
  readonly port: string;
  readonly want: PortState;
  readonly before: PortState;
  /** Milliseconds since 1970 at which to stop trying. */
  readonly deadline: number;
  stage: Stage;
  /** Whether anything was sent that may have changed the port, by this process or an earlier one. */
  touched: boolean;
  /** Whether the wanted state was sent a second time, which is once more than needed and the last. */
  repeated: boolean;
  /** Why the wanted state will not be. Once a switch has refused it, even a port that looks as wanted does not count. */
  cause: { readonly reason: FailureReason; readonly message: string } | undefined;
  /** Attempts to open a session before anything was sent. */
  openings: number;
  /** Readings in a row that told nothing. */
  unreadable: number;
  /** Sessions lost. */
  losses: number;
  /** Back-offs so far. */
  backOffs: number;
  /** What was seen or said last, for the report of a port that nobody can tell about. */
  last: string;
}

/** A change that is about to begin. `again`: an earlier process may have begun it. */
export function beginPortChange(
  { port, want, before }: { readonly port: string; readonly want: PortState; readonly before: PortState },
  deadline: number,
  again: boolean,
): PortChange {
  return {
    kind: 'port.set',
    port,
    want,
    before,
    deadline,
    stage: again ? 'look' : 'set',
    touched: again,
    repeated: again,
    cause: undefined,
    openings: 0,
    unreadable: 0,
    losses: 0,
    backOffs: 0,
    last: again ? 'an earlier attempt was cut short' : 'nothing was sent',
  };
}

/** What follows from a session that could not be opened. */
export function changeSessionFailed(change: PortChange, error: DeviceError, patience: Patience): Progress {
  if (change.touched) {
    change.last = error.message;
    return backOff(change, patience, 'over');
  }
  if (error.fault === 'denied') return ended({ status: 'failed', reason: 'denied', message: error.message });
  change.openings += 1;
  const wait = patience.open[change.openings];
  if (wait === undefined) return ended({ status: 'failed', reason: 'unreachable', message: error.message });
  return { kind: 'later', wait, session: 'over' };
}

/** What follows from a session that was lost. The first loss may be chance and is followed up at once; then others go first. */
export function sessionLost(change: PortChange, message: string, patience: Patience): Progress {
  change.last = message;
  change.losses += 1;
  if (change.losses > 3 && (change.stage === 'look' || change.stage === 'prove')) {
    change.cause ??= { reason: 'interrupted', message };
    change.stage = 'restore';
  }
  if (change.losses > 1 || Date.now() >= change.deadline) return backOff(change, patience, 'over');
  return { kind: 'later', wait: 0, session: 'over' };
}

/** One reading may be spoilt by a line of a log; after the second, what was written cannot be proven and is taken back. */
export function readingFailed(change: PortChange, message: string): void {
  change.unreadable += 1;
  if (change.unreadable < 2) return;
  change.cause ??= { reason: 'mismatch', message: `${change.port} could not be read back: ${message}` };
  change.stage = 'restore';
}

/** Goes on after a while that doubles each time, for the last time when the time is up; then nobody can tell. */
export function backOff(change: PortChange, patience: Patience, session: 'usable' | 'over'): Progress {
  const left = change.deadline - Date.now();
  if (left <= 0) return ended(unproven(change));
  const { first, last } = patience.backOff;
  const wait = Math.min(first * 2 ** Math.min(change.backOffs, 30), last, left);
  change.backOffs += 1;
  return { kind: 'later', wait, session };
}

/** The port was read back as wanted. */
export function asWanted(change: PortChange, port: PortState): Progress {
  return ended({ status: 'done', result: { port, changed: !samePortState(change.want, change.before) } });
}

/** The port was read back as before. */
export function asBefore(change: PortChange, port: PortState): Progress {
  const { reason, message } = change.cause ?? { reason: 'interrupted', message: change.last };
  return ended({
    status: 'failed',
    reason,
    message: `${message}; ${change.port} was read back as it was before`,
    result: { port },
  });
}

/** The end of a change that a later one of the same port takes over from. */
export function supersede(change: PortChange): Outcome {
  return {
    status: 'unknown',
    reason: 'unproven',
    message: `a later change of ${change.port} took over; before that: ${change.last}`,
  };
}

function unproven(change: PortChange): Outcome {
  const why = change.cause && change.cause.message !== change.last ? `${change.cause.message}; ` : '';
  const message = `${why}${change.last}; the time for it was up before ${change.port} could be proven to be as before`;
  return { status: 'unknown', reason: 'unproven', message };
}

function ended(outcome: Outcome): Progress {
  return { kind: 'ended', outcome };
}
