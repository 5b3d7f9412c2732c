import { hash, randomBytes } from 'node:crypto';
import type { Connection } from '../../../db/client.ts';
import { findSha512Crypt, findUserWithRights, replacePasswordHash, type UserWithRights } from '../../../db/queries/users.ts';
import { hashPassword, verifyPassword } from '../../passwords.ts';
import { isSha512Crypt, TooManyVerificationsError, unmatchedSha512Crypt, verifySha512Crypt } from '../../sha512-crypt.ts';
import type { Caller } from '../caller.ts';
import { userLabel } from '../labels.ts';
import { Problem } from '../problem.ts';
import type { Backend, Credentials } from './backend.ts';
import type { FailedLogins } from './failed-logins.ts';
import { type Memory, remember } from './memory.ts';

/** How long a password that was found right need not be checked again, in ms. */
const VERIFIED_FOR = 60_000;

/** How long somebody is asked to wait whose password could not be verified now, in seconds. */
const RETRY_AFTER = 10;

/**
 * Users with their names and passwords (HTTP Basic). An unknown user costs as much time as a wrong password. Who comes from the predecessor
 * has a hash of sha512-crypt until the first sign-in.
 */
export function passwordBackend(sql: Connection, memory: Memory, failed: FailedLogins): Backend {
  const processKey = randomBytes(32).toString('hex');
  const stranger = hashPassword(randomBytes(16).toString('hex'));
  const verified = new Map<string, { passwordHash: string; until: number }>();
  const checks = new Map<string, Promise<boolean>>();

  const lookUp = memory.remembering(async (label) => {
    const user = await findUserWithRights(sql, label);
    return user && { user, caller: callerOf(user) };
  });

  function callerOf(user: UserWithRights): Caller {
    return {
      label: user.label,
      id: user.id,
      isAdmin: user.isAdmin,
      projects: new Set(user.projects),
      identity: `user/${user.id}`,
      isReadOnly: false,
      hasPassword: true,
      current: async () => {
        const found = await lookUp(user.label);
        // Whoever knows no more than the password of before is to see no more than before.
        return found?.user.id === user.id && found.user.passwordHash === user.passwordHash ? found.caller : null;
      },
    };
  }

  /** The hash for which a name and password, by their key, were found right lately. */
  function verifiedFor(key: string): string | undefined {
    const found = verified.get(key);
    return found && found.until > Date.now() ? found.passwordHash : undefined;
  }

  /** Whether a password is right, and whether that had to be found out. Nobody has the hash undefined. */
  async function check(key: string, passwordHash: string | undefined, password: string): Promise<'right' | 'known' | 'wrong'> {
    if (passwordHash !== undefined && verifiedFor(key) === passwordHash) return 'known';
    // Many requests at once with the same credentials are checked once.
    const once = `${key}${passwordHash}`;
    const checking = checks.get(once) ?? verify(passwordHash, password).finally(() => checks.delete(once));
    checks.set(once, checking);
    if (!(await checking) || passwordHash === undefined) return 'wrong';
    remember(verified, key, { passwordHash, until: Date.now() + VERIFIED_FOR });
    return 'right';
  }

  /**
   * Whether a password is the one that was hashed. As long as anybody has a hash of sha512-crypt, all that is wrong takes as long as one of
   * these: how long it took shall not tell who has one, nor who there is.
   */
  async function verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const old = passwordHash !== undefined && isSha512Crypt(passwordHash) ? passwordHash : undefined;
    const own = old === undefined ? passwordHash : undefined;
    if ((await verifyPassword(own ?? (await stranger), password)) && own !== undefined) return true;
    const example = (await findSha512Crypt(sql)) ?? old;
    if (example === undefined) return false;
    return (await verifySha512Crypt(old ?? unmatchedSha512Crypt(example), password)) && old !== undefined;
  }

  async function identify(credentials: Credentials): Promise<Caller | null | undefined> {
    const given = basicCredentials(credentials.authorization);
    if (!given) return given;
    // Nobody ever sees the key, so a secret in front makes a MAC of the hash, at a fifth of the price of an HMAC.
    const key = hash('sha256', processKey + JSON.stringify([given.user, given.password]));
    // A name that no user can have is not asked for: Postgres takes no NUL. Others are asked for by whoever guesses, even if they are
    // remembered: those that there are not never are, and it must not show in how long it takes.
    const found = userLabel.safeParse(given.user).success ? await lookUp(given.user, verifiedFor(key) === undefined) : undefined;
    const checked = await check(key, found?.user.passwordHash, given.password).catch(async (error: unknown) => {
      if (!(error instanceof TooManyVerificationsError)) throw error;
      // It may have been a guess.
      await failed.slowDown(given.user, credentials.address);
      throw busy();
    });
    if (!found || checked === 'wrong') {
      await failed.slowDown(given.user, credentials.address);
      return null;
    }
    if (isSha512Crypt(found.user.passwordHash)) {
      await replacePasswordHash(sql, found.user, await hashPassword(given.password));
      memory.forget();
      // By what is there now: somebody may have changed the password meanwhile.
      return identify(credentials);
    }
    if (checked === 'right') failed.forgive(given.user, credentials.address);
    return found.caller;
  }

  return {
    extension: 'hil.ext.auth.database',
    hint: 'a user name and password (HTTP Basic)',
    challenge: 'Basic realm="HaaS", charset="UTF-8"',
    identify,
  };
}

function busy(): Problem {
  const message = `too many passwords wait to be verified: sign in again in ${RETRY_AFTER} s`;
  return new Problem('UnavailableError', 'passwords_busy', message, { headers: { 'Retry-After': String(RETRY_AFTER) } });
}

/** Name and password; null: they are none, although they should be; undefined: something else. */
function basicCredentials(authorization = ''): { user: string; password: string } | null | undefined {
  if (!/^basic\b/i.test(authorization)) return undefined;
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
