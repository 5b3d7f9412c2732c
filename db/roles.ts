import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { type Connection, connect } from './client.ts';

/** Passwords of the logins that HaaS makes for itself. */
export interface RolePasswords {
  readonly owner: string;
  readonly api: string;
}

/** The Postgres login of an agent: `haas_agent_rack_1` for the agent `rack-1`. */
export function agentLogin(label: string): string {
  return `haas_agent_${label.replaceAll('-', '_')}`;
}

/**
 * Makes the roles haas_owner, haas_api and the group haas_agent, or gives those that exist these passwords,
 * and a database owned by haas_owner that nobody else may connect to. `superuserUrl` may name any database of the server.
 */
export async function createRoles(superuserUrl: string, database: string, passwords: RolePasswords): Promise<void> {
  const connection = connect(superuserUrl, 'haas roles', 1);
  try {
    await connection`select pg_advisory_lock(hashtext('haas roles'))`;
    await createRole(connection, 'haas_owner', 'login', null);
    await createRole(connection, 'haas_api', 'login', null);
    await createRole(connection, 'haas_agent', 'nologin', null);
    const [present] = await connection`select from pg_database where datname = ${database}`;
    if (!present) await connection`create database ${connection(database)} owner haas_owner`;
    await connection`revoke all on database ${connection(database)} from public`;
    await connection`grant connect on database ${connection(database)} to haas_api, haas_agent`;
    // As every connection of HaaS asks for, but for those through a pooler, which cannot.
    await connection`alter database ${connection(database)} set idle_in_transaction_session_timeout = '60s'`;
    await forbidLargeObjects(superuserUrl, database);
    // Last, and both or neither: where anything of this fails, those of before are still good.
    await connection.begin(async (tx) => {
      await setPassword(tx, 'haas_owner', passwords.owner);
      await setPassword(tx, 'haas_api', passwords.api);
    });
  } finally {
    await connection.end();
  }
}

/** Large objects are the one thing that a login without any right could still leave behind in a database. */
async function forbidLargeObjects(superuserUrl: string, database: string): Promise<void> {
  const url = new URL(superuserUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  const connection = connect(url.href, 'haas roles', 1);
  try {
    await connection`revoke execute on function lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) from public`;
  } finally {
    await connection.end();
  }
}

/** Makes the login of one agent, a member of haas_agent and nothing else, or gives it this password. Answers the login's name. */
export async function createAgentLogin(superuserUrl: string, label: string, password: string): Promise<string> {
  const login = agentLogin(label);
  const connection = connect(superuserUrl, 'haas roles', 1);
  try {
    await createRole(connection, login, 'login', password);
    await connection`grant haas_agent to ${connection(login)}`;
  } finally {
    await connection.end();
  }
  return login;
}

async function createRole(
  connection: Connection,
  role: string,
  kind: 'login' | 'nologin',
  password: string | null,
): Promise<void> {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(role)) throw new Error(`${role} is no name for a role of HaaS`);
  const [present] = await connection`select from pg_roles where rolname = ${role}`;
  if (!present) await connection.unsafe(`create role ${role} ${kind}`);
  if (password !== null) await setPassword(connection, role, password);
}

async function setPassword(connection: Pick<Connection, 'unsafe'>, role: string, password: string): Promise<void> {
  await connection.unsafe(`alter role ${role} password '${scramVerifier(password)}'`);
}

/** What Postgres stores for a password (RFC 5802): made here, so that the password itself is in no statement and no server log. */
function scramVerifier(password: string): string {
  const iterations = 4096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  const storedKey = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${key('Server Key').toString('base64')}`;
}
