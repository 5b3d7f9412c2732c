import type { Logger } from 'pino';
import { type Connection, connect } from '../db/client.ts';
import { LeaseLost } from '../db/commands/claim.ts';
import { messageOf } from './scrub.ts';

/** The database did not answer in time; whether it did what it was asked is not known. */
class DatabaseSilent extends Error {
  override readonly name = 'DatabaseSilent';
}

/** Connections to the database that are given up and made anew when they fall silent: a broken network says nothing for minutes. */
export class Database {
  readonly #open: () => Connection;
  readonly #silence: number;
  readonly #log: Logger;
  #connection: Connection;
  #reachable = true;

  /** `silence`: how long an answer is waited for, in milliseconds. */
  constructor(url: string, silence: number, log: Logger) {
    this.#open = () => connect(url, 'haas agent', 8);
    this.#silence = silence;
    this.#log = log;
    this.#connection = this.#open();
  }

  /** Whether the database answered when it was asked last. */
  get isUp(): boolean {
    return this.#reachable;
  }

  /** Asks the database something. Throws what the request throws, or DatabaseSilent. */
  async call<T>(request: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.#connection;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new DatabaseSilent(`the database did not answer within ${this.#silence} ms`)),
        this.#silence,
      );
    });
    const answer = request(connection);
    try {
      const result = await Promise.race([answer, silence]);
      this.#report(undefined);
      return result;
    } catch (error) {
      if (error instanceof DatabaseSilent && this.#connection === connection) {
        // What is still under way on the old connections fails; nobody waits for it any more.
        answer.catch(() => {});
        this.#connection = this.#open();
        void connection.end({ timeout: 0 });
      }
      this.#report(error);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes all connections, at once. */
  async close(): Promise<void> {
    await this.#connection.end({ timeout: 1 });
  }

  /** Says it once when the database goes, and once when it is back. */
  #report(error: unknown): void {
    const answered = error === undefined || isRefusal(error);
    if (!answered && this.#reachable) this.#log.warn({ reason: messageOf(error) }, 'the database does not answer as it should');
    if (answered && !this.#reachable) this.#log.info('the database answers again');
    this.#reachable = answered;
  }
}

/** Whether a function of the command protocol has said no, as to an agent that is not enrolled: the database is up. */
function isRefusal(error: unknown): boolean {
  return error instanceof LeaseLost || (error instanceof Error && 'code' in error && String(error.code).startsWith('HA'));
}
