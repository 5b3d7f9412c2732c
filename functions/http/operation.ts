import { z } from 'zod';
import { type Connection, type Statements, statementsOf, type Tx } from '../../db/client.ts';
import type { Services } from '../services.ts';
import type { Caller } from './caller.ts';
import { type Attempt, once, onceInSteps } from './idempotency.ts';
import { linkTo, Page } from './paging.ts';
import { type FieldError, Problem, type ProblemType } from './problem.ts';
import { type Origin, type Recorder, recording } from './record.ts';
import { Redirect } from './redirect.ts';
import type { Upgrade } from './web-socket.ts';

export { Redirect };

/** Refusals of an operation beyond those that every operation has: a code, its type, and when it happens, for the documentation. */
export type Refusals = Readonly<Record<string, readonly [type: ProblemType, when: string]>>;

/** Below this is the path of every operation. */
export const PREFIX = '/v0';

/** Fields of a path, query or body. */
export type Fields = z.ZodType<Record<string, unknown>>;

/** For operations without path parameters, without a query, or without a body. */
export const nothing = z.strictObject({});

/** The result of an operation that has nothing to say: 200 with an empty body. */
export const empty = z.undefined();

/** What a handler is given besides the request itself. */
export interface Context<R extends Refusals> {
  readonly caller: Caller;
  readonly services: Services;
  /** Builds the problem of a declared refusal: `throw refuse('unknown_node', ...)`. `errors` are the fields that are wrong, if any are. */
  readonly refuse: (code: keyof R & string, message: string, errors?: readonly FieldError[]) => Problem;
}

type Action = () => Promise<void> | void;

interface WritingContext<R extends Refusals> extends Context<R> {
  /** Runs after the transaction was committed, before the answer is sent. What it throws is logged, and undoes nothing. */
  readonly afterCommit: (action: Action) => void;
}

export interface Description<P extends Fields, S extends z.ZodType, R extends Refusals> {
  /** The predecessor's name of the call: `node_connect_network`. */
  readonly id: string;
  /** One sentence, for the API reference and the command line. */
  readonly summary: string;
  /** Below `/v0`; `{node}` is one segment, `{port+}` one or more. */
  readonly path: `/${string}`;
  /** `admin`: administrators only, decided before anything is looked up. `user`: anyone who is signed in; the handler decides the rest. */
  readonly access: 'admin' | 'user';
  readonly params: P;
  readonly result: S;
  readonly refusals: R;
  /** Set where a handler may hand back a `Redirect`. */
  readonly redirects?: true;
}

interface Reading<P extends Fields, Q extends Fields, S extends z.ZodType, R extends Refusals> extends Description<P, S, R> {
  readonly method: 'GET';
  readonly query: Q;
  readonly read: (
    context: Context<R> & { readonly sql: Connection },
    request: { readonly params: z.output<P>; readonly query: z.output<Q> },
  ) => Promise<z.input<S> | Page<z.input<S>>>;
}

export type Handler<P extends Fields, B extends Fields, S extends z.ZodType, R extends Refusals, Means> = (
  context: WritingContext<R> & Means,
  request: { readonly params: z.output<P>; readonly body: z.output<B> },
) => Promise<z.input<S> | Redirect>;

type Writing<P extends Fields, B extends Fields, S extends z.ZodType, R extends Refusals> = Description<P, S, R> & {
  readonly method: 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly body: B;
  /** Status of success: 202 when a device has yet to do it. */
  readonly status?: 200 | 202;
} & (
    | { readonly write: Handler<P, B, S, R, { readonly tx: Tx }> }
    /**
     * For a change that is one statement, and so a transaction of its own, which saves three round trips. The statement itself records what
     * it did, by `record_request`.
     */
    | { readonly writeOnce: Handler<P, B, S, R, { readonly sql: Statements; readonly tx: Tx; readonly entry: string }> }
    /** For a change that asks somebody else between its transactions. Repeating it does no harm. `record` begins the one that makes it. */
    | { readonly writeInSteps: Handler<P, B, S, R, { readonly record: (tx: Tx) => Promise<void> }> }
  );

