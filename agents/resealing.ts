import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import {
  commandsSealedToOtherKeys,
  replaceSealed,
  type SealedDevice,
  sealedToOtherKeys,
  showEnrolment,
} from '../db/commands/resealing.ts';
import { reseal, type SealingKey } from '../db/commands/seal.ts';
import type { Timing } from './config.ts';
import type { Database } from './database.ts';
import { ConfigError } from './private-file.ts';
import { messageOf, scrub } from './scrub.ts';

/** What sealing again needs. `signal` aborts when the agent stops. */
export interface ResealerMeans {
  readonly database: Pick<Database, 'call'>;
  /** Newest first. Throws ConfigError while they cannot be read. */
  readonly sealingKeys: () => readonly SealingKey[];
  readonly timing: Pick<Timing, 'resealing'>;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * Seals what is sealed to an older key of this agent to its newest, so that the older one can be given up. That key is the first of the
 * agent's own file: which one the database names decides only whether anything is done.
 */
export class Resealer {
  readonly #means: ResealerMeans;
  /** With which keys everything was looked through last. */
  #keys: readonly SealingKey[] | undefined;
  /** When it is looked through again, on the clock of `performance.now()`. */
  #again = 0;
  /** What was said last: it is said once. */
  #said = '';

  constructor(means: ResealerMeans) {
    this.#means = means;
  }

  /** Does what is due. What fails is due again. Never throws. */
  async beat(): Promise<void> {
    try {
      await this.#doWhatIsDue();
    } catch (error) {
      if (error instanceof ConfigError) this.#say('error', 'commands wait for the keys of this agent', { reason: error.message });
      else this.#means.log.debug({ reason: messageOf(error) }, 'credentials are sealed again later');
    }
  }

  async #doWhatIsDue(): Promise<void> {
    const { database, sealingKeys, timing } = this.#means;
    const keys = sealingKeys();
    if (keys === this.#keys && performance.now() < this.#again) return;
    const [current, ...older] = keys;
    const { key: enrolled } = await database.call(showEnrolment);
    if (enrolled === current?.kid) {
      await this.#lookThrough(keys);
      // Cut short, it is due again.
      if (this.#means.signal.aborted) return;
    } else if (older.some(({ kid }) => kid === enrolled)) {
      this.#say('info', 'the newest key is not enrolled yet: credentials stay sealed to the older one', { key: current?.kid });
      return;
    } else {
      this.#say('error', 'the database names a key that is not ours: what is sealed to it does not open here', { key: enrolled });
    }
    this.#keys = keys;
    this.#again = performance.now() + timing.resealing;
  }

  async #lookThrough(keys: readonly SealingKey[]): Promise<void> {
    const { database, log, signal } = this.#means;
    const failed: string[] = [];
    let resealed = 0;
    for await (const sealed of sealedToOtherKeys((request) => database.call(request))) {
      if (signal.aborted) return;
      const outcome = await this.#reseal(keys, sealed);
      if (outcome === 'resealed') resealed += 1;
      if (outcome === 'failed') failed.push(sealed.device);
    }
    if (resealed > 0) log.info({ resealed, key: keys[0]?.kid }, 'credentials are sealed to the newest key now');
    if (failed.length > 0) {
      this.#say('error', 'these credentials do not open with any key of this agent: enter them again', { devices: failed });
    } else if (keys.length > 1) {
      const waiting = (await database.call(commandsSealedToOtherKeys)).map(({ device }) => device);
      if (waiting.length > 0) this.#say('info', 'these have commands yet that need an older key', { devices: waiting });
      else this.#say('info', 'no older key is needed in the database any more: "haas-admin drop-agent-key" removes it', {});
    }
  }

  async #reseal(keys: readonly SealingKey[], found: SealedDevice): Promise<'resealed' | 'gone' | 'failed'> {
    const { device, hostname, port, sealed } = found;
    let resealed: string | undefined;
    try {
      resealed = await reseal(keys, sealed, { device, hostname, port });
    } catch (error) {
      this.#means.log.debug({ device, reason: scrub(messageOf(error), []) }, 'not sealed again');
      return 'failed';
    }
    if (resealed === undefined) return 'gone';
    const replacement = resealed;
    return (await this.#means.database.call((connection) => replaceSealed(connection, found, replacement))) ? 'resealed' : 'gone';
  }

  #say(level: 'info' | 'error', message: string, details: Record<string, unknown>): void {
    const text = JSON.stringify([message, details]);
    if (text !== this.#said) this.#means.log[level](details, message);
    this.#said = text;
  }
}
