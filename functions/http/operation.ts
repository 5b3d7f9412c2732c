import { z } from 'zod';
import type { Connection, Tx } from '../../db/client.ts';
import type { Services } from '../services.ts';
import type { Caller } from './caller.ts';
import { readPrefer } from './prefer.ts';
import { type FieldError, Problem, type ProblemType } from './problem.ts';
import { unavailable } from './unavailable.ts';
import type { Upgrade } from './web-socket.ts';

/** Refusals of an operation beyond those that every operation has: a code, its type, and when it happens, for the documentation. */
export type Refusals = Readonly<Record<string, readonly [type: ProblemType, when: string]>>;

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
}

interface Reading<P extends Fields, Q extends Fields, S extends z.ZodType, R extends Refusals> extends Description<P, S, R> {
  readonly method: 'GET';
  readonly query: Q;
  readonly read: (
    context: Context<R> & { readonly sql: Connection },
    request: { readonly params: z.output<P>; readonly query: z.output<Q> },
  ) => Promise<z.input<S>>;
}

type Handler<P extends Fields, B extends Fields, S extends z.ZodType, R extends Refusals, Means> = (
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
     * For a change that is one statement, and so a transaction of its own: it saves two round trips. And for one that asks somebody else
     * between its transactions.
     */
    | { readonly writeOnce: Handler<P, B, S, R, { readonly sql: Connection }> }
  );

interface Commanding<P extends Fields, B extends Fields, S extends z.ZodType, R extends Refusals> extends Description<P, S, R> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The query of a GET. */
  readonly body: B;
  readonly write: Handler<P, B, z.ZodString, R, { readonly tx: Tx }>;
  /** Reads what became of a command that has ended. It may be a refusal: what the device did not do. */
  readonly answer: (context: AnswerContext<R>, id: string) => Promise<z.input<S>>;
}

/** Commands that were issued together, and what is told of them when nothing can be read of them. */
interface Issued<S extends z.ZodType> {
  readonly ids: readonly string[];
  readonly pending: z.input<S>;
}

interface CommandingMany<P extends Fields, B extends Fields, S extends z.ZodType, R extends Refusals>
  extends Description<P, S, R> {
  readonly method: 'POST';
  readonly body: B;
  readonly write: Handler<P, B, z.ZodType<unknown, Issued<S>>, R, { readonly tx: Tx }>;
  /** Reads what became of the commands so far. */
  readonly answer: (context: AnswerContext<R>, issued: Issued<S>) => Promise<z.input<S>>;
}

type AnswerContext<R extends Refusals> = Pick<Context<R>, 'refuse'> & { readonly sql: Connection };

/** In place of an answer: the client is to send the same request, with its body, to another address. */
export class Redirect {
  readonly location: string;

  /** The address may hold a secret: only the client sees it, and no cache keeps it. */
  constructor(location: string) {
    this.location = location;
  }
}

