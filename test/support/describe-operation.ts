import { describe, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import type { Operation } from '../../functions/http/operation.ts';
import { problemTypes } from '../../functions/http/problem.ts';
import type { Settings } from '../../functions/settings.ts';
import { type Answer, makeWorld, people, type Role, type World } from './world.ts';

type Arrange = (world: World) => Promise<unknown>;

/** A request of an operation: path parameters, and query (GET) or body. `as` is who sends it. */
interface Request {
  readonly params?: Record<string, string>;
  readonly input?: unknown;
  readonly headers?: Record<string, string>;
  readonly as?: Role;
}

interface Refusal extends Request {
  /** What is different from the world in which the request succeeds. */
  readonly arrange?: Arrange;
  /** Settings of the API that are not the default. */
  readonly settings?: Partial<Settings>;
  /** Set where a device was asked before it came to the refusal: then that stays on record. */
  readonly isOnRecord?: true;
}

/** What has to be told of an operation so that it can be tested whole. */
interface Cases<O extends Operation> {
  /** Makes the world in which the request succeeds. */
  readonly arrange?: Arrange;
  /** The request that succeeds; what a case says overrides it. */
  readonly request: Request;
  /** Looks whether the request did what it should. */
  readonly success: (world: World, answer: Answer) => Promise<unknown> | unknown;
  /** The status that each role gets for the request. */
  readonly roles: Record<Role, number>;
  /** One case for every refusal that the operation declares. */
  readonly refusals: Record<keyof O['refusals'] & string, Refusal>;
  /** Set where only the handler knows which fields the body may have: then it answers unknown ones. */
  readonly judgesFields?: true;
  /** Requests that are not understood; an unknown field and a body that is no object are tried anyway. */
  readonly malformed?: Record<string, Request>;
}

/** Tests of an operation: success, every role, every declared refusal, malformed input. What is refused must change nothing. */
export function describeOperation<O extends Operation>(operation: O, cases: Cases<O>): void {
  const send = (world: World, request: Request) => {
    return sendTo(world, operation, { ...cases.request, ...request });
  };
  const world = async (context: TestContext, { arrange, settings }: Pick<Refusal, 'arrange' | 'settings'> = {}) => {
    const made = await makeWorld(context, settings);
    await cases.arrange?.(made);
    await arrange?.(made);
    return made;
  };

  describe(operation.id, () => {
    test('does what it says', async (context) => {
      const w = await world(context);
      const recorded = await recordedOf(w, operation);
      const answer = await send(w, {});
      expect(answer.status, answer.text).toBe(operation.status);
      expect(await recordedOf(w, operation)).toBe(recorded + (operation.method === 'GET' ? 0 : 1));
      operation.result.parse(answer.body ?? undefined);
      await cases.success(w, answer);
    });

    if (operation.method !== 'GET') {
      test('does it once with an Idempotency-Key, however often it is sent', async (context) => {
        const w = await world(context);
        const recorded = await recordedOf(w, operation);
        const keyed = { headers: { ...cases.request.headers, 'idempotency-key': 'once' } };
        const first = await send(w, keyed);
        expect(first.status, first.text).toBe(operation.status);
        expect(first.headers.has('idempotency-replayed')).toBe(false);
        const before = await w.fingerprint();
        const again = await send(w, keyed);
        expect(again).toMatchObject({ status: first.status, text: first.text });
        expect(again.headers.get('idempotency-replayed')).toBe('true');
        expect(await w.fingerprint()).toBe(before);
        expect(await recordedOf(w, operation)).toBe(recorded + 1);
        await cases.success(w, first);
      });
    }

    for (const role of ['admin', 'owner', 'other', 'anonymous'] as const) {
      test(`answers ${role} with ${cases.roles[role]}`, async (context) => {
        const w = await world(context);
        const before = await w.fingerprint();
        const answer = await send(w, { as: role });
        expect(answer.status, answer.text).toBe(cases.roles[role]);
        if (answer.status >= 400) expect(await w.fingerprint()).toBe(before);
        if (answer.status === 401) expect(answer.body).toMatchObject({ type: 'AuthorizationError' });
      });
    }

    const refusals: Record<string, Refusal> = cases.refusals;
    test('has a case for every refusal it declares', () => {
      expect(Object.keys(refusals).sort()).toEqual(Object.keys(operation.refusals).sort());
    });
    for (const [code, refusal] of Object.entries(refusals)) {
      test(`refuses: ${code}`, async (context) => {
        const w = await world(context, refusal);
        const before = await w.fingerprint();
        const answer = await send(w, refusal);
        const type = operation.refusals[code]?.[0] ?? 'InternalError';
        expect(answer.body, answer.text).toMatchObject({
          type,
          code,
          msg: expect.stringMatching(/\w{3}/),
          request_id: expect.any(String),
        });
        expect(answer.status).toBe(problemTypes[type]);
        if (!refusal.isOnRecord) expect(await w.fingerprint()).toBe(before);
      });
    }

    const malformed: Record<string, Request> = { ...cases.malformed, ...anyMalformed(operation, cases) };
    for (const [name, request] of Object.entries(malformed)) {
      test(`does not understand: ${name}`, async (context) => {
        const w = await world(context);
        const before = await w.fingerprint();
        // Arguments are judged before credentials.
        for (const as of ['admin', 'anonymous'] as const) {
          const answer = await send(w, { ...request, as });
          expect(answer.body, answer.text).toMatchObject({
            type: 'ValidationError',
            errors: [{ path: expect.any(String), msg: expect.any(String) }],
          });
          expect(answer.status).toBe(400);
        }
        expect(await w.fingerprint()).toBe(before);
      });
    }
  });
}

/** How many requests of an operation the audit has. */
async function recordedOf({ sql }: World, { id }: Operation): Promise<number> {
  return (await sql`select from audit where event = ${id}`).length;
}

function sendTo(world: World, operation: Operation, { params = {}, input, headers, as = 'admin' }: Request): Promise<Answer> {
  const path = operation.path.replace(/\{(\w+)\+?\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? `${name}-missing-in-the-test`),
  );
  if (operation.method !== 'GET') return world.call(people[as], operation.method, path, input, headers);
  const query =
    typeof input === 'string' ? input : new URLSearchParams(z.record(z.string(), z.string()).parse(input ?? {})).toString();
  return world.call(people[as], 'GET', query === '' ? path : `${path}?${query}`, undefined, headers);
}

function anyMalformed(
  operation: Operation,
  { request: { input }, judgesFields = false }: { readonly request: Request; readonly judgesFields?: boolean },
): Record<string, Request> {
  const unknownField = { input: { ...(typeof input === 'object' ? input : {}), 'no-such-field': 'x' } };
  if (operation.method === 'GET') return { 'an unknown query field': unknownField, 'an empty query field': { input: 'x=' } };
  return {
    ...(judgesFields ? {} : { 'an unknown field': unknownField }),
    'a body that is no JSON': { input: '{"' },
    'a body that is no object': { input: '[]' },
  };
}