/** Where what a client asked for takes a while: how long it waits, by its `Prefer` header, and whether it is still there. */
export interface Client {
  readonly origin: Origin;
  readonly prefer: string | undefined;
  readonly gone: AbortSignal;
  /** What it has of a stream of events, where it goes on with one: the id of the last. */
  readonly lastEventId: string | undefined;
  /** Set where it may send the same change again, and wants it made once. */
  readonly attempt: Attempt | undefined;
  /** How to accept the WebSocket that it asks for; undefined where it asks for none. */
  readonly webSocket: Upgrade | undefined;
  /** Cuts off a client that does not take its answer. */
  readonly hangUp: () => void;
}

/** What a client is answered: a body of JSON, or a stream of bytes. */
export interface Reply {
  readonly status: 200 | 202 | 307;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that was understood: answers it for a caller. */
export type Accepted = (services: Services, caller: Caller, client: Client) => Promise<Reply>;

/** An operation as the router, the tests and the documents see it. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: `/${string}`;
  readonly access: 'admin' | 'user';
  readonly params: Fields;
  /** The query of a GET, the body of anything else. */
  readonly input: Fields;
  readonly status: 200 | 202;
  readonly result: z.ZodType;
  readonly refusals: Refusals;
  readonly redirects?: true | undefined;
  /** By what it was declared: those after `writing` wait for devices, as the client's `Prefer` says; `streaming` answers bytes. */
  readonly kind: 'reading' | 'writing' | 'commanding' | 'commandingMany' | 'asking' | 'streaming';
  /** What one of those that stream answers. */
  readonly mediaType?: 'text/plain' | 'text/event-stream';
  /** Understands a request by the operation's schemas, or names every field that is wrong. */
  readonly accept: (params: unknown, input: unknown) => Accepted | FieldError[];
}

/** Declares an operation that only reads: single statements, no transaction. Its schemas are the contract; everything else is derived from them. */
export function reading<P extends Fields, Q extends Fields, S extends z.ZodType, const R extends Refusals>(
  description: Reading<P, Q, S, R>,
): Operation & { readonly refusals: R } {
  const { query, read, ...rest } = description;
  const refuse = refuser(rest.refusals);
  return {
    ...rest,
    kind: 'reading',
    input: query,
    status: 200,
    accept(rawParams, rawQuery) {
      const understood = understand(rest.params, rawParams, 'query', query, rawQuery);
      if (Array.isArray(understood)) return understood;
      const { params, input } = understood;
      return async (services, caller) => {
        const context = { caller, services, refuse, sql: services.database.$client };
        const answer = await read(context, { params, query: input });
        if (!(answer instanceof Page)) return { status: 200, body: answer };
        const link = linkTo(PREFIX + rest.path, params, rawQuery, answer);
        return { status: 200, body: answer.body, ...(link === undefined ? {} : { headers: { Link: link } }) };
      };
    },
  };
}

/**
 * Declares an operation that changes something: in one transaction, so what it refuses it has not changed.
 * Its schemas are the contract; everything else is derived from them.
 */
