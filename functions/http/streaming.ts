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
import type { Upgrade } from './web-socket.ts';

/** The end of an operation whose client got a WebSocket instead of an answer. */
export const upgraded = Symbol('upgraded');

/** Bytes are sent as they are made; nobody in between is to keep them, wait for more, or take them for anything but text. */
const headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Accel-Buffering': 'no',
};

interface Streaming<P extends Fields, Q extends Fields, R extends Refusals>
  extends Omit<Description<P, typeof empty, R>, 'result'> {
  readonly query: Q;
  /** What is streamed: text, or events that are sent by the server (HTML, 9.2). */
  readonly mediaType: NonNullable<Operation['mediaType']>;
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
  const typed = { ...headers, 'Content-Type': `${rest.mediaType}; charset=utf-8` };
  return {
    ...rest,
    method: 'GET',
    kind: 'streaming',
    input: query,
    status: 200,
    result: empty,
    accept(rawParams, rawQuery) {
      const understood = understand(rest.params, rawParams, 'query', query, rawQuery);
      if (Array.isArray(understood)) return understood;
      const { params, input } = understood;
      return async (services, caller, client) => {
        const leave = services.places.streams.take(caller);
        let isGoingOn = false;
        try {
          const counted = { ...client, webSocket: client.webSocket && leaving(client.webSocket, leave) };
          const context = { caller, services, refuse, sql: services.database.$client, client: counted };
          const answer = await stream(context, { params, query: input });
          if (answer instanceof Redirect) return redirected(answer);
          isGoingOn = true;
          return answer === upgraded
            ? { status: 200, body: undefined }
            : { status: 200, body: ending(answer, leave), headers: typed };
        } finally {
          if (!isGoingOn) leave();
        }
      };
    },
  };
}

/** Tells when a WebSocket that is accepted has ended. */
function leaving(upgrade: Upgrade, leave: () => void): Upgrade {
  return async (subprotocols) => {
    const socket = await upgrade(subprotocols);
    socket.gone.addEventListener('abort', leave);
    if (socket.gone.aborted) leave();
    return socket;
  };
}

/** Tells when a body has ended, was given up, or failed. Like the body, it is made while the client takes it. */
function ending(body: ReadableStream<Uint8Array>, leave: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isGivenUp = false;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (isGivenUp) return;
          if (!done) return controller.enqueue(value);
          leave();
          controller.close();
        } catch (error) {
          leave();
          throw error;
        }
      },
      cancel(reason) {
        isGivenUp = true;
        leave();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
