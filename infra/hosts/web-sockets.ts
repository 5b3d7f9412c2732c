import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Environment } from '../../functions/http/environment.ts';
import { Problem } from '../../functions/http/problem.ts';
import type { Socket, SocketMessage } from '../../functions/http/web-socket.ts';
import { endWith } from './raw-answer.ts';

/** The largest message that a client may send, in bytes, and how many may wait before no more is read from it. */
const LARGEST_MESSAGE = 64 * 1024;
const MOST_WAITING = 16;
/** How long a client may take to agree that the connection ends, and to answer a ping, in ms. */
const CLOSING = 1_000;
const PING = 15_000;

/** Answers a request. */
export type Fetch = (request: Request, env: Environment['Bindings']) => Response | Promise<Response>;

/** Why a request does not get as far as the application, if it does not. */
export type Refusal = (request: IncomingMessage) => Problem | undefined;

/**
 * Lets the application accept WebSockets on a server of Node. What it answers instead is sent as any answer is. Node hands over every
 * request that asks for any other protocol as well: those are answered as if they had not asked, which the standard allows. Node does so
 * at once: whoever asks while an answer `isBusy` on the connection is cut off.
 */
export function serveWebSockets(server: Server, fetch: Fetch, refusal: Refusal, isBusy: (socket: Duplex) => boolean): void {
  server.on('upgrade', (request: IncomingMessage, socket: IncomingMessage['socket'], head: Buffer) => {
    if (isBusy(socket)) {
      socket.destroy();
    } else if (request.method === 'GET' && request.headers.upgrade?.toLowerCase() === 'websocket') {
      const problem = refusal(request);
      if (problem) endWith(socket, problem);
      else answer(request, socket, head, fetch).catch(() => socket.destroy());
    } else {
      // It may have a body, which Node reads of requests alone that ask for no other protocol: so it is read once more, as one of those.
      socket.unshift(Buffer.concat([headWithoutUpgrade(request), head]));
      server.emit('connection', socket);
    }
  });
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`${method} ${url} HTTP/${httpVersion}`, 'Connection: close'];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (!/^(?:connection|upgrade)$/i.test(rawHeaders[at] ?? '')) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

async function answer(request: IncomingMessage, socket: IncomingMessage['socket'], head: Buffer, fetch: Fetch): Promise<void> {
  const gone = new AbortController();
  socket.once('close', () => gone.abort());
  // Whatever happens to the connection, it ends, and that is seen.
  socket.on('error', () => {});
  const address = `http://${request.headers.host ?? 'localhost'}`;
  const url = URL.canParse(request.url ?? '/', address) ? new URL(request.url ?? '/', address) : undefined;
  if (!url) return endWith(socket, new Problem('ValidationError', 'malformed_request', `there is no address ${request.url}`));
  const asked = new Request(url, { method: request.method ?? 'GET', headers: headersOf(request), signal: gone.signal });
  const outgoing = new ServerResponse(request);
  outgoing.shouldKeepAlive = false;
  let isUpgraded = false;
  const upgrade = async (subprotocols: readonly string[]) => {
    const accepted = await accept(request, socket, head, subprotocols);
    isUpgraded = true;
    return accepted;
  };
  const response = await fetch(asked, { incoming: request, outgoing, upgrade });
  if (isUpgraded) return;
  outgoing.assignSocket(socket);
  outgoing.once('finish', () => socket.end());
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body) await pipeline(Readable.fromWeb(response.body), outgoing);
  else outgoing.end();
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  return headers;
}

function accept(
  request: IncomingMessage,
  socket: IncomingMessage['socket'],
  head: Buffer,
  subprotocols: readonly string[],
): Promise<Socket> {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: LARGEST_MESSAGE,
    handleProtocols: (offered) => [...offered].find((name) => subprotocols.includes(name)) ?? false,
  });
  return new Promise((resolve, reject) => {
    const left = () => reject(new Problem('ValidationError', 'invalid_request', 'the client left before it was answered'));
    // Nothing more is heard of a connection that has ended.
    if (socket.destroyed) return left();
    socket.once('close', left);
    server.once('wsClientError', ({ message }) => reject(new Problem('ValidationError', 'invalid_request', message)));
    server.handleUpgrade(request, socket, head, (accepted) => resolve(socketOf(accepted)));
  });
}

/** A WebSocket of the package `ws` as operations use it. */
function socketOf(socket: WebSocket): Socket {
  const gone = new AbortController();
  const waiting: SocketMessage[] = [];
  let wake = () => {};
  let isAlive = true;
  // A client whose machine went away says nothing: it would keep what it holds for as long as TCP hopes.
  const pinging = setInterval(() => {
    // Of a client from which nothing is taken no answer is seen.
    if (!isAlive && !socket.isPaused) return socket.terminate();
    isAlive = socket.isPaused;
    socket.ping();
  }, PING);
  socket.on('pong', () => {
    isAlive = true;
  });
  socket.on('message', (data, isBinary) => {
    isAlive = true;
    waiting.push({
      data: Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data),
      isBinary,
    });
    if (waiting.length >= MOST_WAITING) socket.pause();
    wake();
  });
  socket.on('close', () => {
    clearInterval(pinging);
    gone.abort();
    wake();
  });
  // It is closed then.
  socket.on('error', () => {});

  async function* messages(): AsyncGenerator<SocketMessage, void> {
    for (;;) {
      const message = waiting.shift();
      if (message) yield message;
      else if (gone.signal.aborted) return;
      else {
        socket.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  return {
    protocol: socket.protocol,
    messages: messages(),
    gone: gone.signal,
    send: (data) => new Promise((resolve) => socket.send(data, { binary: typeof data !== 'string' }, () => resolve())),
    close(code, reason) {
      socket.resume();
      socket.close(code, reason);
      setTimeout(() => socket.terminate(), CLOSING).unref();
    },
  };
}
