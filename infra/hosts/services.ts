import type { Logger } from 'pino';
import { openDatabase, type Pooling } from '../../db/client.ts';
import { checkSchema } from '../../db/commands/check-schema.ts';
import { createSigner } from '../../db/commands/envelope.ts';
import { createApiSecrets } from '../../functions/api-secrets.ts';
import { createConsoleFeed } from '../../functions/console/stream/feed.ts';
import { createEventFeed } from '../../functions/event/stream/feed.ts';
import { createFinishedCommands } from '../../functions/http/finished-commands.ts';
import { createPlaces } from '../../functions/http/places.ts';
import { openCallers } from '../../functions/http/sign-in/open.ts';
import { createAuditChain } from '../../functions/rules/audit-chain.ts';
import { setVlanPool } from '../../functions/rules/vlan-pool.ts';
import type { Services } from '../../functions/services.ts';
import type { Settings } from '../../functions/settings.ts';
import { type ApiKeys, auditKeys } from '../keys.ts';

/** What the operations need of the place where they are hosted. */
export interface ServicesOptions {
  /** A login of the role haas_api. */
  readonly databaseUrl: string;
  /** What `databaseUrl` leads to. Default: a session for as long as a connection lasts. */
  readonly pooling?: Pooling;
  readonly keys: ApiKeys;
  readonly settings: Settings;
  readonly log: Logger;
  /** Connections to Postgres. */
  readonly connections?: number;
}

/**
 * Everything the operations need, connected. Works as it is, and the better for being told what happens in the database: see `listen`.
 * Rejects with SchemaError when the database is not of this version.
 */
export async function openServices(options: ServicesOptions): Promise<Services> {
  const { databaseUrl, pooling, keys, settings, log, connections = 10 } = options;
  const database = openDatabase(databaseUrl, 'haas api', connections, pooling);
  try {
    await checkSchema(database.$client);
    await setVlanPool(database.$client, settings.vlans);
  } catch (error) {
    await database.$client.end();
    throw error;
  }
  return {
    database,
    signer: await createSigner(keys.issuer, keys.signing),
    secrets: createApiSecrets(keys.secret),
    audit: await createAuditChain(keys.issuer, keys.signing, auditKeys(keys)),
    callers: openCallers(database.$client, log, settings.signIn),
    finished: createFinishedCommands(database.$client),
    consoles: createConsoleFeed(database.$client, log),
    events: createEventFeed(database.$client, log),
    places: createPlaces(settings.limits),
    settings,
    log,
  };
}
