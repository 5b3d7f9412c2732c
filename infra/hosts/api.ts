import { type ServerType, serve } from '@hono/node-server';
import type { Logger } from 'pino';
import { type Database, openDatabase } from '../../db/client.ts';
import { checkSchema } from '../../db/commands/check-schema.ts';
import { createSigner } from '../../db/commands/envelope.ts';
import { createApiSecrets } from '../../functions/api-secrets.ts';
import { createApp } from '../../functions/app.ts';
import { createConsoleFeed } from '../../functions/console/stream/feed.ts';
import { createCallers } from '../../functions/http/callers.ts';
import { createFinishedCommands } from '../../functions/http/finished-commands.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { setVlanPool } from '../../functions/rules/vlan-pool.ts';
import type { Services } from '../../functions/services.ts';
import type { Settings } from '../../functions/settings.ts';
import type { ApiKeys } from '../keys.ts';
import type { ListenAddress } from './listen-address.ts';
import { listen } from './listener.ts';
import { serveWebSockets } from './web-sockets.ts';

const DAY = 24 * 60 * 60 * 1000;
const MINUTE = 60 * 1000;
const MEGABYTE = 1024 * 1024;
/** How long requests may take to finish when the host stops, in ms. */
const PATIENCE = 5_000;

/** What an API host is made of. */
export interface ApiOptions {
  /** A login of the role haas_api. */
  readonly databaseUrl: string;
  readonly keys: ApiKeys;
  readonly settings: Settings;
  readonly log: Logger;
  /** Connections to Postgres, besides the one that listens. */
  readonly connections?: number;
}

/** Everything the operations need, connected. */
export interface ApiHost {
  readonly services: Services;
  /** Serves operations over HTTP until `close`. Rejects when the address is taken. */
  listen(address: ListenAddress, operations: readonly Operation[]): Promise<{ port: number }>;
  /** Stops taking requests, finishes those begun, and disconnects. */
  close(): Promise<void>;
}

/** Connects an API host to its database. Rejects with SchemaError when the database is not of this version. */
export async function openApi(options: ApiOptions): Promise<ApiHost> {
  const { databaseUrl, keys, settings, log, connections = 10 } = options;
  const database = openDatabase(databaseUrl, 'haas api', connections);
  const callers = createCallers(database.$client);
  const finished = createFinishedCommands(database.$client);
  const consoles = createConsoleFeed(database.$client, log);
  try {
    await checkSchema(database.$client);
    await setVlanPool(database.$client, settings.vlans);
  } catch (error) {
    await database.$client.end();
    throw error;
  }
  const listener = await listen(databaseUrl, { callers, finished, consoles });
  const prune = async () => {
    await database.$client`select prune_history(make_interval(days => ${settings.historyDays}))`.catch((error: unknown) => {
      log.warn({ err: error }, 'the history was not pruned');
    });
  };
  void prune();
  const pruning = setInterval(prune, DAY);
  void pruneConsoles(database, settings, log);
  const pruningConsoles = setInterval(() => pruneConsoles(database, settings, log), MINUTE);
  for (const timer of [pruning, pruningConsoles]) timer.unref();

  const services: Services = {
    database,
    signer: await createSigner(keys.issuer, keys.signing),
    secrets: createApiSecrets(keys.secret),
    callers,
    finished,
    consoles,
    settings,
    log,
  };
  const servers: ServerType[] = [];
  return {
    services,
    listen({ hostname, port }, operations) {
      const app = createApp(services, operations);
      return new Promise((resolve, reject) => {
        const server = serve({ fetch: app.fetch, hostname, port }, (info) => resolve({ port: info.port }));
        serveWebSockets(server, app.fetch);
        server.once('error', reject);
        servers.push(server);
      });
    },
    async close() {
      for (const timer of [pruning, pruningConsoles]) clearInterval(timer);
      finished.stop();
      consoles.stop();
      await Promise.all(servers.map(closeServer));
      await listener.stop();
      await database.$client.end({ timeout: PATIENCE / 1000 });
    },
  };
}

/** Forgets what is too old or too much of the logs of consoles, a part at a time. */
async function pruneConsoles(database: Database, { consoleDays, consoleMegabytes }: Settings, log: Logger): Promise<void> {
  try {
    for (;;) {
      const [row] = await database.$client`
        select prune_consoles(make_interval(days => ${consoleDays}), ${consoleMegabytes * MEGABYTE}) = 0 as "isDone"`;
      if (row?.['isDone'] !== false) return;
    }
  } catch (error) {
    log.warn({ err: error }, 'the logs of consoles were not pruned');
  }
}

/** Takes no more requests, and waits for those begun; a client that does not finish its own is not waited for. */
async function closeServer(server: ServerType): Promise<void> {
  const impatient = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), PATIENCE);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(impatient);
}
