import type { Logger } from 'pino';
import type { Database } from '../db/client.ts';
import type { Signer } from '../db/commands/envelope.ts';
import type { ApiSecrets } from './api-secrets.ts';
import type { ConsoleFeed } from './console/stream/feed.ts';
import type { EventFeed } from './event/stream/feed.ts';
import type { Callers } from './http/callers.ts';
import type { FinishedCommands } from './http/finished-commands.ts';
import type { Places } from './http/places.ts';
import type { AuditChain } from './rules/audit-chain.ts';
import type { Settings } from './settings.ts';

/** What every operation may use. Made once per process by whoever hosts the operations. */
export interface Services {
  readonly database: Database;
  readonly signer: Signer;
  readonly secrets: ApiSecrets;
  readonly audit: AuditChain;
  readonly callers: Callers;
  readonly finished: FinishedCommands;
  readonly consoles: ConsoleFeed;
  readonly events: EventFeed;
  readonly places: Places;
  readonly settings: Settings;
  readonly log: Logger;
  /** Set while a request is carried out: the ids of the commands that it has issued, for the log. */
  readonly issued?: string[];
}
