import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Problem } from '../../functions/http/problem.ts';

/** How long a client is read from that is not listened to any more, in ms: cut off at once, it might never see the answer. */
const LINGER = 1_000;

/** A problem as the last answer of a connection, when it is not the application that answers: headers and body. */
export function lastAnswer(problem: Problem): { headers: Readonly<Record<string, string>>; body: string } {
  const id = randomUUID();
  const body = JSON.stringify(problem.body(id));
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'X-Request-Id': id,
    Connection: 'close',
    ...problem.headers,
  };
  return { headers, body };
}

/** Ends a connection with a problem as its last answer. Nothing else may be under way on it. */
export function endWith(socket: Duplex, problem: Problem): void {
  const { headers, body } = lastAnswer(problem);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER).unref();
}
