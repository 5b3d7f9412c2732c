import type { CommandParameters } from '../../db/commands/kinds.ts';
import type { FailureReason } from '../../db/commands/outcome.ts';
import { type BootDevice, sameBoot } from '../../db/devices/obm.ts';
import type { BmcError } from '../drivers/bmc/bmc-error.ts';
import { asBmcError, type BmcMeans, bmcFailed, ended, reasonOf } from './bmc-outcomes.ts';
import type { Progress } from './progress.ts';

/** A boot device on its way: read, set, read back, and on a mismatch set to what it was before. */
export interface BootChange {
  readonly kind: 'boot-device.set';
  readonly node: string;
  readonly want: BootDevice;
  /** An earlier process began it and did not come to an end. */
  readonly again: boolean;
  stage: 'look' | 'set' | 'prove' | 'restore';
  touched: boolean;
  /** What the BMC held first, where that is known. */
  before: BootDevice | undefined;
  /** Why it will not be as wanted. */
  cause: { readonly reason: FailureReason; readonly message: string } | undefined;
  /** Until when a BMC that says nothing is asked, in milliseconds since 1970. */
  doubtUntil: number;
}

/** A change that is about to begin. `again`: an earlier process may have begun it, so that nobody knows what the BMC held first. */
export function beginBootChange({ bmc, boot }: CommandParameters<'boot-device.set'>, again: boolean): BootChange {
  return {
    kind: 'boot-device.set',
    node: bmc.label,
    want: boot,
    again,
    stage: again ? 'set' : 'look',
    touched: again,
    before: undefined,
    cause: undefined,
    doubtUntil: 0,
  };
}

/** Goes on with a change until it ends or must wait. Never throws. */
export async function advanceBootChange(change: BootChange, means: BmcMeans): Promise<Progress> {
  for (;;) {
    const progress = await stages[change.stage](change, means);
    if (progress) return progress;
  }
}

/** Undefined: go on at once with the stage that the change is in now. */
type Run = (change: BootChange, means: BmcMeans) => Promise<Progress | undefined>;

const stages: Record<BootChange['stage'], Run> = {
  async look(change, { session }) {
    try {
      change.before = await session.readBoot();
    } catch (thrown) {
      return bmcFailed(asBmcError(thrown));
    }
    change.stage = 'set';
    return undefined;
  },

  // Also where it is so already: what is set for one boot may be used up by then, and some BMCs forget it after a minute.
  async set(change, { session, waits, checkpoint }) {
    change.doubtUntil = Date.now() + waits.doubt;
    const error = await attempt(change, () => session.setBoot(change.want));
    if (!error) checkpoint('set-sent');
    else if (!change.again && (error.fault === 'unreachable' || error.fault === 'denied')) return bmcFailed(error);
    else change.cause = { reason: reasonOf(error), message: error.message };
    change.stage = 'prove';
    return undefined;
  },

  async prove(change, means) {
    const { node, want, before } = change;
    const boot = await read(change, means);
    if ('kind' in boot) return boot;
    if (change.cause?.reason !== 'device-refused' && sameBoot(boot, want)) return ended({ status: 'done', result: { boot } });
    change.cause ??= {
      reason: 'mismatch',
      message: `the BMC of ${node} took ${describe(want)} as the boot device, and holds ${describe(boot)}`,
    };
    if (before && sameBoot(boot, before)) return failed(change, boot);
    change.stage = 'restore';
    return undefined;
  },

  async restore(change, means) {
    const { before } = change;
    if (before) await attempt(change, () => means.session.setBoot(before));
    const boot = await read(change, means);
    return 'kind' in boot ? boot : failed(change, boot);
  },
};

async function attempt(change: BootChange, work: () => Promise<void>): Promise<BmcError | undefined> {
  change.touched = true;
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return asBmcError(thrown);
  }
}

async function read(change: BootChange, { session, waits, checkpoint }: BmcMeans): Promise<BootDevice | Progress> {
  try {
    const boot = await session.readBoot();
    checkpoint('read-back');
    return boot;
  } catch (thrown) {
    const { message } = asBmcError(thrown);
    if (Date.now() < change.doubtUntil) return { kind: 'later', wait: waits.look, session: 'usable' };
    return ended({
      status: 'unknown',
      reason: 'unproven',
      message: `what ${change.node} boots from next is not known: ${message}`,
    });
  }
}

function failed({ node, before, cause }: BootChange, boot: BootDevice): Progress {
  const isAsBefore = before !== undefined && sameBoot(boot, before);
  const held = `${node} boots from ${describe(boot)}${isAsBefore ? ' as before' : ''}`;
  const reason = isAsBefore ? (cause?.reason ?? 'mismatch') : 'incomplete';
  return ended({ status: 'failed', reason, message: `${cause?.message ?? 'it was not set'}; ${held}`, result: { boot } });
}

function describe({ device, persistent, uefi }: BootDevice): string {
  if (device === 'none') return 'its usual order';
  return `${device} (${persistent ? 'every time' : 'once'}, ${uefi ? 'UEFI' : 'legacy'})`;
}
