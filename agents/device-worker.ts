import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Claim } from '../db/commands/claim.ts';
import { release } from '../db/commands/release.ts';
import { renew } from '../db/commands/renew.ts';
import { beginWork } from './begin-work.ts';
import { type DeviceLock, lockDevice } from './device-lock.ts';
import type { HeldWork } from './held-work.ts';
import { Lease } from './lease.ts';
import { messageOf } from './scrub.ts';
import type { WorkerMeans } from './worker-means.ts';

/**
 * Owns one claimed device from the claim to the release: keeps the lease, keeps every other process of this host away,
 * has the commands carried out, and gives the device back. At the end the session is closed before anything else is let go,
 * and what was never begun goes back to the queue.
 */
export class DeviceWorker {
  readonly held: Claim;
  readonly #means: WorkerMeans;
  readonly #log: Logger;
  readonly #lease: Lease;
  readonly #stop = new AbortController();
  #work: HeldWork | undefined;
  #poked = false;
  #limit: NodeJS.Timeout | undefined;

  /** `since`: when the claim was asked for, on the clock of `performance.now()`. */
  constructor(means: WorkerMeans, held: Claim, since: number) {
    this.#means = means;
    this.held = held;
    this.#log = means.log.child({ device: held.device, fence: held.fence });
    const { lease, margin } = means.timing;
    means.measures.claimed(held);
    this.#lease = new Lease({
      since,
      lease,
      margin,
      renew: () => means.database.call((connection) => renew(connection, held, lease / 1000)),
      onLoss: (reason) => {
        means.measures.leaseLost();
        this.#log.warn({ reason }, 'the device is let go in the middle of its work');
      },
    });
  }

  /** How many commands were taken, and nothing was sent of them. */
  get waiting(): number {
    return this.#untouched().length;
  }

  /** More commands are queued for the device. */
  poke(): void {
    this.#poked = true;
    this.#work?.poke();
  }

  /** Finishes what was sent to the device, for a limited time, and gives everything else back. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#work?.stop();
    this.#limit = setTimeout(() => this.#lease.lose('the agent is stopping, and this takes too long'), this.#means.timing.stop);
  }

  /** Resolves when the device was given back (`orderly`) or lost, or this program has a fault. Never throws. */
  async run(): Promise<'orderly' | 'trouble'> {
    let end: 'orderly' | 'trouble' = 'trouble';
    let lock: DeviceLock | undefined;
    try {
      lock = await this.#lock();
      if (lock) {
        this.#work = beginWork(this.#means, this.held, this.#lease, this.#log);
        if (this.#poked) this.#work.poke();
        if (this.#stop.signal.aborted) this.#work.stop();
        await this.#work.run();
        if (this.#lease.held()) end = 'orderly';
      }
    } catch (error) {
      // A fault of this program. The device must not stay taken for it: the lease would be renewed for ever.
      this.#log.error({ reason: messageOf(error) }, 'the work on a device failed');
    } finally {
      await this.#work?.close();
      lock?.release();
      await this.#release();
      this.#lease.stop();
      clearTimeout(this.#limit);
    }
    return end;
  }

  /** Undefined: the lease was over, or the agent was stopped, before the other process let go. */
  async #lock(): Promise<DeviceLock | undefined> {
    const { signal } = this.#stop;
    for (let waits = 0; this.#lease.held() && !signal.aborted; waits += 1) {
      const lock = lockDevice(this.#means.locks, this.held.device);
      if (lock) return lock;
      if (waits === 0)
        this.#log.warn('another process of this host still works on the device, although the database gave it to us');
      await sleep(100, undefined, { signal: AbortSignal.any([signal, this.#lease.signal]) }).catch(() => {});
    }
    return undefined;
  }

  #untouched(): string[] {
    return this.#work ? this.#work.untouched() : this.held.commands.map(({ id }) => id);
  }

  async #release(): Promise<void> {
    try {
      await this.#means.database.call((connection) => release(connection, this.held, this.#untouched()));
    } catch (error) {
      this.#log.info(
        { reason: messageOf(error) },
        'the device could not be given back, and will be free when the lease has lapsed',
      );
    }
  }
}
