import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Connection, connect } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { agentLogin, createAgentLogin, createRoles } from '../../db/roles.ts';
import { type Cluster, ensureCluster } from '../../infra/postgres/cluster.ts';

const DATABASE = 'haas_soak';
const rolePassword = randomBytes(12).toString('hex');

/** A PostgreSQL server of this run alone, with the default settings but one: it notes when each transaction was committed. */
export class SoakDatabase {
  readonly apiUrl: string;
  readonly agentUrl: string;
  /** As superuser: to arrange what no request can, and to look. */
  readonly sql: Connection;
  readonly #directory: string;
  #cluster: Cluster;

  private constructor(directory: string, cluster: Cluster, agent: string) {
    this.#directory = directory;
    this.#cluster = cluster;
    this.apiUrl = cluster.url(DATABASE, 'haas_api', rolePassword);
    this.agentUrl = cluster.url(DATABASE, agentLogin(agent), rolePassword);
    this.sql = connect(cluster.url(DATABASE), 'haas soak', 2);
  }

  /** Starts a server below `folder`, with a migrated database and the login of an agent. */
  static async open(folder: string, agent: string): Promise<SoakDatabase> {
    const directory = join(folder, 'postgres');
    const cluster = await start(directory);
    const superuser = cluster.url('postgres');
    await createRoles(superuser, DATABASE, { owner: rolePassword, api: rolePassword });
    await createAgentLogin(superuser, agent, rolePassword);
    await migrate(cluster.url(DATABASE, 'haas_owner', rolePassword));
    return new SoakDatabase(directory, cluster, agent);
  }

  /** Ends every session at once, with (SIGINT) or without (SIGQUIT) leaving the data in order, and starts the server again. */
  async restart(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    process.kill(this.#cluster.pid, signal);
    await this.#cluster.stop();
    this.#cluster = await start(this.#directory, this.#cluster.port);
  }

  /** Stops the server and removes its data. */
  async close(): Promise<void> {
    await this.sql.end({ timeout: 1 });
    await this.#cluster.stop();
    // Where the user that PostgreSQL runs as cannot get through, the data is elsewhere.
    if (!this.#cluster.data.startsWith(this.#directory)) await rm(dirname(this.#cluster.data), { recursive: true, force: true });
  }
}

function start(directory: string, port?: number): Promise<Cluster> {
  return ensureCluster({ directory, settings: { track_commit_timestamp: 'on' }, ...(port === undefined ? {} : { port }) });
}
