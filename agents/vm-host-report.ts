import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { reportVmHost } from '../db/commands/vm-host.ts';
import type { VmHostReport } from '../db/devices/vm-host.ts';
import type { Timing } from './config.ts';
import type { Database } from './database.ts';
import type { VmHost } from './drivers/vm-host/driver.ts';
import { isMachineBusy, takeHostTurn, type VmHostMeans } from './headnode-link.ts';
import { messageOf, scrub } from './scrub.ts';
import { MachinesInMaking } from './vm-host-room.ts';

/** What telling of the host needs. `signal` aborts when the agent stops. */
export interface VmHostReporterMeans extends VmHostMeans {
  readonly database: Pick<Database, 'call'>;
  readonly timing: Pick<Timing, 'templates'>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Tells the database what the agent's host offers for headnodes, whenever that changes, and once removes from the host what processes that
 * were killed have left of machines half made.
 */
export class VmHostReporter {
  readonly #means: VmHostReporterMeans;
  readonly #host: VmHost | undefined;
  /** As it was read last. */
  #offered: Pick<VmHostReport, 'templates' | 'problems'> = { templates: [], problems: [] };
  /** When the templates are read again, on the clock of `performance.now()`. */
  #readAgainAt = 0;
  #isSwept = false;
  /** What the database knows; undefined: not known yet. */
  #told: string | undefined;

  constructor(means: VmHostReporterMeans) {
    this.#means = means;
    this.#host = means.vmHost?.open(means.signal);
  }

  /** Does what is due. Throws what the database throws: then it is due again. */
  async beat(): Promise<void> {
    const { vmHost } = this.#means;
    if (!vmHost || !this.#host) return this.#tell(null);
    if (performance.now() >= this.#readAgainAt) await this.#read(this.#host);
    await this.#tell({ limits: vmHost.limits, ...this.#offered });
    if (!this.#isSwept) await this.#sweep(this.#host);
  }

  async #tell(report: VmHostReport | null): Promise<void> {
    const { database, signal } = this.#means;
    const text = JSON.stringify(report);
    if (signal.aborted || text === this.#told) return;
    await database.call((connection) => reportVmHost(connection, report));
    this.#told = text;
  }

  async #read(host: VmHost): Promise<void> {
    try {
      const { templates, problems } = await host.readTemplates();
      this.#offer({ templates, problems: problems.map((problem) => scrub(problem, [])) });
      this.#readAgainAt = performance.now() + this.#means.timing.templates;
    } catch (error) {
      // What was offered before will be offered again when the host is back: it is asked at every beat.
      const problem = scrub(`the host of headnodes cannot be asked for its templates: ${messageOf(error)}`, []);
      this.#offer({ ...this.#offered, problems: [problem] });
    }
  }

  #offer(offered: Pick<VmHostReport, 'templates' | 'problems'>): void {
    for (const problem of offered.problems) {
      if (!this.#offered.problems.includes(problem)) this.#means.log.warn({ problem }, 'not every headnode can be made');
    }
    this.#offered = offered;
  }

  /** While nobody can begin with a machine: what is being made looks like what was left. */
  async #sweep(host: VmHost): Promise<void> {
    const { locks, stateDir, log, signal } = this.#means;
    const isBusy = (uuid: string) => isMachineBusy(locks, uuid);
    try {
      const turn = await takeHostTurn(locks, signal);
      try {
        for (const leftover of await host.sweep(isBusy))
          log.warn({ leftover: scrub(leftover, []) }, 'left by a headnode half made');
        const inMaking = new MachinesInMaking(stateDir);
        // Before the look at the host: what is defined meanwhile is not to be forgotten.
        const idle = inMaking.list().filter((uuid) => !isBusy(uuid));
        const there = new Set((await host.readUse()).map(({ uuid }) => uuid));
        for (const uuid of idle) if (!there.has(uuid)) inMaking.forget(uuid);
      } finally {
        turn.release();
      }
      this.#isSwept = true;
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'what was left of headnodes is looked for later');
    }
  }
}
