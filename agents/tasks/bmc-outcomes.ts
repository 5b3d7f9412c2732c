import type { FailureReason, Outcome } from '../../db/commands/outcome.ts';
import type { BmcWaits } from '../config.ts';
import type { DeviceError } from '../device-error.ts';
import { BmcError } from '../drivers/bmc/bmc-error.ts';
import type { Bmc } from '../drivers/bmc/driver.ts';
import { messageOf } from '../scrub.ts';
import type { Means, Progress } from './progress.ts';

/** What a job on a BMC works with. */
export interface BmcMeans extends Means<Bmc> {
  readonly waits: BmcWaits;
}

/** A command that has ended. */
export function ended(outcome: Outcome): Progress & { readonly kind: 'ended' } {
  return { kind: 'ended', outcome };
}

/** A driver that throws anything else has a fault of its own. */
export function asBmcError(thrown: unknown): BmcError {
  if (thrown instanceof BmcError) return thrown;
  // The lease was over, or the agent is being stopped.
  return new BmcError('hung', messageOf(thrown), { cause: thrown });
}

/** The end of a command by an error before which nothing was sent that changes anything. */
export function bmcFailed(error: BmcError): Progress {
  const { diagnosis, message } = error;
  return ended({ status: 'failed', reason: reasonOf(error), message, result: { diagnosis } });
}

/** Why a command failed, by what a device did not do. */
export function reasonOf({ fault }: DeviceError): FailureReason {
  switch (fault) {
    case 'unreachable':
      return 'unreachable';
    case 'denied':
      return 'denied';
    case 'refused':
      return 'device-refused';
    case 'lost':
      return 'interrupted';
    case 'unintelligible':
      return 'unreadable';
  }
}
