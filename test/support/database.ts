import { randomBytes } from 'node:crypto';
import { inject, type TestContext } from 'vitest';
import { type Connection, connect } from '../../db/client.ts';
import { agentLogin, createAgentLogin, createRoles } from '../../db/roles.ts';

/** A database of one test, migrated and empty. */
export interface TestDatabase {
  readonly name: string;
  readonly superuserUrl: string;
  /** As haas_owner, who may change the schema. */
  readonly ownerUrl: string;
  /** As haas_api, as the API connects. */
  readonly apiUrl: string;
  /** As the login of the agent with this label, made when it is missing. The row in `agents` is the caller's business. */
  agentUrl(label: string): Promise<string>;
}

const server = inject('databaseServer');
const agentLogins = new Map<string, Promise<void>>();
let adminConnection: Connection | undefined;

/** One connection for all tests of a file. It ends with the worker process. */
function admin(): Connection {
  adminConnection ??= connect(server.url, 'haas tests', 1);
  return adminConnection;
}

function urlFor(database: string, user?: string): string {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  if (user !== undefined) Object.assign(url, { username: user, password: server.password });
  return url.href;
}

/** Logins belong to the server: two test files that make the same one at once would collide without the lock. */
async function makeAgentLogin(label: string): Promise<void> {
  await admin().begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(hashtext('haas tests: agent logins'))`;
    await createAgentLogin(server.url, label, server.password);
  });
}

/**
 * A new database for one test, a clone of the migrated template; dropped when the test finishes, whoever is still connected.
 * Rejects when the server cannot make it.
 */
export async function testDatabase(test: Pick<TestContext, 'onTestFinished'>): Promise<TestDatabase> {
  const name = `${server.prefix}${randomBytes(6).toString('hex')}`;
  await admin().unsafe(`create database ${name} template ${server.template} owner haas_owner strategy file_copy`);
  test.onTestFinished(async () => {
    await admin().unsafe(`drop database ${name} with (force)`);
  });
  // Rights on a database are not copied from a template: these are the ones that createRoles gives.
  await admin().unsafe(`revoke all on database ${name} from public; grant connect on database ${name} to haas_api, haas_agent`);
  return described(name);
}

/** A new database for one test as `createRoles` leaves it, not migrated; dropped when the test finishes. */
export async function emptyDatabase(test: Pick<TestContext, 'onTestFinished'>): Promise<TestDatabase> {
  const name = `${server.prefix}${randomBytes(6).toString('hex')}`;
  await createRoles(server.url, name, { owner: server.password, api: server.password });
  test.onTestFinished(async () => {
    await admin().unsafe(`drop database ${name} with (force)`);
  });
  return described(name);
}

function described(name: string): TestDatabase {
  return {
    name,
    superuserUrl: urlFor(name),
    ownerUrl: urlFor(name, 'haas_owner'),
    apiUrl: urlFor(name, 'haas_api'),
    async agentUrl(label) {
      if (!agentLogins.has(label)) agentLogins.set(label, makeAgentLogin(label));
      await agentLogins.get(label);
      return urlFor(name, agentLogin(label));
    },
  };
}