export function writing<P extends Fields, B extends Fields, S extends z.ZodType, const R extends Refusals>(
  description: Writing<P, B, S, R>,
): Operation & { readonly refusals: R } {
  const {
    id,
    summary,
    method,
    path,
    access,
    params: paramsSchema,
    body,
    status = 200,
    result,
    refusals,
    redirects,
  } = description;
  const refuse = refuser(refusals);
  const recorderOf = recording({ id, access }, body, status === 202 ? 'ordered' : 'done');
  return {
    id,
    summary,
    method,
    path,
    access,
    params: paramsSchema,
    result,
    refusals,
    redirects,
    kind: 'writing',
    input: body,
    status,
    accept(rawParams, rawBody) {
      const understood = understand(paramsSchema, rawParams, 'body', body, rawBody);
      if (Array.isArray(understood)) return understood;
      const request = { params: understood.params, body: understood.input };
      return async (services, caller, { attempt, origin }) => {
        const { afterCommit, done } = following(services);
        const context = { caller, services, refuse, afterCommit };
        const recorder = recorderOf(caller, origin, rawParams, rawBody);
        const answer = await carryOut(description, services, attempt, recorder, context, request);
        await done();
        return answer instanceof Redirect ? redirected(answer) : { status, body: answer };
      };
    },
  };
}

/** Makes a change as it was declared, and records it; where it may be asked for again, in a transaction that keeps what it came to. */
async function carryOut<P extends Fields, B extends Fields, S extends z.ZodType, R extends Refusals>(
  description: Writing<P, B, S, R>,
  services: Services,
  attempt: Attempt | undefined,
  recorder: Recorder,
  context: WritingContext<R>,
  request: { readonly params: z.output<P>; readonly body: z.output<B> },
): Promise<unknown> {
  if ('writeInSteps' in description) {
    const work = () => description.writeInSteps({ ...context, record: recorder.record }, request);
    return attempt ? onceInSteps(services, attempt, work) : work();
  }
  if ('writeOnce' in description) {
    const write = (tx: Tx, sql: Statements): Promise<unknown> =>
      description.writeOnce({ ...context, sql, tx, entry: recorder.entry() }, request);
    return attempt
      ? once(
          services,
          attempt,
          (tx) => write(tx, statementsOf(tx)),
          (kept) => kept,
        )
      : write(services.database, services.database.$client);
  }
  const work = recorder.recorded((tx): Promise<unknown> => description.write({ ...context, tx }, request));
  return attempt ? once(services, attempt, work, (kept) => kept) : services.database.transaction(work);
}

/** Sends a client to another address. */
export function redirected({ location }: Redirect): Reply {
  return { status: 307, body: undefined, headers: { Location: location, 'Cache-Control': 'no-store' } };
}

/** Understands a request by an operation's schemas, or names every field that is wrong. */
export function understand<P extends Fields, I extends Fields>(
  paramsSchema: P,
  rawParams: unknown,
  where: 'query' | 'body',
  inputSchema: I,
  rawInput: unknown,
): { params: z.output<P>; input: z.output<I> } | FieldError[] {
  const params = paramsSchema.safeParse(rawParams);
  const input = inputSchema.safeParse(rawInput);
  if (params.success && input.success) return { params: params.data, input: input.data };
  return [...fieldErrors('path', params.error), ...fieldErrors(where, input.error)];
}

/** What zod found wrong, by field: `where` is the part of the request that it looked at. */
export function fieldErrors(where: string, error: z.ZodError | undefined): FieldError[] {
  return (error?.issues ?? []).map((issue) => {
    const path = [where, ...issue.path.map(String)].join('.');
    if (issue.code === 'unrecognized_keys')
      return { path, msg: `unknown field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}` };
    return { path, msg: issue.message };
  });
}

/** Builds the problems of an operation's declared refusals. */
export function refuser<R extends Refusals>(refusals: R): Context<R>['refuse'] {
  return (code, message, errors = []) => {
    const declared = refusals[code];
    if (!declared) throw new Error(`refusal ${code} is not declared`);
    return new Problem(declared[0], code, message, { errors });
  };
}

/** Gathers what is to follow a transaction, and does it. */
export function following(services: Services): { afterCommit: (action: Action) => void; done: () => Promise<void> } {
  const actions: Action[] = [];
  return {
    afterCommit: (action) => void actions.push(action),
    async done() {
      for (const action of actions) {
        try {
          await action();
        } catch (error) {
          services.log.error({ err: error }, 'what follows a committed change failed');
        }
      }
    },
  };
}
