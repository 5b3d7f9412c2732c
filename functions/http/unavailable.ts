import { Problem } from './problem.ts';

/** SQLSTATE classes in which trying again may help: connections, resources, shutdown, and conflicts between transactions. */
const PASSING = /^(08|53|57P|40|55P03)/;
const LOST = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/**
 * A problem that says "try again", when an error only means that the database is away for the moment or two requests collided. Its cause is
 * what the database said, without what libraries put around it: that has the values of the statement.
 */
export function unavailable(error: unknown): Problem | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && (PASSING.test(cause.code) || LOST.has(cause.code))) {
      const problem = new Problem(
        'UnavailableError',
        'database_unavailable',
        'the database did not answer; nothing was changed unless a later read shows it: try again',
        {
          headers: { 'Retry-After': '1' },
        },
      );
      problem.cause = cause;
      return problem;
    }
  }
  return null;
}
