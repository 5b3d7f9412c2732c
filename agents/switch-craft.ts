import type { Logger } from 'pino';
import type { Claim } from '../db/commands/claim.ts';
import type { Craft } from './craft.ts';
import type { SwitchSession } from './drivers/driver.ts';
import type { Lease } from './lease.ts';
import { Saver } from './saver.ts';
import { SwitchLink, sameTarget } from './switch-link.ts';
import { advance, hasTouched, sessionFailed, supersedeSwitchJob } from './tasks/switch-job.ts';
import type { WorkerMeans } from './worker-means.ts';

/** How commands for one switch are carried out: in one session, and the changed configuration is saved when the queue has run dry. */
export function switchCraft(means: WorkerMeans, held: Claim, lease: Lease, log: Logger): Craft<'switch', SwitchSession> {
  const link = new SwitchLink(means, lease);
  return {
    trade: 'switch',
    upkeep: new Saver(means, held, link, log),
    get isOpen() {
      return link.isOpen;
    },
    session: ({ target }) => link.session(target),
    close: () => link.close(),
    sameTarget: (a, b) => sameTarget(a.target, b.target),
    advance: ({ job }, given) => advance(job, given),
    sessionFailed: ({ job }, error, patience) => sessionFailed(job, error, patience),
    hasTouched: ({ job }) => hasTouched(job),
    comesAfterChanges: ({ job }) => job.kind === 'switch.check',
    givesWay: () => true,
    supersede: ({ job }) => supersedeSwitchJob(job),
  };
}
