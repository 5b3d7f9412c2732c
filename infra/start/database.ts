import { randomBytes } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { connect } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { agentLogin, createAgentLogin, createRoles } from '../../db/roles.ts';
import { SettingError } from '../../functions/settings.ts';
import { readKeyFile, writePrivateFile } from '../keys.ts';
import { ensureCluster } from '../postgres/cluster.ts';
import type { StartEnvironment } from './environment.ts';

/** The agent that `npm start` runs beside the API. */
const EMBEDDED_AGENT = 'local';
const DATABASE = 'haas';

const passwords = z.strictObject({ owner: z.string(), api: z.string(), agent: z.string() });

/** A migrated database, with one login for each part of HaaS. */
export interface StartDatabase {
  readonly description: string;
  readonly apiUrl: string;
  /** The agent to run here, or null when this host runs none. */
  readonly agent: { readonly label: string; readonly url: string } | null;
  /** Stops an embedded server; leaves any other alone. */
  stop(): Promise<void>;
}

/** The database of `npm start`: the embedded one, or the server named in the environment. Migrated. */
export async function openStartDatabase({
  stateDir,
  server,
}: Pick<StartEnvironment, 'stateDir' | 'server'>): Promise<StartDatabase> {
  return server === null ? embedded(stateDir) : external(server);
}

async function embedded(stateDir: string): Promise<StartDatabase> {
  const cluster = await ensureCluster({ directory: join(stateDir, 'postgres') });
  const secrets = await rolePasswords(join(stateDir, 'database-passwords.json'));
  await createRoles(cluster.url('postgres'), DATABASE, secrets);
  await createAgentLogin(cluster.url('postgres'), EMBEDDED_AGENT, secrets.agent);
  await keepToOneDatabase(cluster.url('postgres'));
  await migrate(cluster.url(DATABASE, 'haas_owner', secrets.owner));
  return {
    description: `embedded PostgreSQL on ${cluster.host}:${cluster.port}, data in ${cluster.data}`,
    apiUrl: cluster.url(DATABASE, 'haas_api', secrets.api),
    agent: { label: EMBEDDED_AGENT, url: cluster.url(DATABASE, agentLogin(EMBEDDED_AGENT), secrets.agent) },
    stop: () => cluster.stop(),
  };
}

/** The server is ours alone: its logins have business in no other database. */
async function keepToOneDatabase(superuserUrl: string): Promise<void> {
  const connection = connect(superuserUrl, 'haas start', 1);
  try {
    await connection`revoke all on database postgres, template1 from public`;
  } finally {
    await connection.end();
  }
}

async function external({ api, owner, agent }: NonNullable<StartEnvironment['server']>): Promise<StartDatabase> {
  if (owner !== undefined) {
    await demandConnection('HAAS_OWNER_URL', owner);
    await migrate(owner);
  }
  await demandConnection('DATABASE_URL', api);
  if (agent !== undefined) await demandConnection('HAAS_AGENT_URL', agent);
  const { hostname, port, pathname } = new URL(api);
  return {
    description: `PostgreSQL on ${hostname}:${port || 5432}, database ${decodeURIComponent(pathname.slice(1))}`,
    apiUrl: api,
    agent: agent === undefined ? null : { label: labelOfLogin(agent), url: agent },
    stop: async () => {},
  };
}

/** `haas_agent_rack_1` is the login of the agent `rack-1`. */
function labelOfLogin(url: string): string {
  const login = decodeURIComponent(new URL(url).username);
  const label = login.replace(/^haas_agent_/, '').replaceAll('_', '-');
  if (agentLogin(label) !== login)
    throw new SettingError(`HAAS_AGENT_URL: "${login}" is no login of an agent: "npm run haas-admin -- agent-login" makes one`);
  return label;
}

async function demandConnection(variable: string, url: string): Promise<void> {
  const connection = connect(url, 'haas start', 1);
  try {
    await connection`select 1`;
  } catch (error) {
    const { hostname, port, pathname, username } = new URL(url);
    const why = error instanceof Error ? error.message || ('code' in error ? String(error.code) : error.name) : String(error);
    throw new SettingError(
      `${variable}: no connection to ${pathname.slice(1)} on ${hostname}:${port || 5432} as ${username}: ${why}`,
    );
  } finally {
    await connection.end();
  }
}

/** Made once, kept in the state folder, and given to the roles at every start. */
async function rolePasswords(path: string): Promise<z.output<typeof passwords>> {
  const missing = await access(path).then(
    () => false,
    () => true,
  );
  const make = () => randomBytes(24).toString('base64url');
  if (missing) await writePrivateFile(path, { owner: make(), api: make(), agent: make() });
  return readKeyFile(path, passwords);
}
