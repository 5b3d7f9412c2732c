import { isDeepStrictEqual } from 'node:util';
import { linkBmc } from './bmc-link.ts';
import type { Craft } from './craft.ts';
import type { Bmc } from './drivers/bmc/driver.ts';
import type { Lease } from './lease.ts';
import { noUpkeep } from './no-upkeep.ts';
import { advanceBmcJob, givesBmcJobWay, hasTouchedMachine, supersedeBmcJob } from './tasks/bmc-job.ts';
import { asBmcError, bmcFailed } from './tasks/bmc-outcomes.ts';
import type { WorkerMeans } from './worker-means.ts';

/** How commands for one BMC are carried out: every call is a session of its own, and what only reads waits for nothing. */
export function bmcCraft(means: WorkerMeans, lease: Lease): Craft<'bmc', Bmc> {
  return {
    trade: 'bmc',
    upkeep: noUpkeep(),
    isOpen: false,
    session: async ({ target }) => linkBmc(means, target, lease),
    async close() {},
    sameTarget: (a, b) => isDeepStrictEqual(a.target, b.target),
    advance: ({ job }, given) => advanceBmcJob(job, { ...given, waits: means.timing.bmc }),
    sessionFailed: (_task, error) => bmcFailed(asBmcError(error)),
    hasTouched: ({ job }) => hasTouchedMachine(job),
    comesAfterChanges: () => false,
    givesWay: ({ job }) => givesBmcJobWay(job),
    supersede: ({ job }) => supersedeBmcJob(job),
  };
}
