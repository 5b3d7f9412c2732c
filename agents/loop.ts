import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { checkSchema, SchemaError } from '../db/commands/check-schema.ts';
import { clockDifference } from '../db/commands/clock.ts';
import { hello } from '../db/commands/hello.ts';
import { Claims, type Taken } from './claims.ts';
import type { Timing } from './config.ts';
import type { Database } from './database.ts';
import { DeviceWorker } from './device-worker.ts';
import { Errand } from './errand.ts';
import { openConsoles, unsavedSwitches } from './journal-folder.ts';
import { Listener } from './listener.ts';
import type { Measures } from './measures.ts';
import type { Resealer } from './resealing.ts';
import { SaveTries } from './save-tries.ts';
import { messageOf } from './scrub.ts';
import type { VmHostReporter } from './vm-host-report.ts';
import type { WorkerMeans } from './worker-means.ts';

/** What the loop needs. */
export interface LoopMeans {
  readonly url: string;
  readonly database: Database;
  /** Means of the workers, for the agent that the database says we are. Throws ConfigError when that is not who we are. */
  readonly workerMeans: (agent: string) => WorkerMeans;
  /** Throws ConfigError while orders cannot be verified: then none are taken. */
  readonly ready: () => void;
  /** Tells of the host of headnodes; `signal` aborts when the agent stops. */
  readonly reporter: (signal: AbortSignal) => VmHostReporter;
  /** Seals to the newest key what is sealed to older ones; `signal` aborts when the agent stops. */
  readonly resealer: (signal: AbortSignal) => Resealer;
  readonly version: string;
  readonly timing: Timing;
  readonly log: Logger;
  readonly measures: Pick<Measures, 'known' | 'clockDiffers'>;
}

/**
 * Takes every waiting device of this agent, each for a worker of its own: at once when the database says that there is one,
 * and now and then without being told. Switches that were left unsaved are taken too, for as long as they are, and consoles that are open.
 * No error of the database ends it.
 */
export class Loop {
  readonly #means: LoopMeans;
  readonly #claims: Claims;
  readonly #saveTries: SaveTries;
  readonly #claiming = new Errand(() => this.#claimAll());
  readonly #holding = new Errand(() => this.#holdLeft());
  readonly #stop = new AbortController();
  readonly #reporter: VmHostReporter;
  readonly #reporting = new Errand(() => this.#report());
  readonly #resealing: Errand;
  readonly #workers = new Map<number, DeviceWorker>();
  readonly #ended = new Set<Promise<void>>();
  #workerMeans: WorkerMeans | undefined;
  #listener: Listener | undefined;
  /** When the database last said that no more devices wait, or gave one, on the clock of `performance.now()`. */
  #claimedAt = Number.NEGATIVE_INFINITY;

