import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** The connections of one simulated switch, whatever port they came in by. */
export class OpenConnections {
  #sockets = new Set<Socket>();
  #ever = 0;
  readonly #limit: () => number;

  /** `limit` is asked at each arrival, so that it can be changed while the switch runs. */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#sockets.size;
  }

  get ever(): number {
    return this.#ever;
  }

  /** Counts the connection in, or drops it without a byte when the limit is reached. */
  admit(socket: Socket): boolean {
    socket.on('error', () => socket.destroy());
    if (this.#sockets.size >= this.#limit()) {
      socket.destroy();
      return false;
    }
    this.#ever += 1;
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    return true;
  }

  /** Drops every connection and waits until they are gone. */
  async endAll(): Promise<void> {
    const gone = [...this.#sockets].map((socket) => once(socket, 'close'));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(gone);
  }
}

/** A listening TCP port. */
export interface Listener {
  readonly port: number;
  /** Stops listening and waits for the port to be free; connections already made must be ended before. */
  close(): Promise<void>;
}

/** Listens on the loopback interface; port 0 takes any free one. Rejects if the port is taken. */
export async function listenOnLoopback(port: number, onSocket: (socket: Socket) => void): Promise<Listener> {
  const server = createServer(onSocket);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return {
    port: address.port,
    close: () => new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  };
}
