import { hash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../../db/client.ts';
import { findUserWithRights, type UserWithRights } from '../../db/queries/users.ts';
import { hashPassword, verifyPassword } from '../passwords.ts';
import type { Caller } from './caller.ts';
import { userLabel } from './labels.ts';

/** How long a password that was found right need not be checked again, in ms. */
const VERIFIED_FOR = 60_000;
/** How long what a user may do is believed without asking again, in ms. Only while the database tells of every change. */
const RIGHTS_FOR = 2_000;
/** Wrong passwords in a row before the next answers come slower, and how slow they get, in ms. */
const PATIENCE = 3;
const SLOWEST = 2_000;
const REMEMBERED = 10_000;

/** Finds out who a user name and password belong to. */
export interface Callers {
  /** The caller, or null when the user is unknown or the password wrong: both take the same time. */
  identify(label: string, password: string): Promise<Caller | null>;
  /** What a caller who was identified before may do now. Null: there is no such user any more. */
  current(caller: Caller): Promise<Caller | null>;
  /** Forgets what users may do; called for every change, by this process or another. */
  forget(): void;
  /** Says whether the database tells of changes now. While it does not, every request asks it. */
  told(listening: boolean): void;
}

/** Callers backed by the users table. */
export function createCallers(sql: Connection): Callers {
  const processKey = randomBytes(32).toString('hex');
  const stranger = hashPassword(randomBytes(16).toString('hex'));
  const verified = new Map<string, number>();
  const checks = new Map<string, Promise<boolean>>();
  const rights = new Map<string, { user: UserWithRights; caller: Caller; until: number }>();
  const failures = new Map<string, number>();
  let listening = false;
  let generation = 0;

  async function lookUp(label: string) {
    const known = rights.get(label);
    if (known && known.until > Date.now()) return known;
    const asked = generation;
    const user = await findUserWithRights(sql, label);
    if (!user) return undefined;
    const caller = { label, id: user.id, isAdmin: user.isAdmin, projects: new Set(user.projects) };
    const found = { user, caller, until: Date.now() + RIGHTS_FOR };
    // A change that was announced while the answer was on its way may not be in it.
    if (listening && asked === generation) remember(rights, label, found);
    return found;
  }

  async function isRight(user: Pick<UserWithRights, 'label' | 'passwordHash'>, password: string): Promise<boolean> {
    // Nobody ever sees the key, so a secret in front makes a MAC of the hash, at a fifth of the price of an HMAC.
    const key = hash('sha256', processKey + JSON.stringify([user.label, user.passwordHash, password]));
    if ((verified.get(key) ?? 0) > Date.now()) return true;
    // Many requests at once with the same credentials are checked once.
    const check = checks.get(key) ?? verifyPassword(user.passwordHash, password).finally(() => checks.delete(key));
    checks.set(key, check);
    const right = await check;
    if (right) remember(verified, key, Date.now() + VERIFIED_FOR);
    return right;
  }

  return {
    async identify(label, password) {
      // A name that no user can have is not asked for: Postgres takes no NUL.
      const found = userLabel.safeParse(label).success ? await lookUp(label) : undefined;
      // A stranger costs as much time as a wrong password.
      const right = found
        ? await isRight(found.user, password)
        : await isRight({ label, passwordHash: await stranger }, password);
      if (found && right) {
        failures.delete(label);
        return found.caller;
      }
      const failed = (failures.get(label) ?? 0) + 1;
      remember(failures, label, failed);
      if (failed > PATIENCE) await delay(Math.min(SLOWEST, 100 * 2 ** (failed - PATIENCE)));
      return null;
    },
    async current(caller) {
      if (caller.label === null) return caller;
      const found = await lookUp(caller.label);
      return found && found.caller.id === caller.id ? found.caller : null;
    },
    forget() {
      generation++;
      rights.clear();
    },
    told(now) {
      if (now === listening) return;
      listening = now;
      // Changes may have been missed, or be on their way.
      generation++;
      rights.clear();
    },
  };
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  const [oldest] = map.keys();
  if (map.size >= REMEMBERED && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
