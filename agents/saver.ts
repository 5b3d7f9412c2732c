import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import type { Claim } from '../db/commands/claim.ts';
import { recordSaved } from '../db/commands/settle.ts';
import type { SwitchAccess } from '../db/devices/access.ts';
import { type Judge, openCredentials } from './admission.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Timing } from './config.ts';
import type { Upkeep } from './craft.ts';
import type { Database } from './database.ts';
import type { DeviceError } from './device-error.ts';
import type { Journal } from './journal.ts';
import type { Measures } from './measures.ts';
import { resealSwitch } from './resealed-access.ts';
import { messageOf } from './scrub.ts';
import type { SwitchLink, SwitchTarget } from './switch-link.ts';
import type { SwitchTask } from './task.ts';
import { asDeviceError } from './tasks/set-port.ts';

/** Whether a switch's configuration is to be saved on it after a change. Where it is not, somebody else does it, or nobody. */
function keepsSaved({ settings }: Pick<SwitchAccess, 'settings'>): boolean {
  return settings['save'] !== false;
}

/** What saving needs. */
export interface SaverMeans {
  readonly judge: Judge;
  readonly database: Database;
  readonly timing: Timing;
  readonly checkpoint: Checkpoint;
  readonly measures: Pick<Measures, 'saveFailed' | 'journalFailed'>;
}

/**
 * Keeps in mind that a switch runs what it does not start with, and has it saved once the queue has run dry.
 * Saving never decides about a port change: a failed save is said in the log and tried again while the device is held.
 */
export class Saver implements Upkeep<'switch'> {
  readonly #means: SaverMeans;
  readonly #held: Claim;
  readonly #link: SwitchLink;
  readonly #log: Logger;
  #target: SwitchTarget | undefined;
  #since = 0;
  #notBefore = 0;
  #failures = 0;
  /** Where the switch does not let us in, only another command can tell better, or another worker much later. */
  #hopeless = false;
  #journal: Journal | undefined;
  /** An earlier process left the configuration unsaved, and it was not saved since. */
  #leftUnsaved = false;

  constructor(means: SaverMeans, held: Claim, link: SwitchLink, log: Logger) {
    this.#means = means;
    this.#held = held;
    this.#link = link;
    this.#log = log;
  }

  /** Whether the switch runs what it does not start with. */
  get dirty(): boolean {
    return this.#target !== undefined;
  }

  /** Whether something is to be saved by us, and there is hope. */
  get pending(): boolean {
    return this.#target !== undefined && keepsSaved(this.#target.access) && !this.#hopeless;
  }

  /** The journal was opened: an earlier process may have left the configuration unsaved. */
  async opened(journal: Journal): Promise<void> {
    this.#journal = journal;
    const access = journal.unsaved;
    if (!access) return;
    this.#leftUnsaved = true;
    const { policy, sealingKeys } = this.#means.judge;
    const credentials = policy.forbidsSwitch(access) ?? (await openCredentials(access, this.#held.device, sealingKeys()));
    if (typeof credentials === 'string')
      this.#log.error({ reason: credentials }, 'the configuration of the switch cannot be saved');
    else this.#mark({ access, credentials });
    await this.#reseal();
  }

  /** Writes tasks into the journal, with how to reach the switch to have it saved after them. Throws JournalError. */
  begin(journal: Journal, tasks: readonly SwitchTask[]): void {
    const access = tasks.findLast(({ job }) => job.kind === 'port.set')?.target.access;
    const saves = access !== undefined && keepsSaved(access);
    // Told never to save the switch: what an earlier order left to be saved is not our business any more either.
    if (access && !saves) journal.saved();
    journal.begin(
      tasks.map(({ begun }) => begun),
      saves ? access : null,
    );
  }

  /**
   * The switch starts with what it runs: `saved` by us just now, or because nothing was sent to it.
   * The latter says nothing of what an earlier process left behind.
   */
  forget(why: 'saved' | 'untouched'): void {
    if (why === 'untouched' && this.#leftUnsaved) return;
    try {
      this.#journal?.saved();
      this.#leftUnsaved = false;
    } catch (error) {
      this.#means.measures.journalFailed();
      this.#log.error({ reason: messageOf(error) }, 'the journal does not take that the configuration is saved');
    }
  }

  mark({ target }: Pick<SwitchTask, 'target'>): void {
    this.#mark(target);
  }

  /**
   * When to save, on the clock of `performance.now()`; undefined: there is nothing to save. `dry`: nothing is being done on the
   * device, since `lastWork`. Otherwise saving waits, since what is in doubt is better not saved, but not for ever.
   */
  due(dry: boolean, lastWork: number): number | undefined {
    if (!this.pending) return undefined;
    const { saveAfter, saveAtLatest } = this.#means.timing;
    return Math.max(this.#notBefore, dry ? lastWork + saveAfter : this.#since + saveAtLatest);
  }

  /** Saves now. True: it is saved, and the database knows. Never throws. */
  async save(): Promise<boolean> {
    const target = this.#target;
    if (!target) return true;
    if (!keepsSaved(target.access)) return false;
    try {
      const session = await this.#link.session(target);
      await session.save();
      this.#means.checkpoint('saved');
    } catch (thrown) {
      const error = asDeviceError(thrown);
      await this.#link.close();
      this.#failed(error);
      await this.#reseal();
      return false;
    }
    try {
      await this.#means.database.call((connection) => recordSaved(connection, this.#held));
    } catch (thrown) {
      this.#failed(asDeviceError(thrown));
      return false;
    }
    this.#means.checkpoint('save-recorded');
    this.#target = undefined;
    this.#failures = 0;
    return true;
  }

  /** It may be long before it is saved: no older key of the agent is to be needed for that. */
  async #reseal(): Promise<void> {
    try {
      const access = this.#journal?.unsaved;
      if (access) this.#journal?.begin([], await resealSwitch(access, this.#held.device, this.#means.judge.sealingKeys()));
    } catch (error) {
      this.#log.debug({ reason: messageOf(error) }, 'the journal keeps the credentials of the switch as they were sealed');
    }
  }

  #mark(target: SwitchTarget): void {
    if (!this.#target) this.#since = performance.now();
    this.#target = target;
    this.#hopeless = false;
  }

  #failed(error: DeviceError): void {
    const { first, last } = this.#means.timing.backOff;
    this.#notBefore = performance.now() + Math.min(first * 2 ** Math.min(this.#failures, 20), last);
    this.#failures += 1;
    this.#hopeless = error.fault === 'denied';
    this.#means.measures.saveFailed();
    this.#log.warn({ reason: error.fault, detail: messageOf(error) }, 'the configuration of the switch is not saved');
  }
}
