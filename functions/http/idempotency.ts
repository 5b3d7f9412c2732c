import type { Context } from 'hono';
import { z } from 'zod';
import type { Tx } from '../../db/client.ts';
import { type BegunRequest, beginRequest, forgetRequest, type KeyedRequest, keepOutcome } from '../../db/queries/idempotency.ts';
import type { Services } from '../services.ts';
import type { Caller } from './caller.ts';
import type { Environment } from './environment.ts';
import { header } from './header.ts';
import { Problem, type ProblemType, problemTypes } from './problem.ts';
import { Redirect } from './redirect.ts';

const KEY = /^[ -~]{1,255}$/;

/** A request that is to be carried out once, however often it is sent. */
export interface Attempt extends KeyedRequest {
  /** To be called when it is answered by what was kept. */
  readonly replayed: () => void;
}

/** The key under which a client sends a request again; undefined where it sends none. Throws Problem when it is malformed. */
export function idempotencyKey(c: Context<Environment>): string | undefined {
  const key = header(c, 'idempotency-key');
  if (key === undefined || KEY.test(key)) return key;
  const msg = 'must be 1 to 255 printable ASCII characters';
  throw new Problem('ValidationError', 'invalid_request', `the header Idempotency-Key ${msg}`, {
    errors: [{ path: 'header.Idempotency-Key', msg }],
  });
}

/**
 * What a caller sends under a key. Keys are a caller's own: whoever is nobody has none, since nobody else may be told what it was
 * answered. Throws Problem for them.
 */
export async function attemptOf(
  c: Context<Environment>,
  { secrets }: Pick<Services, 'secrets'>,
  { identity }: Caller,
  key: string,
): Promise<Attempt> {
  if (identity === null) {
    throw new Problem('AuthorizationError', 'not_authenticated', 'sign in, or leave out the header Idempotency-Key');
  }
  // Caller and key are in it too: what was kept of one request is of no use in the row of another.
  const request = secrets.mac(JSON.stringify([identity, key, c.req.method, c.req.path, await c.req.text()]));
  return { caller: identity, key, request, replayed: () => c.set('isReplayed', true) };
}

/** How a request ended, as it is kept. Without either, it was done and there is nothing to say. */
const keptEnding = z.object({
  request: z.string(),
  value: z.unknown().optional(),
  problem: z
    .object({
      type: z.custom<ProblemType>((type) => typeof type === 'string' && type in problemTypes),
      code: z.string(),
      message: z.string(),
      errors: z.array(z.object({ path: z.string(), msg: z.string() })),
      headers: z.record(z.string(), z.string()),
    })
    .optional(),
});

type Ending<T> = { readonly value: T } | { readonly problem: Problem };

/**
 * Carries out a change in a transaction, with what it came to: both are committed, or neither is. A request that was begun before is
 * not carried out again, and answered with what `restore` makes of what was kept, which is JSON. What is refused is kept as well;
 * redirects are not, and nor is what may succeed when it is tried again.
 */
export async function once<T>(
  services: Services,
  attempt: Attempt,
  work: (tx: Tx) => Promise<T | Redirect>,
  restore: (kept: unknown) => T,
): Promise<T | Redirect> {
  const { database, settings } = services;
  return came(
    await database.transaction(async (tx) => {
      const begun = await beginRequest(tx, attempt, settings.idempotencyHours);
      if (begun) return replay(services, attempt, begun, restore);
      // What is refused is rolled back, and the row of the request is not.
      const ending = await endingOf(() => tx.transaction(work));
      await keep(services, tx, attempt, ending);
      return ending;
    }),
  );
}

/**
 * As `once`, of a change that takes several transactions and may be repeated: the request is begun before, and its end is kept after.
 * While it has not ended nobody else carries it out, unless it takes so long that its process must have died.
 */
export async function onceInSteps(services: Services, attempt: Attempt, work: () => Promise<unknown>): Promise<unknown> {
  const { database, settings, log } = services;
  const begun = await database.transaction((tx) => beginRequest(tx, attempt, settings.idempotencyHours));
  if (begun) return came(replay(services, attempt, begun, (kept) => kept));
  const ending = await endingOf(work).catch(async (error: unknown) => {
    await forgetRequest(database, attempt).catch((lost: unknown) =>
      log.warn({ err: lost }, 'a request that failed could not be forgotten: retries are told that it is under way'),
    );
    throw error;
  });
  await keep(services, database, attempt, ending);
  return came(ending);
}

async function endingOf<T>(work: () => Promise<T>): Promise<Ending<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof Problem && error.status < 500 && error.type !== 'TooManyRequestsError') return { problem: error };
    throw error;
  }
}

function came<T>(ending: Ending<T>): T {
  if ('problem' in ending) throw ending.problem;
  return ending.value;
}

async function keep({ secrets }: Services, tx: Tx, attempt: Attempt, ending: Ending<unknown>): Promise<void> {
  if ('value' in ending && ending.value instanceof Redirect) return forgetRequest(tx, attempt);
  const kept = 'value' in ending ? ending : { problem: told(ending.problem) };
  await keepOutcome(tx, attempt, secrets.encrypt(JSON.stringify({ request: attempt.request, ...kept })));
}

function told({ type, code, message, errors, headers }: Problem) {
  return { type, code, message, errors, headers };
}

function replay<T>(services: Services, attempt: Attempt, begun: BegunRequest, restore: (kept: unknown) => T): Ending<T> {
  const { outcome, request } = begun;
  if (request !== attempt.request) return { problem: reused() };
  if (outcome === null) {
    return {
      problem: new Problem(
        'UnavailableError',
        'request_under_way',
        'the same request, with the same Idempotency-Key, is still being carried out: ask again for its answer',
        { headers: { 'Retry-After': '1' } },
      ),
    };
  }
  const kept = keptEnding.parse(JSON.parse(services.secrets.decrypt(outcome)));
  if (kept.request !== request) throw new Error('what was kept of a request is of another one');
  attempt.replayed();
  if (!kept.problem) return { value: restore(kept.value) };
  const { type, code, message, errors, headers } = kept.problem;
  return { problem: new Problem(type, code, message, { errors, headers }) };
}

function reused(): Problem {
  return new Problem(
    'IdempotencyError',
    'idempotency_key_reused',
    'this Idempotency-Key was used for another request: only the same one, to the last byte, may be sent with it again',
  );
}
