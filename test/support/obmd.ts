import { createServer } from 'node:http';
import type { TestContext } from 'vitest';

/** A request as obmd got it. */
interface ObmdRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly authorization: string | undefined;
}

/** An obmd on a real socket, with one node: it gives tokens `token-1`, `token-2`, of which the last is worth something. */
export interface Obmd {
  readonly uri: string;
  readonly requests: readonly ObmdRequest[];
  /** The token that is worth something now. */
  valid(): string | null;
  /** Has it answer otherwise from now on: with this status and body, or, at null, as it should. */
  answer(other: { readonly status: number; readonly body: string } | null): void;
  /** Called before it answers, for what is to happen at the same moment. */
  before(action: () => Promise<unknown>): void;
  stop(): Promise<void>;
}

/** Starts an obmd for one test. */
export async function startObmd(test: Pick<TestContext, 'onTestFinished'>): Promise<Obmd> {
  const requests: ObmdRequest[] = [];
  let count = 0;
  let valid: string | null = null;
  let other: { status: number; body: string } | null = null;
  let before: () => Promise<unknown> = async () => {};
  const server = createServer(async ({ method, url, headers }, response) => {
    requests.push({ method, path: url, authorization: headers.authorization });
    const action = before;
    before = async () => {};
    if (other) {
      response.writeHead(other.status).end(other.body);
      return;
    }
    if (method === 'POST') valid = `token-${++count}`;
    if (method === 'DELETE') valid = null;
    const body = method === 'POST' ? JSON.stringify({ token: valid }) : '';
    await action();
    response.writeHead(200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  test.onTestFinished(stop);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    uri: `http://127.0.0.1:${address.port}/node/n1`,
    requests,
    valid: () => valid,
    answer: (answer) => {
      other = answer;
    },
    before: (action) => {
      before = action;
    },
    stop,
  };
}
