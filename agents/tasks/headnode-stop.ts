import { ended } from './bmc-outcomes.ts';
import { beginDoubt, causeOf, failed, type HeadnodeChange, type HeadnodeMeans, look, readBack } from './headnode-outcomes.ts';
import type { Progress } from './progress.ts';
import { asDeviceError } from './set-port.ts';

/** A headnode whose power is to be taken: looked at, told, and read back. */
export interface HeadnodeStop extends HeadnodeChange {
  readonly kind: 'headnode.stop';
  stage: 'look' | 'prove';
}

/** Goes on with a stop until it ends or must wait. Never throws. */
export async function advanceHeadnodeStop(stop: HeadnodeStop, means: HeadnodeMeans): Promise<Progress> {
  if (stop.stage === 'look') {
    const before = await look(stop, means);
    if ('kind' in before) return before;
    // One that does not run may still have a process, with a guest that waits.
    if (before.state === 'absent') return ended({ status: 'done', result: { headnode: before } });
    stop.touched = true;
    try {
      await means.session.stop();
      means.checkpoint('set-sent');
    } catch (thrown) {
      const error = asDeviceError(thrown);
      if (error.fault === 'unreachable') return failed(error, before);
      stop.cause = causeOf(error);
    }
    beginDoubt(stop, means);
    stop.stage = 'prove';
  }
  const now = await readBack(stop, means);
  if ('kind' in now) return now;
  if (now.state !== 'running') return ended({ status: 'done', result: { headnode: now } });
  return failed(stop.cause ?? { reason: 'no-reaction', message: 'its power was taken, and it still runs' }, now);
}
