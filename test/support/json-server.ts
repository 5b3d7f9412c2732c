import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TestContext } from 'vitest';

/** How a server misbehaves: it answers 500, never, not in JSON, with a redirection, without end, or with a status and a page. */
export type Misbehaviour = 'broken' | 'silent' | 'garbage' | 'redirects' | 'endless' | number;

/** A server on a real socket, which can misbehave. */
export interface JsonServer {
  readonly url: string;
  /** What was asked for, as `GET /path`. */
  readonly requests: string[];
  /** Has it misbehave from now on or, at null, do as it should. */
  misbehave(how: Misbehaviour | null): void;
  /** Closes the port and every connection. */
  stop(): Promise<void>;
  /** Opens the same port again. */
  start(): Promise<void>;
}

/** Starts a server for one test. */
export async function startJsonServer(
  test: Pick<TestContext, 'onTestFinished'>,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<JsonServer> {
  const requests: string[] = [];
  let misbehaviour: Misbehaviour | null = null;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    switch (misbehaviour) {
      case 'silent':
        return;
      case 'broken':
        response.writeHead(500).end();
        return;
      case 'garbage':
        response.writeHead(200, { 'Content-Type': 'application/json' }).end('<html>');
        return;
      case 'redirects':
        response.writeHead(302, { Location: `http://127.0.0.1:${port}${request.url}` }).end();
        return;
      case 'endless': {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        const more = () => {
          while (response.write(Buffer.alloc(65_536, ' ')));
        };
        response.on('drain', more);
        more();
        return;
      }
      case null:
        void answer(request, response);
        return;
      default:
        response.writeHead(misbehaviour, { 'Content-Type': 'text/html' }).end('<html>');
    }
  });
  const open = (on: number) => new Promise<void>((resolve) => server.listen(on, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  await open(0);
  test.onTestFinished(stop);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const { port } = address;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    misbehave: (how) => {
      misbehaviour = how;
    },
    stop,
    start: () => open(port),
  };
}
