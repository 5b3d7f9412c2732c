import type { Context } from 'hono';
import type { Environment } from './environment.ts';

/** A header of a request, by its name in lower case: from Node where it has parsed them already, which saves parsing them again. */
export function header(c: Context<Environment>, name: string): string | undefined {
  // Where no host has said anything, there is no environment at all, whatever the types promise.
  const incoming = c.env?.incoming;
  if (!incoming) return c.req.header(name);
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
