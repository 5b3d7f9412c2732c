import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'vitest';

/** A TCP proxy that can go silent, as a broken network does, or away, as a server that is being restarted. */
export interface TcpProxy {
  /** The same URL, through the proxy. */
  url(target: string): string;
  /** Connections that are open stay so, and nothing passes any more. New ones work. */
  silence(): void;
  /** Ends every connection with a reset, as a server does that dies with something unread. New ones work. */
  reset(): void;
  /** Ends every connection, and refuses new ones until `back`. */
  away(): Promise<void>;
  back(): Promise<void>;
  /** Asks of every answer from now on whether it is lost: its connection ends with a reset instead. */
  lose(isLost: () => boolean): void;
}

/** Starts a proxy to a port of this host; closed when the test finishes. */
export async function startProxy(test: Pick<TestContext, 'onTestFinished'>, target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let port = 0;
  let server: Server | undefined;
  let isLost = () => false;
  const listen = async () => {
    server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.setNoDelay(true).on('error', () => {});
      }
      // Before it is passed on.
      far.on('data', () => {
        if (isLost()) near.resetAndDestroy();
      });
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
      near.pipe(far).pipe(near);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') port = address.port;
  };
  const away = async () => {
    const closed = server ? once(server, 'close') : undefined;
    server?.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server = undefined;
    await closed;
  };
  await listen();
  test.onTestFinished(away);
  return {
    url(text) {
      const url = new URL(text);
      url.hostname = '127.0.0.1';
      url.port = String(port);
      return url.href;
    },
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
      sockets.clear();
    },
    away,
    back: listen,
    lose(decide) {
      isLost = decide;
    },
  };
}
