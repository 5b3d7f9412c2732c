import type { Logger } from 'pino';
import type { Connection } from '../../../db/client.ts';
import { type Callers, createCallers } from '../callers.ts';
import { nullBackend } from './anyone.ts';
import { apiTokenBackend } from './api-tokens.ts';
import type { Backend } from './backend.ts';
import { createFailedLogins } from './failed-logins.ts';
import { keystoneBackend } from './keystone.ts';
import { createMemory } from './memory.ts';
import { oidcBackend } from './oidc.ts';
import { passwordBackend } from './passwords.ts';
import type { SignInSettings } from './settings.ts';

/** The ways to sign in that the settings name, on a database. Connects to nobody else before somebody signs in. */
export function openCallers(sql: Connection, log: Logger, settings: SignInSettings): Callers {
  const memory = createMemory();
  const backends: Backend[] = [];
  if (settings.database) {
    backends.push(passwordBackend(sql, memory, createFailedLogins(sql, log)), apiTokenBackend(sql, memory, log));
  }
  // After the tokens of our own, which are Bearer as well.
  if (settings.oidc) backends.push(oidcBackend(settings.oidc, sql, memory, log));
  if (settings.keystone) backends.push(keystoneBackend(settings.keystone, sql, memory, log));
  // The last, since it takes everybody whom no other took for one of its own.
  if (settings.nullBackend !== 'off') backends.push(nullBackend(settings.nullBackend === 'anywhere'));
  return createCallers(backends, memory);
}
