import type { TestContext } from 'vitest';
import { DeviceError, type DeviceFault } from '../../../agents/device-error.ts';
import { linkHeadnode } from '../../../agents/headnode-link.ts';
import { advanceHeadnodeJob, type HeadnodeJob } from '../../../agents/tasks/headnode-job.ts';
import type { Outcome } from '../../../db/commands/outcome.ts';
import type { HeadnodeIdentity } from '../../../db/devices/headnode.ts';
import { stateFolder } from '../../support/agent-site.ts';
import { MemoryVmHost } from '../../support/memory-vm-host.ts';

/** A host and an agent's state folder, for one headnode. */
export interface Bench {
  readonly host: MemoryVmHost;
  readonly stateDir: string;
  /** Runs a job as a device worker does, with waits of milliseconds. */
  run(job: HeadnodeJob): Promise<Outcome>;
}

export function makeBench(t: TestContext, headnode: HeadnodeIdentity): Bench {
  const host = new MemoryVmHost();
  const stateDir = stateFolder(t);
  return {
    host,
    stateDir,
    async run(job) {
      const lease = { held: () => true, signal: new AbortController().signal };
      const session = linkHeadnode({ vmHost: host.offered, stateDir, locks: `${stateDir}/locks` }, headnode, lease);
      const patience = { open: [], backOff: { first: 1, last: 1 } };
      const waits = { look: 1, doubt: 250 };
      const means = { session, patience, waits, isStopping: () => false, checkpoint: () => {} };
      for (;;) {
        const progress = await advanceHeadnodeJob(job, means);
        if (progress.kind === 'ended') return progress.outcome;
        await new Promise((resolve) => setTimeout(resolve, progress.wait));
      }
    },
  };
}

/** Fails as a host does. */
export function fail(fault: DeviceFault, message = `the host says: ${fault}`): never {
  throw new DeviceError(fault, message);
}
