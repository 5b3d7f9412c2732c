import { type DestinationStream, type Logger, pino } from 'pino';
import { z } from 'zod';
import type { Pooling } from '../../db/client.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { operations } from '../../functions/operations.ts';
import { readSettings, SettingError, type Settings } from '../../functions/settings.ts';
import { type ApiKeys, readApiKeys } from '../keys.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { openLog } from './log.ts';
import { checkOpenDoor } from './open-door.ts';

/** For how long a host that is told to stop may go on at most. Whoever stops hosts by force must wait longer. */
export const MOST_DRAIN_SECONDS = 60;

const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be the Postgres URL of a login of haas_api' }),
  HAAS_DATABASE_POOLER: z.enum(['session', 'transaction']).default('session'),
  HAAS_LISTEN_DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a Postgres URL that leads past the pooler' })
    .optional(),
  HAAS_KEY_FILE: z.string({ error: "must name the API hosts' key file" }).min(1),
  HAAS_LISTEN: z.string().default('127.0.0.1:5000'),
  HAAS_METRICS_LISTEN: z.string().optional(),
  HAAS_DRAIN_SECONDS: z.coerce
    .number({ error: 'must be a number of seconds' })
    .int('must be whole seconds')
    .min(0, 'must not be negative')
    .max(MOST_DRAIN_SECONDS, `must be at most ${MOST_DRAIN_SECONDS} seconds`)
    .default(0),
  HAAS_OPERATION: z
    .enum(
      operations.map(({ id }) => id),
      'must be the id of an operation',
    )
    .optional(),
  HAAS_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** What an API host in production is told by its environment, and by the file of keys that this names. */
export interface HostConfiguration {
  readonly databaseUrl: string;
  readonly pooling: Pooling;
  readonly listenUrl: string | undefined;
  readonly address: ListenAddress;
  /** Where it tells whoever asks how it does; undefined: nowhere. */
  readonly monitoringAddress: ListenAddress | undefined;
  readonly drainSeconds: number;
  readonly keys: ApiKeys;
  readonly settings: Settings;
  /** What it serves: all operations, or the one of HAAS_OPERATION. */
  readonly served: readonly Operation[];
  readonly log: Logger;
}

/** Reads the configuration of an API host, which logs to `destination`. Throws SettingError and KeyFileError. */
export async function readHostConfiguration(
  env: Record<string, string | undefined>,
  destination: DestinationStream = openLog(),
): Promise<HostConfiguration> {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    throw new SettingError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  }
  const { DATABASE_URL, HAAS_LISTEN_DATABASE_URL, HAAS_KEY_FILE, HAAS_LISTEN, HAAS_OPERATION } = parsed.data;
  const { HAAS_DATABASE_POOLER: pooling, HAAS_LOG_LEVEL: level } = parsed.data;
  const { HAAS_METRICS_LISTEN, HAAS_DRAIN_SECONDS: drainSeconds } = parsed.data;
  const address = parseListenAddress(HAAS_LISTEN);
  const settings = readSettings(env);
  const log = pino({ level }, destination);
  const openDoor = checkOpenDoor(settings, address);
  if (openDoor !== undefined) log.warn(openDoor);
  return {
    databaseUrl: DATABASE_URL,
    pooling,
    listenUrl: HAAS_LISTEN_DATABASE_URL,
    address,
    monitoringAddress:
      HAAS_METRICS_LISTEN === undefined ? undefined : parseListenAddress(HAAS_METRICS_LISTEN, 'HAAS_METRICS_LISTEN'),
    drainSeconds,
    settings,
    keys: await readApiKeys(HAAS_KEY_FILE),
    served: operations.filter(({ id }) => HAAS_OPERATION === undefined || id === HAAS_OPERATION),
    log,
  };
}
