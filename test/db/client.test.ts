import type { TestContext } from 'vitest';
import { expect, test, vi } from 'vitest';
import { type Connection, connect, openDatabase } from '../../db/client.ts';
import { testDatabase } from '../support/database.ts';
import { startProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';

/** A database behind a proxy that can reset every connection to it. */
async function resettable(t: TestContext) {
  const database = await testDatabase(t);
  const proxy = await startProxy(t, Number(new URL(database.superuserUrl).port));
  const look = connect(database.superuserUrl, 'look', 1);
  t.onTestFinished(() => look.end());
  return {
    reset: proxy.reset,
    /** Pools of one connection, so that every statement meets the one that was lost. */
    open(name: string): Connection {
      const sql = connect(proxy.url(database.superuserUrl), name, 1);
      t.onTestFinished(() => sql.end({ timeout: 0 }));
      return sql;
    },
    /** Waits until a pool's connection waits for pg_sleep. */
    sleeping: (name: string) =>
      until(async () => {
        const rows = await look`select from pg_stat_activity where application_name = ${name} and wait_event = 'PgSleep'`;
        return rows.length > 0;
      }, `${name} sleeps`),
    connections: async (name: string) => (await look`select from pg_stat_activity where application_name = ${name}`).length,
  };
}

/** The code of the error that something fails with. */
async function codeOf(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  throw new Error('this was to fail');
}

async function expectToServe(sql: Connection): Promise<void> {
  for (let number = 1; number <= 3; number++) {
    expect([...(await sql`select ${number}::int as number`)]).toEqual([{ number }]);
  }
  await sql.end();
}

test('a statement that comes between the error and the end of its connection fails, and the next ones are answered', async (t) => {
  const { open, reset, sleeping } = await resettable(t);
  const sql = open('sleeper');
  await sql`select 1`;
  const atOnce = codeOf(sql`select pg_sleep(60)`).then(async (code) => [code, await codeOf(sql`select 1`)]);
  await sleeping('sleeper');
  reset();
  expect(await atOnce).toEqual(['ECONNRESET', 'CONNECTION_CLOSED']);
  await expectToServe(sql);
});

test('a statement that was never sent does not succeed when its connection is back', async (t) => {
  const { open, reset, sleeping } = await resettable(t);
  const idle = open('idle');
  await idle`create table written (value text)`;
  const sleeper = open('sleeper');
  const atOnce = codeOf(sleeper`select pg_sleep(60)`).then(() => codeOf(idle`insert into written values ('lost')`));
  await sleeping('sleeper');
  reset();
  expect(await atOnce).toMatch(/^(CONNECTION_CLOSED|ECONNRESET)$/);
  expect([...(await idle`select value from written`)]).toEqual([]);
  await expectToServe(idle);
});

test('a connection that is lost in a transaction serves the next ones', async (t) => {
  const { open, reset, sleeping } = await resettable(t);
  const sql = open('sleeper');
  const lost = codeOf(sql.begin((tx) => tx`select pg_sleep(60)`));
  await sleeping('sleeper');
  reset();
  expect(await lost).toBe('CONNECTION_CLOSED');
  await expectToServe(sql);
});

test('every statement of a lost transaction fails, also those that waited for others', async (t) => {
  const { open, reset, sleeping } = await resettable(t);
  const sql = open('sleeper');
  const statements: Promise<unknown>[] = [];
  const lost = codeOf(
    sql.begin((tx) => {
      statements.push(codeOf(tx`select pg_sleep(${60})`), codeOf(tx`select 1`), codeOf(tx`select 2`));
      return Promise.all(statements);
    }),
  );
  await sleeping('sleeper');
  reset();
  expect(await Promise.all(statements)).toEqual(['ECONNRESET', 'CONNECTION_CLOSED', 'CONNECTION_CLOSED']);
  expect(await lost).toBe('CONNECTION_CLOSED');
  await expectToServe(sql);
});

test('what a killed connection was saying is forgotten: the next statement gets its own rows', async (t) => {
  const { open } = await resettable(t);
  const sql = open('killed');
  // The row comes before the end.
  expect(await codeOf(sql`select pg_terminate_backend(pg_backend_pid())`)).toBe('CONNECTION_CLOSED');
  await expectToServe(sql);
});

test('a pool ends after its connection was killed', async (t) => {
  const { open } = await resettable(t);
  const sql = open('killed');
  await codeOf(sql`select pg_terminate_backend(pg_backend_pid())`);
  await sql.end();
});

test('a pool that ends waits for no connection that is lost meanwhile', async (t) => {
  const { open, reset, sleeping } = await resettable(t);
  const sql = open('sleeper');
  const lost = codeOf(sql`select pg_sleep(60)`);
  await sleeping('sleeper');
  const ended = sql.end();
  reset();
  await ended;
  expect(await lost).toBe('ECONNRESET');
});

test('a pool that is ended while it waits to connect anew does not connect', async (t) => {
  const { open, connections } = await resettable(t);
  const sql = open('killed');
  await codeOf(sql`select pg_terminate_backend(pg_backend_pid())`);
  const waiting = codeOf(sql`select 1`.execute());
  await sql.end({ timeout: 0 });
  expect(await waiting).toBe('CONNECTION_DESTROYED');
  // Another pool waits as long from now on.
  const other = open('other');
  await codeOf(other`select pg_terminate_backend(pg_backend_pid())`);
  await expectToServe(other);
  expect(await connections('killed')).toBe(0);
});

test('a pool counts its transactions until they end, also those that never got a connection', async (t) => {
  const { apiUrl } = await testDatabase(t);
  const pool = openDatabase(apiUrl, 'test', 1);
  t.onTestFinished(() => pool.$client.end());
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const [first, second] = [pool.transaction(() => held), pool.transaction(async () => {})];
  await until(() => pool.load.running === 1, 'one has the connection');
  expect(pool.load).toEqual({ connections: 1, waiting: 1, running: 1 });
  end();
  await Promise.all([first, second]);
  expect(pool.load).toMatchObject({ waiting: 0, running: 0 });

  const nowhere = openDatabase('postgres://nobody@127.0.0.1:1/none', 'test', 1);
  t.onTestFinished(() => nowhere.$client.end());
  await expect(nowhere.transaction(async () => {})).rejects.toThrow();
  expect(nowhere.load).toMatchObject({ waiting: 0, running: 0 });
});

test('a package without the patch is refused', async (t) => {
  vi.resetModules();
  vi.doMock('postgres', () => ({ default: () => ({}) }));
  t.onTestFinished(() => {
    vi.doUnmock('postgres');
    vi.resetModules();
  });
  const unpatched = await import('../../db/client.ts');
  expect(() => unpatched.connect('postgres://127.0.0.1/haas', 'test', 1)).toThrow('lacks the patch of infra/patches');
});
