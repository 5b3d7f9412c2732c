import type { Logger } from 'pino';
import type { Claim } from '../db/commands/claim.ts';
import { bmcCraft } from './bmc-craft.ts';
import { ConsoleWork } from './console/console-work.ts';
import { DeviceWork } from './device-work.ts';
import { headnodeCraft } from './headnode-craft.ts';
import type { HeldWork } from './held-work.ts';
import type { Lease } from './lease.ts';
import { switchCraft } from './switch-craft.ts';
import type { WorkerMeans } from './worker-means.ts';

/** Begins the work on a held device, by what kind of device its label says that it is. */
export function beginWork(means: WorkerMeans, held: Claim, lease: Lease, log: Logger): HeldWork {
  const [kind] = held.device.split('/', 1);
  switch (kind) {
    case 'bmc':
      return new DeviceWork(means, held, lease, bmcCraft(means, lease), log);
    case 'headnode':
      return new DeviceWork(means, held, lease, headnodeCraft(means, lease), log);
    case 'console':
    case 'headnode-console':
      return new ConsoleWork(means, held, lease, log);
    default:
      // What is no device at all has orders that name no such device, and they are refused.
      return new DeviceWork(means, held, lease, switchCraft(means, held, lease, log), log);
  }
}
