import type { Outcome } from '../../db/commands/outcome.ts';
import type { Checkpoint } from '../checkpoint.ts';

/** What became of a step: the command ended, or goes on after so many milliseconds. `over`: the session is of no use any more. */
export type Progress =
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly session?: 'over' }
  | { readonly kind: 'later'; readonly wait: number; readonly session: 'usable' | 'over' };

/** How long to wait for what: the part of `Timing` that a job needs, in milliseconds. */
export interface Patience {
  readonly open: readonly number[];
  readonly backOff: { readonly first: number; readonly last: number };
}

/** What a job works with; `S` is a session with its kind of device. */
export interface Means<S> {
  readonly session: S;
  readonly patience: Patience;
  readonly checkpoint: Checkpoint;
  /** Whether what can be left for later should be: the agent is being stopped. */
  readonly isStopping: () => boolean;
}
