import { type Logger, pino } from 'pino';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { type Connection, connect, openDatabase } from '../../db/client.ts';
import { createSigner, generateSigningKey } from '../../db/commands/envelope.ts';
import { generateSealingKey } from '../../db/commands/seal.ts';
import { agentLogin } from '../../db/roles.ts';
import { createApiSecrets } from '../../functions/api-secrets.ts';
import { createApp } from '../../functions/app.ts';
import { createConsoleFeed } from '../../functions/console/stream/feed.ts';
import { createEventFeed } from '../../functions/event/stream/feed.ts';
import { createFinishedCommands } from '../../functions/http/finished-commands.ts';
import { createPlaces } from '../../functions/http/places.ts';
import { openCallers } from '../../functions/http/sign-in/open.ts';
import { operations } from '../../functions/operations.ts';
import { hashPassword } from '../../functions/passwords.ts';
import { createAuditChain } from '../../functions/rules/audit-chain.ts';
import type { Services } from '../../functions/services.ts';
import { readSettings, type Settings } from '../../functions/settings.ts';
import { type TestDatabase, testDatabase } from './database.ts';

/** The people of every test: an administrator, a member of project blue, a member of project red, and somebody without credentials. */
export const people = { admin: 'root', owner: 'ada', other: 'bob', anonymous: null } as const;
export type Role = keyof typeof people;

const PASSWORD = 'correct horse';
const passwordHash = await hashPassword(PASSWORD);

/** The keys that all tests share; making them takes longer than a test. */
export const keys = { signing: await generateSigningKey(), sealing: await generateSealingKey(), issuer: 'test' };
/** What an API host of these tests knows. */
export const apiKeys = { issuer: keys.issuer, signing: keys.signing, secret: Buffer.alloc(32, 7).toString('base64url') };

/** An HTTP answer; `body` is parsed JSON, or null when empty. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

/** The API on a database of its own, with people, two projects and an enrolled agent. */
export interface World {
  readonly database: TestDatabase;
  /** As superuser: to arrange what no request can, and to look. */
  readonly sql: Connection;
  readonly services: Services;
  /** Sends a request as somebody (null: without credentials). A string body is sent as it is, anything else as JSON. */
  call(user: string | null, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a request as the administrator, and throws unless it succeeds. */
  arrange(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Ends the action that an answer promised, as an agent would: `done` with a port read back, unless told otherwise. */
  finish(answer: Answer, status?: 'done' | 'failed' | 'unknown', told?: Parameters<Connection['json']>[0]): Promise<void>;
  /** A text that changes whenever any row of any table does. */
  fingerprint(): Promise<string>;
}

/** Makes a world for one test, and takes it down when the test finishes. `settings` differ from the defaults, `database` from one of the shared server, `log` from silence. */
export async function makeWorld(
  test: Pick<TestContext, 'onTestFinished'>,
  settings: Partial<Settings> = {},
  database: TestDatabase | undefined = undefined,
  log: Logger = pino({ level: 'silent' }),
): Promise<World> {
  return worldOn(test, database ?? (await testDatabase(test)), settings, log);
}

async function worldOn(
  test: Pick<TestContext, 'onTestFinished'>,
  database: TestDatabase,
  settings: Partial<Settings>,
  log: Logger,
): Promise<World> {
  const sql = connect(database.superuserUrl, 'test', 3);
  const pool = openDatabase(database.apiUrl, 'test api', 4);
  test.onTestFinished(async () => {
    services.consoles.stop();
    services.events.stop();
    await pool.$client.end();
    await sql.end();
  });
  const allSettings = { ...readSettings({}), ...settings };
  const services: Services = {
    database: pool,
    signer: await createSigner(keys.issuer, keys.signing),
    secrets: createApiSecrets(apiKeys.secret),
    audit: await createAuditChain(keys.issuer, keys.signing, [keys.signing]),
    callers: openCallers(pool.$client, log, allSettings.signIn),
    finished: createFinishedCommands(pool.$client),
    consoles: createConsoleFeed(pool.$client, log),
    events: createEventFeed(pool.$client, log),
    places: createPlaces(allSettings.limits),
    settings: allSettings,
    log,
  };
  const app = createApp(services, operations);
  await populate(sql, services.settings);

  const call: World['call'] = async (user, method, path, body, headers = {}) => {
    const response = await app.request(`http://haas.test/v0${path}`, {
      method,
      headers: { ...(user === null ? {} : { authorization: basic(user) }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text === '' ? null : JSON.parse(text) };
  };
  return {
    database,
    sql,
    services,
    call,
    async arrange(method, path, body) {
      const answer = await call(people.admin, method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer;
    },
    async finish(answer, status = 'done', told = { port: { native: null, tagged: [], enabled: false }, changed: true }) {
      const result = status === 'unknown' ? null : sql.json(told);
      const reason = status === 'done' ? null : status === 'failed' ? 'device-refused' : 'unproven';
      await sql`select finish_command(${statusId(answer)}, ${status}, ${reason}, ${status === 'done' ? null : 'the switch said no'}, ${result})`;
    },
    async fingerprint() {
      const tables =
        await sql`select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`;
      const parts = await Promise.all(
        tables.map(
          ({ table_name: table }) =>
            sql`select ${table} as name, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as rows from ${sql(table)} t`,
        ),
      );
      return JSON.stringify(parts);
    },
  };
}

/** The `status_id` of an answer that promised an action. */
export function statusId(answer: Answer): string {
  return z.object({ status_id: z.uuid() }).parse(answer.body).status_id;
}

/** How many of the world's statements wait for a lock of another transaction at this moment. */
export async function waitingForLocks(w: World): Promise<number> {
  const waiting = await w.sql`select from pg_stat_activity where datname = ${w.database.name} and wait_event_type = 'Lock'`;
  return waiting.length;
}

/** HTTP Basic credentials of one of the people. */
export function basic(user: string, password = PASSWORD): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

async function populate(sql: Connection, settings: Settings): Promise<void> {
  const { kty, crv, x } = keys.sealing;
  await sql.begin(async (tx) => {
    await tx`insert into users (label, password_hash, is_admin) values ('root', ${passwordHash}, true), ('ada', ${passwordHash}, false), ('bob', ${passwordHash}, false)`;
    await tx`insert into projects (label) values ('blue'), ('red')`;
    await tx`insert into project_members select u.id, p.id from users u, projects p where (u.label, p.label) in (('ada', 'blue'), ('bob', 'red'))`;
    await tx`insert into agents (label, login, public_key) values ('rack-1', ${agentLogin('rack-1')}, ${tx.json({ kty, crv, x })})`;
    await tx`update vlans set pooled = id = any(${[...settings.vlans]})`;
  });
}
