import type { Context } from 'hono';
import type { Environment } from './environment.ts';
import { header } from './header.ts';
import { Problem } from './problem.ts';

/**
 * Refuses what a page of another place has a browser send. Browsers add what a user once signed in with, whichever page asks;
 * other programs name no origin.
 */
export function refuseForeignOrigin(c: Context<Environment>): void {
  const origin = header(c, 'origin');
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === header(c, 'host'))) return;
  throw new Problem('AuthorizationError', 'foreign_origin', `a page of ${origin} may not do this here`);
}
