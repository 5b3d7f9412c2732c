import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connect } from '../db/client.ts';

/** Hears the agent's channel on a connection of its own. */
export class Listener {
  readonly #url: string;
  readonly #channel: string;
  readonly #patience: number;
  readonly #onWake: (deviceId: number) => void;
  readonly #onListening: () => void;
  #connection: Connection | undefined;
  #heard = true;

  /**
   * `patience`: milliseconds to wait until the database listens. `onWake` is told the id of a device with new commands; `onListening`, that the channel is heard from now on:
   * what was said before was missed.
   */
  constructor(url: string, channel: string, patience: number, onWake: (deviceId: number) => void, onListening: () => void) {
    this.#url = url;
    this.#channel = channel;
    this.#patience = patience;
    this.#onWake = onWake;
    this.#onListening = onListening;
  }

  /**
   * Makes sure that the channel is heard: what was said on it since the last check must have come back. Otherwise listens anew,
   * since a connection can be dead for a long time without saying so. Never throws; the next check tries again.
   */
  async check(): Promise<void> {
    if (!this.#connection || !this.#heard) await this.#listen();
    this.#heard = false;
    // Not awaited: on a connection that is silent the answer never comes, which is what the next check finds out.
    this.#connection?.notify(this.#channel, 'heard').catch(() => {});
  }

  /** Stops listening. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.end({ timeout: 1 });
  }

  async #listen(): Promise<void> {
    const old = this.#connection;
    const connection = connect(this.#url, 'haas agent wake', 1);
    this.#connection = connection;
    void old?.end({ timeout: 0 });
    const listening = connection.listen(this.#channel, (payload) => this.#hear(payload), this.#onListening).catch(() => {});
    const patience = new AbortController();
    await Promise.race([listening, sleep(this.#patience, undefined, { signal: patience.signal }).catch(() => {})]);
    patience.abort();
  }

  #hear(payload: string): void {
    this.#heard = true;
    if (/^\d+$/.test(payload)) this.#onWake(Number(payload));
  }
}
