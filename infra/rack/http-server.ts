import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type Listener, listenOnLoopback, type OpenConnections } from './loopback-listener.ts';

const LONGEST_BODY = 1024 * 1024;

/** A request as the service sees it: the path with its query. Text is one byte a character (latin1). */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** An answer; the body is empty where the status has none. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The client's end of a request. */
export interface HttpReply {
  /** Whether the client has gone, so that nobody waits for an answer. */
  isGone(): boolean;
  send(answer: HttpAnswer): void;
  /** Sends an answer that promises `length` bytes of body, and ends the connection after those it has; an empty body sends nothing at all. */
  breakOff(answer: HttpAnswer, length: number): void;
}

/** Who may send requests, and what becomes of them. */
export interface HttpLogin {
  readonly username: string;
  readonly password: string;
  /** Stands in the demand for a password. */
  readonly realm: string;
  readonly onRequest: (request: HttpRequest, reply: HttpReply) => void;
}

/** The key and certificate, in PEM, of a server that speaks HTTPS. */
export interface TlsIdentity {
  readonly key: string;
  readonly certificate: string;
}

/**
 * Listens for HTTP, or with an identity for HTTPS, on the loopback interface (port 0: any free one) with basic authentication.
 * Each connection counts as a session for as long as it is open. Rejects if the port is taken.
 */
export function startHttpServer(
  port: number,
  login: HttpLogin,
  connections: OpenConnections,
  identity?: TlsIdentity,
): Promise<Listener> {
  const listener: RequestListener = (message, response) => void take(message, response, login);
  const server = identity ? createTlsServer({ key: identity.key, cert: identity.certificate }, listener) : createServer(listener);
  // A client that breaks the connection off, or does not trust the certificate, is ordinary here.
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return listenOnLoopback(port, (socket) => {
    if (connections.admit(socket)) server.emit('connection', socket);
  });
}

async function take(message: IncomingMessage, response: ServerResponse, login: HttpLogin): Promise<void> {
  const body = await bodyOf(message).catch(() => null);
  if (body === null) {
    response.destroy();
    return;
  }
  const reply = replyTo(response);
  if (!isAuthorised(message, login)) {
    reply.send({ status: 401, body: '', headers: { 'www-authenticate': `Basic realm="${login.realm}"` } });
    return;
  }
  login.onRequest({ method: message.method ?? '', path: message.url ?? '', body }, reply);
}

function replyTo(response: ServerResponse): HttpReply {
  const begin = ({ status, headers }: HttpAnswer, length: number) =>
    response.writeHead(status, status === 204 ? headers : { ...headers, 'content-length': length });
  return {
    isGone: () => response.destroyed || response.socket?.destroyed !== false,
    send(answer) {
      begin(answer, answer.body.length).end(Buffer.from(answer.body, 'latin1'));
    },
    breakOff(answer, length) {
      const { socket } = response;
      if (answer.body === '') socket?.destroy();
      else begin(answer, length).write(Buffer.from(answer.body, 'latin1'), () => socket?.end());
    },
  };
}

/** The body, or null if it is too long. Rejects when the client goes away in the middle. */
async function bodyOf(message: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of message) {
    if (!Buffer.isBuffer(part)) continue;
    length += part.length;
    if (length > LONGEST_BODY) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('latin1');
}

function isAuthorised({ headers }: IncomingMessage, { username, password }: HttpLogin): boolean {
  const [, encoded = ''] = /^Basic +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return Buffer.from(encoded, 'base64').toString() === `${username}:${password}`;
}
