import type { Server } from 'node:http';
import { createApp } from '../../functions/app.ts';
import type { Operation } from '../../functions/http/operation.ts';
import type { Services } from '../../functions/services.ts';
import { startChaining } from './audit-chaining.ts';
import type { ListenAddress } from './listen-address.ts';
import { listen } from './listener.ts';
import { startPruning } from './pruning.ts';
import { createHttpServer } from './server.ts';
import { openServices, type ServicesOptions } from './services.ts';

/** How long requests may take to finish when the host stops, in ms. */
const PATIENCE = 5_000;

/** Everything the operations need, connected. */
export interface ApiHost {
  readonly services: Services;
  /** Serves operations over HTTP until `close`. Rejects when the address is taken. */
  listen(address: ListenAddress, operations: readonly Operation[]): Promise<{ port: number }>;
  /** Stops taking requests, finishes those begun, and disconnects. */
  close(): Promise<void>;
}

/** What an API host is made of. */
export interface ApiOptions extends ServicesOptions {
  /**
   * Where it hears what the database tells. Default: `databaseUrl`, but for a pooler of transactions, where nothing could be heard: then
   * whatever is waited for is polled, and no caller is remembered.
   */
  readonly listenUrl?: string | undefined;
}

/** Connects an API host to its database. Rejects with SchemaError when the database is not of this version. */
export async function openApi(options: ApiOptions): Promise<ApiHost> {
  const { databaseUrl, pooling, listenUrl = pooling === 'transaction' ? undefined : databaseUrl, settings, log } = options;
  const services = await openServices(options);
  const { database, callers, finished, consoles } = services;
  const listener = listenUrl === undefined ? undefined : await listen(listenUrl, { callers, finished, consoles });
  const stopPruning = startPruning(database, settings, log);
  const stopChaining = startChaining(database.$client, services.audit, log);
  const servers: Server[] = [];
  return {
    services,
    listen({ hostname, port }, operations) {
      const app = createApp(services, operations);
      const server = createHttpServer(app, settings, log);
      servers.push(server);
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, hostname, () => resolve({ port: portOf(server) }));
      });
    },
    async close() {
      stopPruning();
      finished.stop();
      consoles.stop();
      await Promise.all(servers.map(closeServer));
      await listener?.stop();
      await stopChaining();
      await database.$client.end({ timeout: PATIENCE / 1000 });
    },
  };
}

/** Takes no more requests, and waits for those begun; a client that does not finish its own is not waited for. */
async function closeServer(server: Server): Promise<void> {
  const impatient = setTimeout(() => server.closeAllConnections(), PATIENCE);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(impatient);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
