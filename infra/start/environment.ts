import { resolve } from 'node:path';
import { z } from 'zod';
import { readSettings, SettingError, type Settings } from '../../functions/settings.ts';
import { type ListenAddress, parseListenAddress } from '../hosts/listen-address.ts';
import { checkOpenDoor } from '../hosts/open-door.ts';

const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'must be a URL such as postgres://user:password@host:5432/database',
});

const environment = z.object({
  HAAS_STATE_DIR: z.string().min(1).default('.haas'),
  HAAS_LISTEN: z.string().default('127.0.0.1:5000'),
  HAAS_ADMIN_PASSWORD: z.string().min(1, 'must not be empty').optional(),
  HAAS_RACK: z.enum(['simulated', 'none'], 'must be "simulated" or "none"').optional(),
  HAAS_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  DATABASE_URL: postgresUrl.optional(),
  HAAS_OWNER_URL: postgresUrl.optional(),
  HAAS_AGENT_URL: postgresUrl.optional(),
  HAAS_AGENT_METRICS_LISTEN: z.string().optional(),
});

/** What `npm start` is told by its environment. */
export interface StartEnvironment {
  readonly stateDir: string;
  readonly listen: ListenAddress;
  readonly adminPassword: string | undefined;
  readonly rack: 'simulated' | 'none';
  readonly logLevel: z.output<typeof environment>['HAAS_LOG_LEVEL'];
  /** A server of one's own; null for the embedded one. Without `owner` nothing is migrated, without `agent` no agent is started. */
  readonly server: { readonly api: string; readonly owner: string | undefined; readonly agent: string | undefined } | null;
  /** Where the agent tells its health and metrics, if it does; the agent itself checks it. */
  readonly agentMetricsListen: string | undefined;
  readonly settings: Settings;
  /** What to warn of, where everybody is an administrator. */
  readonly openDoor: string | undefined;
}

/** Reads the environment. Throws SettingError, which names the variable and the remedy. */
export function readStartEnvironment(env: Record<string, string | undefined>): StartEnvironment {
  const parsed = environment.safeParse(env);
  if (!parsed.success)
    throw new SettingError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
  const { DATABASE_URL: api, HAAS_OWNER_URL: owner, HAAS_AGENT_URL: agent, ...rest } = parsed.data;
  if (api === undefined && (owner !== undefined || agent !== undefined)) {
    throw new SettingError(
      'HAAS_OWNER_URL and HAAS_AGENT_URL belong to a server of your own: set DATABASE_URL as well, or none of them',
    );
  }
  const listen = parseListenAddress(rest.HAAS_LISTEN);
  const settings = readSettings(env);
  return {
    stateDir: resolve(rest.HAAS_STATE_DIR),
    listen,
    adminPassword: rest.HAAS_ADMIN_PASSWORD,
    // Nobody wants six machines that are none among their own.
    rack: rest.HAAS_RACK ?? (api === undefined ? 'simulated' : 'none'),
    logLevel: rest.HAAS_LOG_LEVEL,
    server: api === undefined ? null : { api, owner, agent },
    agentMetricsListen: rest.HAAS_AGENT_METRICS_LISTEN,
    settings,
    openDoor: checkOpenDoor(settings, listen),
  };
}
