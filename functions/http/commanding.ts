import { z } from 'zod';
import type { Connection, Tx } from '../../db/client.ts';
import type { Services } from '../services.ts';
import { Done } from './done.ts';
import { once } from './idempotency.ts';
import {
  type Accepted,
  type Client,
  type Context,
  type Description,
  type Fields,
  following,
  type Handler,
  type Operation,
  Redirect,
  type Refusals,
  type Reply,
  redirected,
  refuser,
  understand,
} from './operation.ts';
import { readPrefer } from './prefer.ts';
import { recording } from './record.ts';
import { unavailable } from './unavailable.ts';

/** What is kept of a request with an `Idempotency-Key`, besides the id of a single command. */
const keptDone = z.object({ answer: z.unknown().optional() });
const keptIssued = z.object({ ids: z.array(z.string()), pending: z.unknown() });

interface Commanding<P extends Fields, B extends Fields, S extends z.ZodType, R extends Refusals> extends Description<P, S, R> {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** The query of a GET. */
  readonly body: B;
  readonly write: Handler<P, B, z.ZodType<unknown, string | Done<z.input<S>>>, R, { readonly tx: Tx }>;
  /** Reads what became of a command that has ended. It may be a refusal: what the device did not do. */
  readonly answer: (context: AnswerContext<R>, id: string) => Promise<z.input<S>>;
}

/** Commands that were issued together, and what is told of them when nothing can be read of them. */
interface Issued<S extends z.ZodType> {
  readonly ids: readonly string[];
  readonly pending: z.output<S>;
}

interface CommandingMany<P extends Fields, B extends Fields, S extends z.ZodType, R extends Refusals>
  extends Description<P, S, R> {
  readonly method: 'POST';
  readonly body: B;
  readonly write: Handler<P, B, z.ZodType<unknown, Issued<S>>, R, { readonly tx: Tx }>;
  /** Reads what became of the commands so far. */
  readonly answer: (context: AnswerContext<R>, issued: Issued<S>) => Promise<z.input<S>>;
}

/** Commands by which a device is asked; none: nothing has to be asked. */
interface Asked {
  readonly ids: readonly string[];
}

interface Asking<P extends Fields, Q extends Fields, A extends Asked, S extends z.ZodType, R extends Refusals>
  extends Description<P, S, R> {
  readonly method: 'GET';
  /** The query. */
  readonly body: Q;
  readonly write: Handler<P, Q, z.ZodType<unknown, A>, R, { readonly tx: Tx }>;
  /** Reads what is known, whether the device has answered or not. */
  readonly answer: (context: AnswerContext<R>, asked: A) => Promise<z.input<S>>;
}

type AnswerContext<R extends Refusals> = Pick<Context<R>, 'refuse'> & { readonly sql: Connection };

/**
 * Declares an operation that has a device do something and waits for it: `write` answers the id of the command that it issued.
 * The transaction is committed first. Done within the time that the client waits: 200 with what `answer` reads; otherwise 202 with
 * `{"status_id"}`, by which the networking action tells the rest.
 */
export function commanding<P extends Fields, B extends Fields, S extends z.ZodType, const R extends Refusals>(
  description: Commanding<P, B, S, R>,
): Operation & { readonly refusals: R } {
  type Issued = string | Done<unknown>;
  const { answer: read } = description;
  const answerOf = async (context: AnswerContext<R>, issued: Issued) =>
    issued instanceof Done ? issued.answer : read(context, issued);
  const restore = (kept: unknown) => (typeof kept === 'string' ? kept : new Done(keptDone.parse(kept).answer));
  return commands('commanding', description, restore, answerOf, async (issued: Issued, services, client, answer) =>
    issued instanceof Done
      ? { status: 200, body: await answer(issued) }
      : waitFor(services, client, [issued], () => answer(issued), { status_id: issued }),
  );
}

/**
 * Declares an operation that has several devices do something and waits for all: `write` answers the ids of the commands that it issued.
 * Both when all are done (200) and when some are not (202) the answer is what `answer` reads of them.
 */
