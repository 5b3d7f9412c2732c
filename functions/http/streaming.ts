import type { z } from 'zod';
import type { Connection } from '../../db/client.ts';
import {
  type Client,
  type Context,
  type Description,
  empty,
  type Fields,
  type Operation,
  Redirect,
  type Refusals,
  redirected,
  refuser,
  understand,
} from './operation.ts';

/** The end of an operation whose client got a WebSocket instead of an answer. */
export const upgraded = Symbol('upgraded');

/** Bytes are sent as they are made; nobody in between is to keep them, wait for more, or take them for anything but text. */
const headers = {
  'Content-Type': 'text/plain; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Accel-Buffering': 'no',
};

interface Streaming<P extends Fields, Q extends Fields, R extends Refusals>
  extends Omit<Description<P, typeof empty, R>, 'result'> {
  readonly query: Q;
  /** Refuses, or begins: with a body that is made while the client takes it, or with the WebSocket that it asked for. */
  readonly stream: (
    context: Context<R> & { readonly sql: Connection; readonly client: Client },
    request: { readonly params: z.output<P>; readonly query: z.output<Q> },
  ) => Promise<ReadableStream<Uint8Array> | typeof upgraded | Redirect>;
}

/** Declares an operation that answers bytes for as long as there are any. Its schemas are the contract; everything else is derived from them. */
export function streaming<P extends Fields, Q extends Fields, const R extends Refusals>(
  description: Streaming<P, Q, R>,
): Operation & { readonly refusals: R } {
  const { query, stream, ...rest } = description;
  const refuse = refuser(rest.refusals);
  return {
    ...rest,
    method: 'GET',
    input: query,
    status: 200,
    result: empty,
    accept(rawParams, rawQuery) {
      const understood = understand(rest.params, rawParams, 'query', query, rawQuery);
      if (Array.isArray(understood)) return understood;
      const { params, input } = understood;
      return async (services, caller, client) => {
        const context = { caller, services, refuse, sql: services.database.$client, client };
        const answer = await stream(context, { params, query: input });
        if (answer instanceof Redirect) return redirected(answer);
        return answer === upgraded ? { status: 200, body: undefined } : { status: 200, body: answer, headers };
      };
    },
  };
}
