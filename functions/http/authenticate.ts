import type { Services } from '../services.ts';
import { anonymous, type Caller } from './caller.ts';
import { Problem } from './problem.ts';

/**
 * Who sends these credentials (the Authorization header). An unknown user, a wrong password and a wrong scheme get the same 401.
 * Where authentication is not required, any of them is an anonymous caller, who may do little.
 */
export async function authenticate(services: Services, authorization: string | undefined): Promise<Caller> {
  const given = authorization === undefined ? null : basicCredentials(authorization);
  const caller = given && (await services.callers.identify(given.user, given.password));
  if (caller) return caller;
  if (!services.settings.requireAuthentication) return anonymous;
  throw new Problem('AuthorizationError', 'not_authenticated', 'sign in with a user name and password (HTTP Basic)', {
    headers: { 'WWW-Authenticate': 'Basic realm="HaaS", charset="UTF-8"' },
  });
}

function basicCredentials(authorization: string): { user: string; password: string } | null {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
