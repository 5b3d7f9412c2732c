import type { Outcome } from '../../db/commands/outcome.ts';
import type { DeviceError } from '../device-error.ts';
import type { SwitchSession } from '../drivers/driver.ts';
import { advanceCheck, checkSessionFailed, type SwitchCheck } from './check-switch.ts';
import { changeSessionFailed, type PortChange, supersede } from './port-change.ts';
import type { Means, Patience, Progress } from './progress.ts';
import { advanceChange } from './set-port.ts';

/** What a command has done on a switch: everything that must be known to go on with it, in this session or the next. */
export type SwitchJob = PortChange | SwitchCheck;

/** Goes on with a job in an open session, until it ends, must wait, or the session is over. Never throws. Waiting is the caller's. */
export function advance(job: SwitchJob, means: Means<SwitchSession>): Promise<Progress> {
  switch (job.kind) {
    case 'port.set':
      return advanceChange(job, means);
    case 'switch.check':
      return advanceCheck(job, means);
  }
}

/** What follows from a session that could not be opened. */
export function sessionFailed(job: SwitchJob, error: DeviceError, patience: Patience): Progress {
  switch (job.kind) {
    case 'port.set':
      return changeSessionFailed(job, error, patience);
    case 'switch.check':
      return checkSessionFailed(job, error, patience);
  }
}

/** Whether anything was sent that may have changed the device. What has not touched it can be given back as if never taken. */
export function hasTouched(job: SwitchJob): boolean {
  return job.kind === 'port.set' && job.touched;
}

/** The end of a job that a later one of the same port takes over from. */
export function supersedeSwitchJob(job: SwitchJob): Outcome {
  if (job.kind === 'port.set') return supersede(job);
  return { status: 'unknown', reason: 'unproven', message: 'a later command took over' };
}
