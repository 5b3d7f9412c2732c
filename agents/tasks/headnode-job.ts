import type { CommandParameters } from '../../db/commands/kinds.ts';
import type { Outcome } from '../../db/commands/outcome.ts';
import type { HeadnodeSeed } from '../../db/devices/headnode.ts';
import type { DeviceError } from '../device-error.ts';
import { ended } from './bmc-outcomes.ts';
import { advanceHeadnodeDelete, type HeadnodeDelete } from './headnode-delete.ts';
import { failed, type HeadnodeMeans, unproven } from './headnode-outcomes.ts';
import { advanceHeadnodeStart, type HeadnodeStart } from './headnode-start.ts';
import { advanceHeadnodeStop, type HeadnodeStop } from './headnode-stop.ts';
import type { Progress } from './progress.ts';
import { asDeviceError } from './set-port.ts';

/** A look at a headnode. */
interface HeadnodeReading {
  readonly kind: 'headnode.read';
}

/** What a command has done to a headnode: everything that must be known to go on with it. */
export type HeadnodeJob = HeadnodeStart | HeadnodeStop | HeadnodeReading | HeadnodeDelete;

/** The beginning of a start. `again`: an earlier process began it, and did not come to an end. */
export function beginHeadnodeStart(
  parameters: CommandParameters<'headnode.start'>,
  seed: HeadnodeSeed | null,
  command: string,
  again: boolean,
): HeadnodeStart {
  return {
    kind: 'headnode.start',
    parameters,
    seed,
    command,
    again,
    stage: 'look',
    touched: again,
    cause: undefined,
    doubtUntil: undefined,
  };
}

/** The beginning of anything else. */
export function beginHeadnodeJob(kind: 'headnode.stop' | 'headnode.read' | 'headnode.delete', again: boolean): HeadnodeJob {
  switch (kind) {
    case 'headnode.stop':
      return { kind, again, stage: 'look', touched: again, cause: undefined, doubtUntil: undefined };
    case 'headnode.delete':
      return { kind, again, touched: again, cause: undefined, doubtUntil: undefined };
    case 'headnode.read':
      return { kind };
  }
}

/** Goes on with a job until it ends or must wait. Never throws. Waiting is the caller's. */
export async function advanceHeadnodeJob(job: HeadnodeJob, means: HeadnodeMeans): Promise<Progress> {
  switch (job.kind) {
    case 'headnode.start':
      return advanceHeadnodeStart(job, means);
    case 'headnode.stop':
      return advanceHeadnodeStop(job, means);
    case 'headnode.delete':
      return advanceHeadnodeDelete(job, means);
    case 'headnode.read':
      // Tried once: whoever waits for it asks again.
      return means.session.read().then(
        (headnode) => ended({ status: 'done', result: { headnode } }),
        (thrown: unknown) => failed(asDeviceError(thrown)),
      );
  }
}

/** What follows where no headnodes can be run at all. */
export function headnodeSessionFailed(job: HeadnodeJob, error: DeviceError): Progress {
  return hasTouchedHeadnode(job) ? unproven(error.message) : failed(error);
}

/** Whether anything was sent that may have changed the headnode. What has not touched it can be given back as if never taken. */
export function hasTouchedHeadnode(job: HeadnodeJob): boolean {
  return job.kind !== 'headnode.read' && job.touched;
}

/** The end of a change that a later one takes over from, of which only the proof was waited for. */
export function supersedeHeadnodeJob(): Outcome {
  return { status: 'unknown', reason: 'unproven', message: 'a later command took over before it was proven' };
}
