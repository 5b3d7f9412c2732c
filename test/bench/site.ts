import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../db/client.ts';
import { migrate } from '../../db/migrate.ts';
import { agentLogin, createAgentLogin, createRoles } from '../../db/roles.ts';
import { hashPassword } from '../../functions/passwords.ts';
import { type ApiKeys, ensureApiKeys, ensureSealingKeys, trustedKeys, writePrivateFile } from '../../infra/keys.ts';
import type { Cluster } from '../../infra/postgres/cluster.ts';
import { agentAppears, startAgentProcess } from '../../infra/start/agent-process.ts';
import { ApiClient } from './api-client.ts';
import { type Program, startApiHost, startProgram } from './processes.ts';

const AGENT = 'rack-1';
/** The password of the administrator of every site. */
export const password = 'correct horse';
const rolePassword = randomBytes(12).toString('hex');

/** The Authorization header of the administrator of every site. */
export const authorization = `Basic ${btoa(`admin:${password}`)}`;

/** A migrated database, with the administrator and an enrolled agent in it. */
export interface SiteDatabase {
  readonly apiUrl: string;
  readonly agentUrl: string;
  readonly superuserUrl: string;
  /** As superuser: to arrange what no request can, and to look. */
  readonly sql: Connection;
}

/** What one benchmark works with: databases, API hosts and agents of its own, all gone when it is closed. */
export class Site {
  readonly #cluster: Cluster;
  readonly #folder: string;
  readonly #keys: ApiKeys;
  readonly #passwordHash: string;
  readonly #undo: (() => Promise<unknown>)[] = [];

  private constructor(cluster: Cluster, folder: string, keys: ApiKeys, passwordHash: string) {
    this.#cluster = cluster;
    this.#folder = folder;
    this.#keys = keys;
    this.#passwordHash = passwordHash;
    this.#undo.push(() => rm(folder, { recursive: true, force: true }));
  }

  /** A site on this server. */
  static async open(cluster: Cluster): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), 'haas-bench-site-'));
    return new Site(cluster, folder, await ensureApiKeys(join(folder, 'keys.json')), await hashPassword(password));
  }

  /** Makes a database. */
  async database(name: string): Promise<SiteDatabase> {
    const superuser = this.#cluster.url('postgres');
    await createRoles(superuser, name, { owner: rolePassword, api: rolePassword });
    await createAgentLogin(superuser, AGENT, rolePassword);
    this.#undo.push(async () => {
      const admin = connect(superuser, 'haas bench', 1);
      await admin`drop database ${admin(name)} with (force)`;
      await admin.end();
    });
    await migrate(this.#cluster.url(name, 'haas_owner', rolePassword));
    const sql = connect(this.#cluster.url(name), 'haas bench', 2);
    this.#undo.push(() => sql.end({ timeout: 1 }));
    const [sealing] = await ensureSealingKeys(this.#agentFolder);
    await sql`insert into users (label, password_hash, is_admin) values ('admin', ${this.#passwordHash}, true)`;
    const publicKey = sql.json({ kty: 'OKP', crv: 'X25519', x: sealing?.x ?? '' });
    await sql`insert into agents (label, login, public_key) values (${AGENT}, ${agentLogin(AGENT)}, ${publicKey})`;
    return {
      apiUrl: this.#cluster.url(name, 'haas_api', rolePassword),
      agentUrl: this.#cluster.url(name, agentLogin(AGENT), rolePassword),
      superuserUrl: this.#cluster.url(name),
      sql,
    };
  }

  /** Starts an API host as in production, with more environment if given; answers its address. */
  async startApi(database: SiteDatabase, env: Record<string, string> = {}): Promise<string> {
    const host = await startApiHost(this.#folder, {
      DATABASE_URL: database.apiUrl,
      HAAS_KEY_FILE: join(this.#folder, 'keys.json'),
      ...env,
    });
    this.#undo.push(host.stop);
    return host.url;
  }

  /** Starts the agent as in production; it takes commands when this resolves. */
  async startAgent(database: SiteDatabase): Promise<void> {
    await writePrivateFile(join(this.#agentFolder, 'trusted-keys.json'), { ...trustedKeys(this.#keys), agent: AGENT });
    const agent = startAgentProcess({
      url: database.agentUrl,
      stateDir: this.#agentFolder,
      logFile: join(this.#folder, 'agent.log'),
      logLevel: 'info',
    });
    this.#undo.push(agent.stop);
    const there = await agentAppears(agent, async () => {
      const seen = await database.sql`select from agents where last_seen_at is not null`;
      return seen.length > 0;
    });
    if (!there) throw new Error(`the agent did not start: ${join(this.#folder, 'agent.log')}`);
  }

  /** Starts a program of the benchmarks in a process of its own. */
  async startProgram(program: string, env: Record<string, string> = {}): Promise<Program> {
    const started = startProgram(program, env);
    this.#undo.push(started.stop);
    return started;
  }

  /** A client of the administrator's, with at most so many connections, all kept alive. */
  client(url: string, connections: number): ApiClient {
    const client = new ApiClient(url, authorization, connections);
    this.#undo.push(async () => client.close());
    return client;
  }

  /** Ends everything that was started here, in reverse order. May be called again. */
  async close(): Promise<void> {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) await undo();
  }

  get #agentFolder(): string {
    return join(this.#folder, 'agent');
  }
}
