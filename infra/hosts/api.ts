import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createApp } from '../../functions/app.ts';
import { RequestMeasures } from '../../functions/http/measures.ts';
import type { Operation } from '../../functions/http/operation.ts';
import type { Services } from '../../functions/services.ts';
import { startChaining } from './audit-chaining.ts';
import { createHealth } from './health.ts';
import type { ListenAddress } from './listen-address.ts';
import { listen } from './listener.ts';
import { createHostMetrics } from './metrics.ts';
import { addMonitoring, administratorsOnly, createMonitoringServer } from './monitoring.ts';
import { startPruning } from './pruning.ts';
import { createHttpServer } from './server.ts';
import { openServices, type ServicesOptions } from './services.ts';

/** How long requests may take to finish when the host stops, in ms. */
const PATIENCE = 5_000;
/** How many connections there may be to the address for monitoring, where nobody signs in. */
const MOST_MONITORING = 100;
/** How often it is looked then for connections without a request, in ms. */
const LOOK = 100;

/** Everything the operations need, connected. */
export interface ApiHost {
  readonly services: Services;
  /** Serves operations over HTTP until `close`. Rejects when the address is taken. */
  listen(address: ListenAddress, operations: readonly Operation[]): Promise<{ port: number }>;
  /** Tells whoever reaches an address how this host does, without credentials, until `close`. Rejects when the address is taken. */
  listenForMonitoring(address: ListenAddress): Promise<{ port: number }>;
  /** Tells that it is not ready any more, stops taking requests after `drainSeconds`, finishes those begun, and disconnects. */
  close(): Promise<void>;
}

/** What an API host is made of. */
export interface ApiOptions extends ServicesOptions {
  /**
   * Where it hears what the database tells. Default: `databaseUrl`, but for a pooler of transactions, where nothing could be heard: then
   * whatever is waited for is polled, and no caller is remembered.
   */
  readonly listenUrl?: string | undefined;
  /** For how long it goes on taking requests when it is told to stop, while a load balancer learns of it. Default: 0. */
  readonly drainSeconds?: number;
}

/** Connects an API host to its database. Rejects with SchemaError when the database is not of this version. */
export async function openApi(options: ApiOptions): Promise<ApiHost> {
  const { databaseUrl, pooling, listenUrl = pooling === 'transaction' ? undefined : databaseUrl, settings, log } = options;
  const { keys, drainSeconds = 0 } = options;
  const services = await openServices(options);
  const { database, callers, finished, consoles, events } = services;
  const listener = listenUrl === undefined ? undefined : await listen(listenUrl, { callers, finished, consoles, events });
  const stopPruning = startPruning(database, settings, log);
  const stopChaining = startChaining(database.$client, services.audit, log);
  const requests = new RequestMeasures();
  const hears = listener?.hears;
  const health = createHealth({ sql: database.$client, hears });
  const metrics = createHostMetrics({ services, requests, hears, signingKey: keys.signing.kid });
  const servers: Server[] = [];
  let monitoringServer: Server | undefined;
  return {
    services,
    listen(address, operations) {
      const app = createApp(services, operations, requests);
      addMonitoring(app, { health, metrics }, administratorsOnly(services));
      const server = createHttpServer(app, settings, log, requests);
      servers.push(server);
      return listenOn(server, address, log);
    },
    listenForMonitoring(address) {
      monitoringServer = createMonitoringServer({ health, metrics });
      monitoringServer.maxConnections = MOST_MONITORING;
      return listenOn(monitoringServer, address, log);
    },
    async close() {
      health.stop();
      if (drainSeconds > 0) await sleep(drainSeconds * 1000);
      stopPruning();
      finished.stop();
      consoles.stop();
      events.stop();
      await Promise.all(servers.map(closeServer));
      monitoringServer?.close();
      monitoringServer?.closeAllConnections();
      await listener?.stop();
      await stopChaining();
      await database.$client.end({ timeout: PATIENCE / 1000 });
    },
  };
}

function listenOn(server: Server, { hostname, port }: ListenAddress, log: Logger): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, hostname, () => {
      server.off('error', reject);
      // One connection that cannot be accepted does not end those that are.
      server.on('error', (error) => log.error({ err: error }, 'a connection could not be accepted'));
      resolve({ port: portOf(server) });
    });
  });
}

/** Takes no more requests, and waits for those begun; a client that does not finish its own is not waited for. */
async function closeServer(server: Server): Promise<void> {
  const impatient = setTimeout(() => server.closeAllConnections(), PATIENCE);
  // Node does it once: connections whose request ends later would be kept for the next one.
  const closing = setInterval(() => server.closeIdleConnections(), LOOK);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(closing);
  clearTimeout(impatient);
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
