import type { Caller } from './caller.ts';
import { Problem } from './problem.ts';

/** Refuses whoever signed in with a token by which nothing is to be changed. Throws Problem. */
export function refuseReadOnly(caller: Caller): void {
  if (!caller.isReadOnly) return;
  throw new Problem('AuthorizationError', 'read_only_token', 'this token changes nothing: use one that is not read-only');
}
