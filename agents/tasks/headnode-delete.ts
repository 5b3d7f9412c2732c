import type { HeadnodeState } from '../../db/devices/headnode.ts';
import { ended } from './bmc-outcomes.ts';
import { beginDoubt, causeOf, failed, type HeadnodeChange, type HeadnodeMeans, inDoubt, readBack } from './headnode-outcomes.ts';
import type { Progress } from './progress.ts';
import { asDeviceError } from './set-port.ts';

/** A headnode of which nothing is to be left. */
export interface HeadnodeDelete extends HeadnodeChange {
  readonly kind: 'headnode.delete';
}

/** Goes on with a removal until it ends or must wait. Never throws. */
export async function advanceHeadnodeDelete(change: HeadnodeDelete, means: HeadnodeMeans): Promise<Progress> {
  const removed = await removeMachine(change, means);
  if ('kind' in removed) return removed;
  const { leftovers, now } = removed;
  if (leftovers.length === 0 && now.state === 'absent') return ended({ status: 'done', result: { headnode: now } });
  if (leftovers.length === 0) return failed({ reason: 'no-reaction', message: 'it was removed, and is still there' }, now);
  return failed({ reason: 'incomplete', message: `not everything could be removed: ${leftovers.join('; ')}` }, now);
}

/** What is there after a removal, and what could not be removed. */
interface Removed {
  readonly leftovers: readonly string[];
  readonly now: HeadnodeState;
}

/** Removes the machine and reads back; where the host does not tell, it is all done again, which is harmless. Otherwise what follows. */
export async function removeMachine(change: HeadnodeChange, means: HeadnodeMeans): Promise<Removed | Progress> {
  const { session, checkpoint } = means;
  const { touched } = change;
  change.touched = true;
  let leftovers: readonly string[];
  try {
    leftovers = await session.remove();
    checkpoint('removed');
  } catch (thrown) {
    const error = asDeviceError(thrown);
    if (error.fault === 'unreachable' && !touched) {
      change.touched = false;
      return failed(error);
    }
    if (error.fault !== 'refused') {
      if (change.doubtUntil === undefined) beginDoubt(change, means);
      return inDoubt(change, causeOf(error), means);
    }
    leftovers = [error.message];
  }
  if (change.doubtUntil === undefined) beginDoubt(change, means);
  const now = await readBack(change, means);
  if ('kind' in now) return now;
  if (now.state === 'absent') session.settle();
  return { leftovers, now };
}
