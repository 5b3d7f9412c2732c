import type { FailureReason } from '../../db/commands/outcome.ts';
import type { HeadnodeState } from '../../db/devices/headnode.ts';
import type { HeadnodeWaits } from '../config.ts';
import type { DeviceError } from '../device-error.ts';
import type { Headnode } from '../headnode-link.ts';
import { ended, reasonOf } from './bmc-outcomes.ts';
import type { Means, Progress } from './progress.ts';
import { asDeviceError } from './set-port.ts';

/** What a job on a headnode works with. */
export interface HeadnodeMeans extends Means<Headnode> {
  readonly waits: HeadnodeWaits;
}

/** Why a headnode is not as wanted. */
export interface Cause {
  readonly reason: FailureReason;
  readonly message: string;
}

/** What every change of a headnode keeps. */
export interface HeadnodeChange {
  /** An earlier process began it, and did not come to an end. */
  readonly again: boolean;
  /** Whether anything was sent that may have changed the headnode. */
  touched: boolean;
  /** Why it will not be as wanted; undefined: it may yet be. */
  cause: Cause | undefined;
  /** Until when a host that does not tell is asked, in milliseconds since 1970. */
  doubtUntil: number | undefined;
}

/** Why, by an error of the host. */
export function causeOf(error: DeviceError): Cause {
  return { reason: reasonOf(error), message: error.message };
}

/** A command that failed; `headnode` as it was read back, where it was. */
export function failed(why: Cause | DeviceError, headnode?: HeadnodeState): Progress {
  const { reason, message } = why instanceof Error ? causeOf(why) : why;
  const now = headnode === undefined ? '' : `; the headnode is ${headnode.state}`;
  return ended({
    status: 'failed',
    reason,
    message: `${message}${now}`,
    ...(headnode === undefined ? {} : { result: { headnode } }),
  });
}

/** A command of which nobody can tell what became of it. */
export function unproven(message: string): Progress {
  return ended({ status: 'unknown', reason: 'unproven', message: `what the headnode does now is not known: ${message}` });
}

/** From now on a host that does not tell is asked for a while. */
export function beginDoubt(change: HeadnodeChange, { waits }: HeadnodeMeans): void {
  change.doubtUntil = Date.now() + waits.doubt;
}

/** Waits for a host that does not tell, as long as that is worth it: then nobody knows. */
export function inDoubt({ doubtUntil = 0 }: HeadnodeChange, { message }: Cause, { waits }: HeadnodeMeans): Progress {
  return Date.now() < doubtUntil ? { kind: 'later', wait: waits.look, session: 'usable' } : unproven(message);
}

/** What the headnode does, before anything is done to it; otherwise what follows from not knowing. */
export async function look(change: HeadnodeChange, means: HeadnodeMeans): Promise<HeadnodeState | Progress> {
  try {
    const state = await means.session.read();
    means.checkpoint('connected');
    return state;
  } catch (thrown) {
    const error = asDeviceError(thrown);
    if (!change.again) return failed(error);
    // Where an earlier process may have changed it, that the host is away just now is no end.
    if (change.doubtUntil === undefined) beginDoubt(change, means);
    return inDoubt(change, causeOf(error), means);
  }
}

/** What the headnode does, after something was done to it; otherwise what follows from not knowing. */
export async function readBack(change: HeadnodeChange, means: HeadnodeMeans): Promise<HeadnodeState | Progress> {
  try {
    const state = await means.session.read();
    means.checkpoint('read-back');
    return state;
  } catch (thrown) {
    return inDoubt(change, causeOf(asDeviceError(thrown)), means);
  }
}
