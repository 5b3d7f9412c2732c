import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Connection } from '../../../db/client.ts';
import { countFailedLogin, forgetFailedLogins } from '../../../db/queries/failed-logins.ts';

/** Failures before the next answers come slower, and how slow they get, in ms. */
const PATIENCE = 3;
const SLOWEST = 2_000;

/**
 * Answers those slower who failed to sign in before, under this name or from this address: whoever guesses. Nobody is locked out, since
 * what is right is never slowed down. Counted in the database, so that all hosts of the API count together.
 */
export interface FailedLogins {
  /** Somebody failed: resolves when they may be told. */
  slowDown(login: string, address: string): Promise<void>;
  /** Somebody signed in after all: what they failed before was a slip. */
  forgive(login: string, address: string): void;
}

/** Failed logins as the database counts them. Where it cannot be asked, everybody who fails is slowed down as much as anybody is. */
export function createFailedLogins(sql: Connection, log: Logger): FailedLogins {
  return {
    async slowDown(login, address) {
      const failures = await countFailedLogin(sql, login, address).catch((error: unknown) => {
        log.warn({ err: error }, 'a failed login was not counted');
        return Number.POSITIVE_INFINITY;
      });
      if (failures > PATIENCE) await delay(Math.min(SLOWEST, 100 * 2 ** (failures - PATIENCE)));
    },
    forgive(login, address) {
      forgetFailedLogins(sql, login, address).catch((error: unknown) => {
        log.warn({ err: error }, 'failed logins were not forgiven');
      });
    },
  };
}
