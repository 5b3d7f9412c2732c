import type { Outcome } from '../../db/commands/outcome.ts';
import { asBmcError, type BmcMeans, bmcFailed, ended } from './bmc-outcomes.ts';
import { advancePowerChange, type PowerChange, supersedePowerChange } from './change-power.ts';
import type { Progress } from './progress.ts';
import { advanceBootChange, type BootChange } from './set-boot-device.ts';

/** A look at a machine's power. */
interface PowerReading {
  readonly kind: 'power.read';
}

/** A look at everything about a BMC. */
interface BmcCheck {
  readonly kind: 'bmc.check';
}

/** What a command has done on a BMC: everything that must be known to go on with it. */
export type BmcJob = PowerChange | PowerReading | BootChange | BmcCheck;

/** Goes on with a job until it ends or must wait. Never throws. Waiting is the caller's. */
export async function advanceBmcJob(job: BmcJob, means: BmcMeans): Promise<Progress> {
  switch (job.kind) {
    case 'power.set':
      return advancePowerChange(job, means);
    case 'boot-device.set':
      return advanceBootChange(job, means);
    case 'power.read':
      return look(async ({ session }) => ended({ status: 'done', result: { power: await session.readPower() } }), means);
    case 'bmc.check':
      return look(async ({ session }) => ended({ status: 'done', result: { bmc: await session.check() } }), means);
  }
}

/** Whether anything was sent that may have changed the machine. What has not touched it can be given back as if never taken. */
export function hasTouchedMachine(job: BmcJob): boolean {
  return (job.kind === 'power.set' || job.kind === 'boot-device.set') && job.touched;
}

/**
 * Whether a change that waits gives way to a later one of the same thing. A machine that is being switched does not: a moment later it is
 * not what it seems to be, and the later command would believe it. That takes seconds; an operating system that shuts down takes minutes.
 */
export function givesBmcJobWay(job: BmcJob): boolean {
  return job.kind !== 'power.set' || job.step === 'soft';
}

/** The end of a change that a later one of the same thing takes over from. */
export function supersedeBmcJob(job: BmcJob): Outcome {
  if (job.kind === 'power.set') return supersedePowerChange(job);
  return { status: 'unknown', reason: 'unproven', message: 'a later command took over before it was proven' };
}

/** What only reads is tried once: whoever waits for it asks again. */
async function look(work: (means: BmcMeans) => Promise<Progress>, means: BmcMeans): Promise<Progress> {
  try {
    return await work(means);
  } catch (thrown) {
    return bmcFailed(asBmcError(thrown));
  }
}
