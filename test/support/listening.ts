import { once } from 'node:events';
import type { Server } from 'node:http';
import type { TestContext } from 'vitest';

/** Has a server listen on a free port of this machine until the test finishes. Answers the port. */
export async function listening(test: Pick<TestContext, 'onTestFinished'>, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
