import type { DeviceError } from '../device-error.ts';
import { advanceCheck, checkSessionFailed, type SwitchCheck } from './check-switch.ts';
import { changeSessionFailed, type PortChange } from './port-change.ts';
import type { Means, Patience, Progress } from './progress.ts';
import { advanceChange } from './set-port.ts';

/** What a command has done on a switch: everything that must be known to go on with it, in this session or the next. */
export type Job = PortChange | SwitchCheck;

/** Goes on with a job in an open session, until it ends, must wait, or the session is over. Never throws. Waiting is the caller's. */
export function advance(job: Job, means: Means): Promise<Progress> {
  switch (job.kind) {
    case 'port.set':
      return advanceChange(job, means);
    case 'switch.check':
      return advanceCheck(job, means);
  }
}

/** What follows from a session that could not be opened. */
export function sessionFailed(job: Job, error: DeviceError, patience: Patience): Progress {
  switch (job.kind) {
    case 'port.set':
      return changeSessionFailed(job, error, patience);
    case 'switch.check':
      return checkSessionFailed(job, error, patience);
  }
}

/** Whether anything was sent that may have changed the device. What has not touched it can be given back as if never taken. */
export function hasTouched(job: Job): boolean {
  return job.kind === 'port.set' && job.touched;
}