  constructor(means: LoopMeans) {
    this.#means = means;
    this.#claims = new Claims(means.database, means.timing);
    this.#saveTries = new SaveTries(means.timing.beat);
    this.#reporter = means.reporter(this.#stop.signal);
    const resealer = means.resealer(this.#stop.signal);
    this.#resealing = new Errand(() => resealer.beat());
  }

  /** The labels of the devices that are held. */
  get held(): string[] {
    return [...this.#workers.values()].map(({ held }) => held.device);
  }

  /** How many commands were taken, and nothing was sent of them. */
  get waiting(): number {
    return [...this.#workers.values()].reduce((sum, worker) => sum + worker.waiting, 0);
  }

  /** What keeps it from taking commands: of each thing a sentence, or `ok`. */
  checks(): Readonly<Record<'enrolled' | 'claims' | 'running', string>> {
    const { timing } = this.#means;
    const late = performance.now() - this.#claimedAt > 3 * timing.poll + timing.databaseSilence;
    return {
      enrolled: this.#workerMeans ? 'ok' : 'the database has not taken this agent yet',
      claims: late ? 'it has not been able to look for waiting devices of late' : 'ok',
      running: this.#stop.signal.aborted ? 'the agent is stopping' : 'ok',
    };
  }

  /** Resolves when the agent is known to the database and hears it. Rejects with ConfigError when it is another agent than it should be. */
  async start(): Promise<void> {
    const { timing, log, url } = this.#means;
    const { agent, channel } = await this.#hello();
    this.#workerMeans = this.#means.workerMeans(agent);
    this.#listener = new Listener(
      url,
      channel,
      timing.databaseSilence,
      (deviceId) => this.#woken(deviceId),
      () => this.#look(),
    );
    await this.#listener.check();
    this.#means.measures.known(agent, this.#means.version);
    log.info({ agent, worker: this.#claims.name }, 'the agent takes commands');
    void this.#repeat(timing.poll, async () => this.#look());
    void this.#repeat(timing.beat, () => this.#beat());
    this.#holding.ask();
    this.#reporting.ask();
    this.#compareClocks().catch((error: unknown) => log.debug({ reason: messageOf(error) }, 'the clocks are compared later'));
  }

  /** Finishes what was begun, gives the rest back, and resolves when every device is let go. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#claiming.done(), this.#holding.done()]);
    for (const worker of this.#workers.values()) worker.stop();
    await Promise.all([...this.#ended, this.#reporting.done(), this.#resealing.done()]);
    await this.#listener?.close();
  }

  #woken(deviceId: number): void {
    const worker = this.#workers.get(deviceId);
    if (worker) worker.poke();
    else this.#claimSoon();
  }

  /** Looks everywhere for commands of which nobody told, or nobody was heard: also at the devices that are held already. */
  #look(): void {
    for (const worker of this.#workers.values()) worker.poke();
    this.#claimSoon();
  }

  #claimSoon(): void {
    if (!this.#stop.signal.aborted) this.#claiming.ask();
  }

  async #claimAll(): Promise<void> {
    const { ready, log } = this.#means;
    try {
      while (!this.#stop.signal.aborted) {
        ready();
        const taken = await this.#claims.claim();
        this.#claimedAt = performance.now();
        if (!taken) return;
        this.#work(taken);
      }
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'no device was claimed');
    }
  }

  /** From here on the claimed device has an owner that gives it back, whatever happens. */
  #work({ held, since }: Taken): void {
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
    await this.#compareClocks();
    await this.#listener?.check();
    if (this.#stop.signal.aborted) return;
    this.#holding.ask();
    this.#reporting.ask();
    this.#resealing.ask();
  }

  async #compareClocks(): Promise<void> {
    const { database, measures } = this.#means;
    measures.clockDiffers(await database.call((connection) => clockDifference((statement) => connection(statement))));
  }

  /** Beside the beat: a host of headnodes that hangs does not keep the agent from being heard of. */
  async #report(): Promise<void> {
    await this.#reporter
      .beat()
      .catch((error: unknown) => this.#means.log.debug({ reason: messageOf(error) }, 'headnodes are told of later'));
  }

  /**
   * Takes devices on which nothing waits but a save, and consoles that are to be held, whoever left them so: an earlier process, or a
   * worker of this one that lost its lease or ended in trouble. Those on which commands wait are claimed anyway.
   */
  async #holdLeft(): Promise<void> {
    for (const device of this.#left()) {
      if (this.#stop.signal.aborted) return;
      try {
        const taken = await this.#claims.hold(device);
        if (!taken) continue;
        if (device.startsWith('switch/')) this.#saveTries.tried(device, performance.now());
        this.#work(taken);
      } catch (error) {
        this.#means.log.debug({ device, reason: messageOf(error) }, 'no device was held');
      }
    }
  }

  #left(): string[] {
    const means = this.#workerMeans;
    if (!means) return [];
    const held = [...this.#workers.values()].map((worker) => worker.held.device);
    try {
      const unsaved = unsavedSwitches(means.journals, means.issuer(), held).map(({ label }) => `switch/${label}`);
      const consoles = openConsoles(means.journals, means.issuer(), held);
      return [...consoles, ...this.#saveTries.due(unsaved, (device) => held.includes(device), performance.now())];
    } catch (error) {
      this.#means.log.debug({ reason: messageOf(error) }, 'nobody can tell what is not saved, nor which consoles are open');
      return [];
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
