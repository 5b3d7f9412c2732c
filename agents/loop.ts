import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { checkSchema, SchemaError } from '../db/commands/check-schema.ts';
import { type Claim, claim } from '../db/commands/claim.ts';
import { hello } from '../db/commands/hello.ts';
import { hold } from '../db/commands/hold.ts';
import type { Timing } from './config.ts';
import type { Database } from './database.ts';
import { DeviceWorker } from './device-worker.ts';
import { unsavedSwitches } from './journal.ts';
import { Listener } from './listener.ts';
import { messageOf } from './scrub.ts';
import { BATCH, type WorkerMeans } from './worker-means.ts';

/** What the loop needs. */
export interface LoopMeans {
  readonly url: string;
  readonly database: Database;
  /** Means of the workers, for the agent that the database says we are. Throws ConfigError when that is not who we are. */
  readonly workerMeans: (agent: string) => WorkerMeans;
  /** Throws ConfigError while orders cannot be verified: then none are taken. */
  readonly ready: () => void;
  readonly version: string;
  readonly timing: Timing;
  readonly log: Logger;
}

/**
 * Takes every waiting device of this agent, each for a worker of its own: at once when the database says that there is one,
 * and now and then without being told. No error of the database ends it.
 */
export class Loop {
  /** Names this process in the database; only for people. */
  readonly name = `${hostname()} ${process.pid} ${randomBytes(3).toString('hex')}`;
  readonly #means: LoopMeans;
  readonly #stop = new AbortController();
  readonly #workers = new Map<number, DeviceWorker>();
  readonly #ended = new Set<Promise<void>>();
  #workerMeans: WorkerMeans | undefined;
  #listener: Listener | undefined;
  #claiming: Promise<void> | undefined;
  #claimAgain = false;
  /** Devices on which an earlier process left a changed configuration unsaved. */
  #unsaved = new Set<string>();

  constructor(means: LoopMeans) {
    this.#means = means;
  }

  /** Resolves when the agent is known to the database and hears it. Rejects with ConfigError when it is another agent than it should be. */
  async start(): Promise<void> {
    const { timing, log, url } = this.#means;
    const { agent, channel } = await this.#hello();
    this.#workerMeans = this.#means.workerMeans(agent);
    this.#unsaved = new Set(
      unsavedSwitches(this.#workerMeans.journals, this.#workerMeans.issuer()).map(({ label }) => `switch/${label}`),
    );
    this.#listener = new Listener(
      url,
      channel,
      timing.databaseSilence,
      (deviceId) => this.#woken(deviceId),
      () => this.#claimSoon(),
    );
    await this.#listener.check();
    log.info({ agent, worker: this.name }, 'the agent takes commands');
    void this.#repeat(timing.poll, async () => this.#claimSoon());
    void this.#repeat(timing.beat, () => this.#beat());
    void this.#holdUnsaved();
  }

  /** Finishes what was begun, gives the rest back, and resolves when every device is let go. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#claiming;
    for (const worker of this.#workers.values()) worker.stop();
    await Promise.all(this.#ended);
    await this.#listener?.close();
  }

  #woken(deviceId: number): void {
    const worker = this.#workers.get(deviceId);
    if (worker) worker.poke();
    else this.#claimSoon();
  }

  #claimSoon(): void {
    this.#claimAgain = true;
    if (this.#stop.signal.aborted) return;
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined;
    });
  }

  async #claimAll(): Promise<void> {
    const { database, ready, timing, log } = this.#means;
    const terms = { lease: timing.lease / 1000, grace: timing.grace / 1000, batch: BATCH };
    while (this.#claimAgain && !this.#stop.signal.aborted) {
      this.#claimAgain = false;
      try {
        ready();
        for (;;) {
          const since = performance.now();
          const held = await database.call((connection) => claim(connection, this.name, terms));
          if (!held) break;
          this.#work(held, since);
          if (this.#stop.signal.aborted) break;
        }
      } catch (error) {
        log.debug({ reason: messageOf(error) }, 'no device was claimed');
      }
    }
  }

  /** From here on the claimed device has an owner that gives it back, whatever happens. */
  #work(held: Claim, since: number): void {
    const means = this.#workerMeans;
    if (!means) throw new Error('a device was claimed before the agent was known');
    const worker = new DeviceWorker(means, held, since);
    this.#workers.set(held.deviceId, worker);
    const ended = worker.run().then((end) => {
      if (this.#workers.get(held.deviceId) === worker) this.#workers.delete(held.deviceId);
      this.#ended.delete(ended);
      // What was queued while the device was being given back woke a worker that was about to end.
      // After trouble the poll is soon enough: what failed at once would fail at once again.
      if (end === 'orderly') this.#claimSoon();
    });
    this.#ended.add(ended);
    if (this.#stop.signal.aborted) worker.stop();
  }

  async #beat(): Promise<void> {
    const { database, version } = this.#means;
    await database.call((connection) => hello(connection, version));
    await this.#listener?.check();
    await this.#holdUnsaved();
  }

  /** Takes devices on which nothing waits but a save. Those on which commands wait are claimed anyway, and saved by that. */
  async #holdUnsaved(): Promise<void> {
    const { database, timing, log } = this.#means;
    for (const device of this.#unsaved) {
      if (this.#stop.signal.aborted) return;
      const since = performance.now();
      try {
        const terms = { lease: timing.lease / 1000, grace: timing.grace / 1000 };
        const held = await database.call((connection) => hold(connection, device, this.name, terms));
        if (!held) continue;
        this.#unsaved.delete(device);
        this.#work(held, since);
      } catch (error) {
        log.debug({ device, reason: messageOf(error) }, 'no device was held');
      }
    }
  }

  /** Asks until the database answers. Rejects with SchemaError when it is of another version. */
  async #hello(): Promise<{ agent: string; channel: string }> {
    const { database, version, log, timing } = this.#means;
    for (let wait = 100; ; wait = Math.min(wait * 2, timing.poll)) {
      try {
        await database.call(checkSchema);
        return await database.call((connection) => hello(connection, version));
      } catch (error) {
        if (error instanceof SchemaError) throw error;
        log.warn({ reason: messageOf(error) }, 'the database does not take this agent yet; asking again');
        await sleep(wait, undefined, { signal: this.#stop.signal });
      }
    }
  }

  /** Does something every so often, give or take a fifth, so that processes started together do not ask together. */
  async #repeat(interval: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await sleep(interval * (0.8 + 0.4 * Math.random()), undefined, { signal }).catch(() => {});
      if (!signal.aborted)
        await work().catch((error: unknown) => this.#means.log.debug({ reason: messageOf(error) }, 'once more later'));
    }
  }
}
