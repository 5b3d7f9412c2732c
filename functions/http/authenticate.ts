import type { Services } from '../services.ts';
import { anonymous, type Caller } from './caller.ts';
import { Problem } from './problem.ts';
import type { Credentials } from './sign-in/backend.ts';

/**
 * Who sends these credentials. An unknown user, a wrong password and a wrong scheme get the same 401.
 * Where authentication is not required, any of them is an anonymous caller, who may do little.
 */
export async function authenticate({ callers, settings }: Services, credentials: Credentials): Promise<Caller> {
  const caller = await callers.identify(credentials);
  if (caller) return caller;
  if (!settings.requireAuthentication) return anonymous;
  const hints = callers.backends.map(({ hint }) => hint);
  const challenges = callers.backends.flatMap(({ challenge }) => challenge ?? []);
  throw new Problem('AuthorizationError', 'not_authenticated', `sign in with ${hints.join(', or ')}`, {
    ...(challenges.length > 0 ? { headers: { 'WWW-Authenticate': [...new Set(challenges)].join(', ') } } : {}),
  });
}