export function commandingMany<P extends Fields, B extends Fields, S extends z.ZodType, const R extends Refusals>(
  description: CommandingMany<P, B, S, R>,
): Operation & { readonly refusals: R } {
  const restore = (kept: unknown) => {
    const { ids, pending } = keptIssued.parse(kept);
    return { ids, pending: description.result.parse(pending) };
  };
  return commands(
    'commandingMany',
    description,
    restore,
    description.answer,
    async (issued: Issued<S>, services, client, answer) => {
      const reply = await waitFor(services, client, issued.ids, () => answer(issued), undefined);
      if (reply.status === 200) return reply;
      try {
        return { ...reply, body: await answer(issued) };
      } catch (error) {
        if (!unavailable(error)) throw error;
        return { ...reply, body: issued.pending };
      }
    },
  );
}

/** How long a client waits for a device that is asked, unless it says otherwise, in seconds: what is known without it is an answer as well. */
const ASKING_WAIT = 5;

/**
 * Declares an operation that shows something and asks a device before: `write` answers the ids of the commands by which it is asked.
 * Always 200 with what `answer` reads, when the device has answered, or when the time is over that the client waits.
 */
export function asking<P extends Fields, Q extends Fields, A extends Asked, S extends z.ZodType, const R extends Refusals>(
  description: Asking<P, Q, A, S, R>,
): Operation & { readonly refusals: R } {
  return commands('asking', description, null, description.answer, async (asked: A, services, client, answer) => {
    const { wait, applied } = readPrefer(client.prefer, ASKING_WAIT);
    if (asked.ids.length > 0 && wait > 0) await services.finished.wait(asked.ids, wait * 1000, client.gone);
    return { status: 200, body: await answer(asked), headers: preferenceApplied(applied.done) };
  });
}

/**
 * What all of them have in common: the request is carried out, and then followed. One that is sent again is followed again, by what
 * `restore` makes of the JSON of what `write` handed back; null: it only reads.
 */
function commands<P extends Fields, B extends Fields, I, S extends z.ZodType, R extends Refusals>(
  kind: 'commanding' | 'commandingMany' | 'asking',
  description: Description<P, S, R> & {
    readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
    readonly body: B;
    readonly write: Handler<P, B, z.ZodType<unknown, I>, R, { readonly tx: Tx }>;
  },
  restore: ((kept: unknown) => I) | null,
  answer: (context: AnswerContext<R>, issued: I) => Promise<unknown>,
  follow: (issued: I, services: Services, client: Client, answer: (issued: I) => Promise<unknown>) => Promise<Reply>,
): Operation & { readonly refusals: R } {
  const { id, summary, method, path, access, params, result, refusals, redirects, body, write } = description;
  const refuse = refuser(refusals);
  // What is only read is nothing to record.
  const recorderOf = method === 'GET' ? null : recording(description, body, 'ordered');
  return {
    id,
    summary,
    method,
    path,
    access,
    params,
    result,
    refusals,
    redirects,
    kind,
    input: body,
    status: 200,
    accept(rawParams, rawInput) {
      const understood = understand(params, rawParams, method === 'GET' ? 'query' : 'body', body, rawInput);
      if (Array.isArray(understood)) return understood;
      const request = { params: understood.params, body: understood.input };
      return whileSeated(async (services, caller, client) => {
        const { afterCommit, done } = following(services);
        const order = (tx: Tx) => write({ caller, services, refuse, afterCommit, tx }, request);
        const work = recorderOf?.(caller, client.origin, rawParams, rawInput).recorded(order) ?? order;
        const { attempt } = client;
        const issued = await (attempt && restore ? once(services, attempt, work, restore) : services.database.transaction(work));
        await done();
        if (issued instanceof Redirect) return redirected(issued);
        return follow(issued, services, client, (ended) => answer({ sql: services.database.$client, refuse }, ended));
      });
    },
  };
}

/** A request that may wait for a device takes one of its user's places for that, before anything is ordered. */
function whileSeated(accepted: Accepted): Accepted {
  return async (services, caller, client) => {
    const leave = readPrefer(client.prefer).wait > 0 ? services.places.waiting.take(caller) : undefined;
    try {
      return await accepted(services, caller, client);
    } finally {
      leave?.();
    }
  };
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
