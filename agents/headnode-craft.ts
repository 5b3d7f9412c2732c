import { isDeepStrictEqual } from 'node:util';
import type { Craft } from './craft.ts';
import { type Headnode, linkHeadnode } from './headnode-link.ts';
import type { Lease } from './lease.ts';
import { noUpkeep } from './no-upkeep.ts';
import {
  advanceHeadnodeJob,
  type HeadnodeJob,
  hasTouchedHeadnode,
  headnodeSessionFailed,
  supersedeHeadnodeJob,
} from './tasks/headnode-job.ts';
import type { WorkerMeans } from './worker-means.ts';

/** How commands for one headnode are carried out: nothing is open between two calls of its host. */
export function headnodeCraft(means: WorkerMeans, lease: Lease): Craft<'headnode', Headnode> {
  return {
    trade: 'headnode',
    upkeep: noUpkeep(),
    isOpen: false,
    session: async ({ headnode, job }) => linkHeadnode(means, headnode, lease, secretsOf(job)),
    async close() {},
    sameTarget: (a, b) => isDeepStrictEqual(a.headnode, b.headnode),
    advance: ({ job }, given) => advanceHeadnodeJob(job, { ...given, waits: means.timing.headnode }),
    sessionFailed: ({ job }, error) => headnodeSessionFailed(job, error),
    hasTouched: ({ job }) => hasTouchedHeadnode(job),
    comesAfterChanges: () => false,
    // What waits has done its part, and only asks a host that does not tell.
    givesWay: () => true,
    supersede: supersedeHeadnodeJob,
  };
}

/** What a host might quote of what cloud-init is told: all of it, or a line. Shorter lines hold no secret, and would spoil every message. */
function secretsOf(job: HeadnodeJob): string[] {
  if (job.kind !== 'headnode.start' || job.seed === null) return [];
  const { ssh_keys: keys, user_data: userData } = job.seed;
  const lines = (userData ?? '').split('\n').map((line) => line.trim());
  return [userData ?? '', ...keys, ...lines.filter((line) => line.length >= 8)];
}
