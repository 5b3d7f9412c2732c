import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as it arrived. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

/** What to answer: whole, with some more headers; or with silence, a connection that ends, or half an answer. */
export type Reply =
  | { readonly status: number; readonly text?: string; readonly headers?: Record<string, string> }
  | 'silence'
  | 'hangs up'
  | 'half';

/** A REST server on the loopback interface that behaves as a test says. */
export interface ScriptedServer {
  readonly port: number;
  readonly asked: readonly Asked[];
  /** How many connections stand. */
  connections(): number;
  close(): Promise<void>;
}

/** Self-signed certificates for tests and nothing else. */
export const certificates = {
  one: {
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgy1I7GRIaU7meRtp9
lrxDzABAp+uCZ7t4aN8OhO3MknuhRANCAATEAKj2oUdQD7MlQcot4003MEoUFAD0
/S8XJ/4PTcRAw+qf5UAfLmye6IlK5XxH9pyjEpTtRtwRcXmJK8538N1c
-----END PRIVATE KEY-----
`,
    cert: `-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIULkwn9/s4a1NrNO0nTZ9dWfI1aqswCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKc3dpdGNoLW9uZTAgFw0yNjExMjIxODQwNDZaGA8yMTI2MTAy
OTE4NDA0NlowFTETMBEGA1UEAwwKc3dpdGNoLW9uZTBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABMQAqPahR1APsyVByi3jTTcwShQUAPT9Lxcn/g9NxEDD6p/lQB8u
bJ7oiUrlfEf2nKMSlO1G3BFxeYkrznfw3VyjUzBRMB0GA1UdDgQWBBQi0OFr4bdR
5ZBXnyfLdBAU0bShtjAfBgNVHSMEGDAWgBQi0OFr4bdR5ZBXnyfLdBAU0bShtjAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDOtFUPJgxVGCN87urb
Kpp3jVSUWl0EDteSGq97BBkURwIhAPI4bck71AT2bSTgkFkSW47mBT54NOdKCE0R
pM8oSHMN
-----END CERTIFICATE-----
`,
  },
  two: {
    key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXpEnqeubj3msWGm5
B7kJL4EkwiTJHpjy55dc1OCnc9yhRANCAASPyGQgYWvzAp3I56PQeXRbc5CuWcxO
jsRXdvC21SDcXeHFg5KcpUyQexPZKt3tbrLPzo/+kDlvkZNAp4zv0A66
-----END PRIVATE KEY-----
`,
    cert: `-----BEGIN CERTIFICATE-----
MIIBgjCCASegAwIBAgIUQHq/r9E4caFbtuMLrUwRzsIGvfcwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKc3dpdGNoLXR3bzAgFw0yNjExMjIxODQwNDZaGA8yMTI2MTAy
OTE4NDA0NlowFTETMBEGA1UEAwwKc3dpdGNoLXR3bzBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABI/IZCBha/MCncjno9B5dFtzkK5ZzE6OxFd28LbVINxd4cWDkpyl
TJB7E9kq3e1uss/Oj/6QOW+Rk0CnjO/QDrqjUzBRMB0GA1UdDgQWBBRBqFwP5BsO
hMo2zxh695kDwhMwgzAfBgNVHSMEGDAWgBRBqFwP5BsOhMo2zxh695kDwhMwgzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0kAMEYCIQDdVnrjAexQrsDUaAya
Q0O7URKMQxw6PG3oxznIDg3uXAIhAINzBh1B0N5IVB19xlru/cxhqRhdDhIslVAV
HZ7IY0Om
-----END CERTIFICATE-----
`,
  },
} as const;

/** Starts a server that gives each request to `answer`; it ends with the test. Port 0 takes a free one. */
export async function scriptedServer(
  answer: (asked: Asked) => Reply,
  { port = 0, tls }: { port?: number; tls?: { key: string; cert: string } } = {},
): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  const respond = (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, body, authorization: headers.authorization };
      asked.push(one);
      const reply = answer(one);
      if (reply === 'silence') return;
      if (reply === 'hangs up') request.socket.destroy();
      else if (reply === 'half') {
        response.writeHead(200, { 'Content-Length': '1000' });
        response.write('<half', () => request.socket.destroy());
      } else response.writeHead(reply.status, reply.headers).end(reply.text ?? '');
    });
  };
  const server = tls ? createTlsServer(tls, respond) : createServer(respond);
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  let closed: Promise<unknown> | undefined;
  const close = async () => {
    closed ??= once(server, 'close');
    for (const socket of sockets) socket.destroy();
    if (server.listening) server.close();
    await closed;
  };
  onTestFinished(close);
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the scripted server has no port');
  return { port: address.port, asked, connections: () => sockets.size, close };
}
