import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Environment } from '../../functions/http/environment.ts';
import type { RequestMeasures } from '../../functions/http/measures.ts';
import { tooMany } from '../../functions/http/places.ts';
import { Problem } from '../../functions/http/problem.ts';
import type { Settings } from '../../functions/settings.ts';
import { countConnections } from './connections.ts';
import { endWith, lastAnswer } from './raw-answer.ts';
import { type Refusal, serveWebSockets } from './web-sockets.ts';

/** The most bytes of a request line with its headers, and the most headers. */
const LARGEST_HEAD = 16 * 1024;
const MOST_HEADERS = 100;
/** The most requests of a connection that wait until those before them are answered. */
const MOST_WAITING = 100;
/** After how much silence the network is asked whether a client is still there, in ms: one that vanished says nothing, and holds what it has. */
const SILENCE = 60_000;
/** How often it is looked for requests that take too long, in ms. */
const LOOK = 1_000;

/**
 * A server of Node whose requests an application answers, within limits. What is no HTTP, or too much of it, never gets that far: it is
 * refused here, with an error of the shape that all have.
 */
export function createHttpServer(
  { fetch }: Hono<Environment>,
  { limits, trustedProxies }: Settings,
  log: Logger,
  measures?: RequestMeasures,
): Server {
  const answer = getRequestListener(fetch, {
    // What asks in the manner of HTTP/1.0 need not say whom it asks.
    hostname: 'localhost',
    errorHandler(error) {
      const problem = error instanceof RequestError ? noHttp(error.message) : internal(error, log);
      const { headers, body } = lastAnswer(problem);
      return new Response(body, { status: problem.status, headers });
    },
  });
  /** The last answer of each connection, and how many are not begun. */
  const answers = new WeakMap<Duplex, { last: ServerResponse; waiting: number }>();
  const server = createServer({
    maxHeaderSize: LARGEST_HEAD,
    // Node does not let a part take longer than the whole.
    headersTimeout: Math.min(limits.headersSeconds, limits.requestSeconds) * 1000,
    requestTimeout: limits.requestSeconds * 1000,
    keepAliveTimeout: limits.idleSeconds * 1000,
    connectionsCheckingInterval: LOOK,
    keepAlive: true,
    keepAliveInitialDelay: SILENCE,
    // Node would refuse it without a word.
    requireHostHeader: false,
  });
  server.timeout = limits.answerSeconds * 1000;
  // Node would leave out those that are too many.
  server.maxHeadersCount = 0;
  const isSurplus = countConnections(server, limits, trustedProxies);

  const refuse = (problem: Problem, address: string | undefined) => {
    log.info({ address, status: problem.status, code: problem.code }, 'refused');
    measures?.refused(problem.code);
    return problem;
  };
  const refusal: Refusal = ({ socket, headers, rawHeaders, httpVersion }) => {
    if (isSurplus(socket)) return refuse(tooManyConnections(), socket.remoteAddress);
    if (rawHeaders.length > 2 * MOST_HEADERS) return refuse(headTooLarge(), socket.remoteAddress);
    return headers.host === undefined && httpVersion === '1.1'
      ? refuse(noHttp('it names no host'), socket.remoteAddress)
      : undefined;
  };

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const problem = refusal(request);
    if (!problem) return void answer(request, response);
    const { headers, body } = lastAnswer(problem);
    response.writeHead(problem.status, headers).end(body);
  };
  // One at a time: Node would have all of them answered at once, however many, and tell only the first that the client has gone.
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const asked = answers.get(socket);
    if (!asked) answers.set(socket, { last: response, waiting: 0 });
    if (!asked) return serve(request, response);
    const before = asked.last;
    asked.last = response;
    if (before.closed) return serve(request, response);
    asked.waiting += 1;
    if (asked.waiting > MOST_WAITING) return void socket.destroy();
    before.once('close', () => {
      asked.waiting -= 1;
      // Behind an answer that was the last nothing is carried out.
      if (socket.writable) serve(request, response);
    });
  };
  /** Whether an answer is still to be given, or to be ended, before anything else may be written. */
  const isBusy = (socket: Duplex) => answers.get(socket)?.last.writableFinished === false;
  server.on('request', begin);
  // What else is expected of the answer than "100-continue" may be passed over.
  server.on('checkExpectation', begin);
  server.on('connect', (request, socket) => {
    if (isBusy(socket)) socket.destroy();
    else endWith(socket, refuse(noHttp('this is no proxy'), request.socket.remoteAddress));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // It was told already, and goes on.
    if (socket.writableEnded) return;
    const { last, waiting = 0 } = answers.get(socket) ?? {};
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
    } else if (last?.req.complete && !last.headersSent) {
      // What makes no sense came after a whole request: that one is answered, as the last.
      last.shouldKeepAlive = false;
    } else if (waiting > 0 || (last?.headersSent && !(last.writableFinished && last.req.complete))) {
      // Into an answer that is under way nothing else may be written, and a request is not answered twice.
      socket.destroy();
    } else {
      endWith(socket, refuse(problemOf(error), socket instanceof Socket ? socket.remoteAddress : undefined));
    }
  });
  serveWebSockets(server, fetch, refusal, isBusy);
  return server;
}

/** What Node could not take for a request. */
function problemOf(error: NodeJS.ErrnoException): Problem {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('RequestTimeoutError', 'request_timeout', 'the request did not come in time: send it at once');
    case 'HPE_HEADER_OVERFLOW':
      return headTooLarge();
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem('PayloadTooLargeError', 'too_large', 'the body has too much between its pieces');
    default:
      return noHttp(error.message);
  }
}

function headTooLarge(): Problem {
  const most = `a request line with its headers is ${LARGEST_HEAD} bytes at most, with ${MOST_HEADERS} headers`;
  return new Problem('HeadersTooLargeError', 'headers_too_large', most);
}

function tooManyConnections(): Problem {
  return tooMany('too_many_connections', 'too many connections are open: close some of yours, or try again later');
}

function internal(error: unknown, log: Logger): Problem {
  log.error({ err: error }, 'a request failed');
  return new Problem('InternalError', 'internal', 'something went wrong that should not; the log of the API has more');
}

function noHttp(why: string): Problem {
  return new Problem('ValidationError', 'malformed_request', `this is no request of HTTP/1.1: ${why}`);
}
