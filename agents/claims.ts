import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Connection } from '../db/client.ts';
import { type Claim, claim, type LeaseTerms } from '../db/commands/claim.ts';
import { hold } from '../db/commands/hold.ts';
import type { Timing } from './config.ts';
import type { Database } from './database.ts';
import { BATCH } from './worker-means.ts';

/** A device that was taken. `since`: when it was asked for, on the clock of `performance.now()`. */
export interface Taken {
  readonly held: Claim;
  readonly since: number;
}

/**
 * Asks the database for devices, each time under another name. So a device that was given under a name whose answer never came
 * can be told from all others: nobody works on it, and it is taken again without waiting for its lease.
 */
export class Claims {
  /** Names this process in the database. */
  readonly name = `${hostname()} ${process.pid} ${randomBytes(3).toString('hex')}`;
  readonly #database: Database;
  readonly #terms: LeaseTerms;
  /** Names under which a device may have been given without our knowing, and when it was asked for. */
  readonly #lost = new Map<string, number>();
  #asked = 0;

  constructor(database: Database, { lease, grace }: Timing) {
    this.#database = database;
    this.#terms = { lease: lease / 1000, grace: grace / 1000, batch: BATCH };
  }

  /** Takes one waiting device, with its commands. Undefined: there is none. */
  claim(): Promise<Taken | undefined> {
    this.#forgetLapsed();
    const lost = [...this.#lost.keys()];
    return this.#ask((connection, name) => claim(connection, name, this.#terms, lost));
  }

  /** Takes one device on which no command waits. Undefined: one waits, or somebody else holds it. */
  hold(device: string): Promise<Taken | undefined> {
    return this.#ask((connection, name) => hold(connection, device, name, this.#terms));
  }

  async #ask(request: (connection: Connection, name: string) => Promise<Claim | undefined>): Promise<Taken | undefined> {
    const since = performance.now();
    this.#asked += 1;
    const name = `${this.name} ${this.#asked}`;
    try {
      const held = await this.#database.call((connection) => request(connection, name));
      return held && { held, since };
    } catch (error) {
      this.#lost.set(name, since);
      throw error;
    }
  }

  #forgetLapsed(): void {
    const { lease, grace } = this.#terms;
    const lapsed = performance.now() - (lease + grace) * 1000;
    for (const [name, since] of this.#lost) if (since < lapsed) this.#lost.delete(name);
  }
}