/** Where what a client asked for takes a while: how long it waits, by its `Prefer` header, and whether it is still there. */
export interface Client {
  readonly prefer: string | undefined;
  readonly gone: AbortSignal;
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
type Accepted = (services: Services, caller: Caller, client: Client) => Promise<Reply>;

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
    input: query,
    status: 200,
    accept(rawParams, rawQuery) {
      const understood = understand(rest.params, rawParams, 'query', query, rawQuery);
      if (Array.isArray(understood)) return understood;
      const { params, input } = understood;
      return async (services, caller) => ({
        status: 200,
        body: await read({ caller, services, refuse, sql: services.database.$client }, { params, query: input }),
      });
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
  const { id, summary, method, path, access, params: paramsSchema, body, status = 200, result, refusals } = description;
  const refuse = refuser(refusals);
  return {
    id,
    summary,
    method,
    path,
    access,
    params: paramsSchema,
    result,
    refusals,
    input: body,
    status,
    accept(rawParams, rawBody) {
      const understood = understand(paramsSchema, rawParams, 'body', body, rawBody);
      if (Array.isArray(understood)) return understood;
      const request = { params: understood.params, body: understood.input };
      return async (services, caller) => {
        const { afterCommit, done } = following(services);
        const context = { caller, services, refuse, afterCommit };
        const answer = await ('write' in description
          ? services.database.transaction((tx) => description.write({ ...context, tx }, request))
          : description.writeOnce({ ...context, sql: services.database.$client }, request));
        await done();
        return answer instanceof Redirect ? redirected(answer) : { status, body: answer };
      };
    },
  };
}

/**
 * Declares an operation that has a device do something and waits for it: `write` answers the id of the command that it issued.
 * The transaction is committed first. Done within the time that the client waits: 200 with what `answer` reads; otherwise 202 with
 * `{"status_id"}`, by which the networking action tells the rest.
 */
export function commanding<P extends Fields, B extends Fields, S extends z.ZodType, const R extends Refusals>(
  description: Commanding<P, B, S, R>,
): Operation & { readonly refusals: R } {
  return commands(description, (id, services, client, answer) =>
    waitFor(services, client, [id], () => answer(id), { status_id: id }),
  );
}

/**
 * Declares an operation that has several devices do something and waits for all: `write` answers the ids of the commands that it issued.
 * Both when all are done (200) and when some are not (202) the answer is what `answer` reads of them.
 */
export function commandingMany<P extends Fields, B extends Fields, S extends z.ZodType, const R extends Refusals>(
  description: CommandingMany<P, B, S, R>,
): Operation & { readonly refusals: R } {
  return commands(description, async (issued: Issued<S>, services, client, answer) => {
    const reply = await waitFor(services, client, issued.ids, () => answer(issued), undefined);
    if (reply.status === 200) return reply;
    try {
      return { ...reply, body: await answer(issued) };
    } catch (error) {
      if (!unavailable(error)) throw error;
      return { ...reply, body: issued.pending };
    }
  });
}

/** What `commanding` and `commandingMany` have in common: the request is carried out, and then followed. */
function commands<P extends Fields, B extends Fields, I, S extends z.ZodType, R extends Refusals>(
  description: Description<P, S, R> & {
    readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
    readonly body: B;
    readonly write: Handler<P, B, z.ZodType<unknown, I>, R, { readonly tx: Tx }>;
    readonly answer: (context: AnswerContext<R>, issued: I) => Promise<z.input<S>>;
  },
  follow: (issued: I, services: Services, client: Client, answer: (issued: I) => Promise<unknown>) => Promise<Reply>,
): Operation & { readonly refusals: R } {
  const { body, write, answer, ...rest } = description;
  const refuse = refuser(rest.refusals);
  return {
    ...rest,
    input: body,
    status: 200,
    accept(rawParams, rawInput) {
      const understood = understand(rest.params, rawParams, rest.method === 'GET' ? 'query' : 'body', body, rawInput);
      if (Array.isArray(understood)) return understood;
      const request = { params: understood.params, body: understood.input };
      return async (services, caller, client) => {
        const { afterCommit, done } = following(services);
        const issued = await services.database.transaction((tx) => write({ caller, services, refuse, afterCommit, tx }, request));
        await done();
        if (issued instanceof Redirect) return redirected(issued);
        return follow(issued, services, client, (ended) => answer({ sql: services.database.$client, refuse }, ended));
      };
    },
  };
}

/** Sends a client to another address. */
export function redirected({ location }: Redirect): Reply {
  return { status: 307, body: undefined, headers: { Location: location, 'Cache-Control': 'no-store' } };
}

/** What becomes of committed commands is told, or where to ask for it: the request did not fail, whatever happens while it waits. */
async function waitFor(
  services: Services,
  client: Client,
  ids: readonly string[],
  answer: () => Promise<unknown>,
  pending: unknown,
): Promise<Reply> {
  const { wait, applied } = readPrefer(client.prefer);
  if (wait > 0 && (await services.finished.wait(ids, wait * 1000, client.gone))) {
    try {
      return { status: 200, body: await answer(), headers: preferenceApplied(applied.done) };
    } catch (error) {
      if (!unavailable(error)) throw error;
    }
  }
  return { status: 202, body: pending, headers: preferenceApplied(applied.pending) };
}

function preferenceApplied(text: string): Record<string, string> {
  return text === '' ? {} : { 'Preference-Applied': text };
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
function following(services: Services): { afterCommit: (action: Action) => void; done: () => Promise<void> } {
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
