import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { openDatabase } from '../../db/client.ts';
import { checkSchema } from '../../db/commands/check-schema.ts';
import { createSigner } from '../../db/commands/envelope.ts';
import { createApiSecrets } from '../../functions/api-secrets.ts';
import { createApp } from '../../functions/app.ts';
import { createConsoleFeed } from '../../functions/console/stream/feed.ts';
import { createFinishedCommands } from '../../functions/http/finished-commands.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { createPlaces } from '../../functions/http/places.ts';
import { openCallers } from '../../functions/http/sign-in/open.ts';
import { setVlanPool } from '../../functions/rules/vlan-pool.ts';
import type { Services } from '../../functions/services.ts';
import type { Settings } from '../../functions/settings.ts';
import type { ApiKeys } from '../keys.ts';
import type { ListenAddress } from './listen-address.ts';
import { listen } from './listener.ts';
import { startPruning } from './pruning.ts';
import { createHttpServer } from './server.ts';

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
  const callers = openCallers(database.$client, log, settings.signIn);
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
  const stopPruning = startPruning(database, settings, log);

  const services: Services = {
    database,
    signer: await createSigner(keys.issuer, keys.signing),
    secrets: createApiSecrets(keys.secret),
    callers,
    finished,
    consoles,
    places: createPlaces(settings.limits),
    settings,
    log,
  };
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
      await listener.stop();
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
