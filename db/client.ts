import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';

/**
 * What a connection is lent by whatever a URL leads to: a session of Postgres for as long as it lasts, or, by a pooler, one for each
 * transaction, which may be another each time. There, nothing of a session can be relied on: no LISTEN, and no statement that was prepared.
 */
export type Pooling = 'session' | 'transaction';

/** What every connection of HaaS has in common: no silent waiting for ever, and a name that shows in pg_stat_activity. */
function options(name: string, max: number, pooling: Pooling): postgres.Options<Record<string, never>> {
  return {
    max,
    connect_timeout: 10,
    // Seconds. The library's own waits grow to 20: a database that is back should be noticed.
    backoff: (retries: number) => Math.min(2 ** retries / 100, 1),
    onnotice: () => {},
    prepare: pooling === 'session',
    // A pooler refuses what it could not give to each session: there, the database's own setting holds, which `createRoles` makes.
    connection: { application_name: name, ...(pooling === 'session' ? { idle_in_transaction_session_timeout: 60_000 } : {}) },
  };
}

/** A pool of plain connections, for LISTEN, the command protocol and administration. Close with `end()`. */
export type Connection = postgres.Sql;

/**
 * Opens a pool of at most `max` plain connections to `url`. Connects when first used.
 * Throws when the package postgres is not patched: when a connection is lost, version 3.4.9 goes on with its transaction on whatever the
 * connection is by then, ends the process, leaves statements and `end()` without an answer for ever, or answers the next statement with
 * what is left of the last one (porsager/postgres #1130, #1154, #1186, #1208).
 */
export function connect(url: string, name: string, max: number, pooling: Pooling = 'session'): Connection {
  const connection = postgres(url, options(name, max, pooling));
  if ('forgetsLostConnections' in connection) return connection;
  throw new Error('the package postgres lacks the patch of infra/patches: install with "npm ci", and not with --ignore-scripts');
}

/** How many transactions of a pool wait for one of its connections, and how many have one. */
interface PoolLoad {
  readonly connections: number;
  waiting: number;
  running: number;
}

/** Opens a pool for drizzle. It owns its connections: drizzle changes how they read dates and JSON, so they are shared with nothing. */
export function openDatabase(url: string, name: string, max: number, pooling: Pooling = 'session') {
  const load: PoolLoad = { connections: max, waiting: 0, running: 0 };
  const client = preparing(connect(url, name, max, pooling), load);
  return Object.assign(drizzle({ client, casing: 'snake_case' }), { load });
}

/**
 * Lets statements be prepared that drizzle sends, once per connection, where any are. Drizzle asks for the contrary, which costs
 * another round trip and a new plan each time: registering nodes takes a third longer.
 */
function preparing<C extends postgres.Sql | postgres.TransactionSql>(client: C, load: PoolLoad): C {
  return new Proxy(client, {
    get(target, property, receiver) {
      if (property === 'unsafe') {
        return (query: string, parameters?: Parameters<C['unsafe']>[1]) => target.unsafe(query, parameters, { prepare: true });
      }
      if (property === 'begin' && 'begin' in target) {
        return (work: (tx: postgres.TransactionSql) => unknown) =>
          counted(load, (begun) =>
            target.begin((tx) => {
              begun();
              return work(preparing(tx, load));
            }),
          );
      }
      if (property === 'savepoint' && 'savepoint' in target) {
        return (work: (tx: postgres.TransactionSql) => unknown) => target.savepoint((tx) => work(preparing(tx, load)));
      }
      return Reflect.get(target, property, receiver);
    },
  });
}

/** Counts a transaction: as one that waits, until `begun` is called. */
async function counted<T>(load: PoolLoad, transaction: (begun: () => void) => Promise<T>): Promise<T> {
  let state: 'waiting' | 'running' = 'waiting';
  load.waiting += 1;
  try {
    return await transaction(() => {
      load.waiting -= 1;
      state = 'running';
      load.running += 1;
    });
  } finally {
    load[state] -= 1;
  }
}

export type Database = ReturnType<typeof openDatabase>;
/** A transaction, or a database for single statements. */
export type Tx = Parameters<Parameters<Database['transaction']>[0]>[0] | Database;

/** What runs single statements: a plain connection, or a transaction of drizzle's. */
export type Statements = (
  template: TemplateStringsArray,
  ...parameters: readonly (string | number | null | readonly string[])[]
) => Promise<readonly Record<string, unknown>[]>;

/** Runs statements in a transaction. It costs drizzle more time to send them than a plain connection. */
export function statementsOf(tx: Tx): Statements {
  return async (template, ...parameters) => tx.execute(sql(template, ...parameters.map((parameter) => sql.param(parameter))));
}
