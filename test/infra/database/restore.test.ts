import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { pino } from 'pino';
import { describe, expect, inject, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { type Connection, connect } from '../../../db/client.ts';
import { distrustDevices } from '../../../db/restored.ts';
import { agentLogin, createAgentLogin, createRoles } from '../../../db/roles.ts';
import { operations } from '../../../functions/operations.ts';
import { readSettings } from '../../../functions/settings.ts';
import { openApi } from '../../../infra/hosts/api.ts';
import { agentStateFolder, startAgentProcess } from '../../support/agent-process.ts';
import type { TestDatabase } from '../../support/database.ts';
import { testDatabase } from '../../support/database.ts';
import { debianMissing, debianPrograms, startDebianServer } from '../../support/debian-postgres.ts';
import { lackOf, skipped } from '../../support/lacking.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { allRows, migrateStepwise } from '../../support/releases.ts';
import { apiKeys, basic, makeWorld, people } from '../../support/world.ts';

const missing = debianMissing ?? lackOf(['jq']);

const PASSWORD = 'p%w/o"rd';

function described(serverUrl: string, name: string, passwords: { owner: string; api: string; agent: string }): TestDatabase {
  const url = (user?: string, password?: string) => {
    const made = new URL(serverUrl);
    made.pathname = `/${name}`;
    if (user !== undefined) made.username = user;
    if (password !== undefined) made.password = encodeURIComponent(password);
    return made.href;
  };
  return {
    name,
    superuserUrl: url(),
    ownerUrl: url('haas_owner', passwords.owner),
    apiUrl: url('haas_api', passwords.api),
    agentUrl: async (label) => url(agentLogin(label), passwords.agent),
  };
}

/** Runs one of the scripts with PostgreSQL 15's programs. */
function script(name: 'backup' | 'restore', ownerUrl: string, ...words: string[]) {
  return execa(`infra/database/${name}.sh`, words, {
    env: { PATH: `${debianPrograms}:${process.env['PATH']}`, HAAS_OWNER_URL: ownerUrl },
    extendEnv: false,
    reject: false,
  });
}

function admin(words: readonly string[], env: Record<string, string>) {
  return execa(process.execPath, ['infra/admin.mjs', ...words], { env: { PATH: process.env['PATH'], ...env }, extendEnv: false });
}

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-copies-'));
  t.onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

function open(t: TestContext, url: string): Connection {
  const connection = connect(url, 'test', 2);
  t.onTestFinished(() => connection.end());
  return connection;
}

/** Who owns what, and who may do what with it. */
async function rights(sql: Connection): Promise<unknown> {
  return Promise.all([
    sql`select relname::text, relowner::regrole::text, relacl::text from pg_class
      where relnamespace in ('public'::regnamespace, 'drizzle'::regnamespace) order by 1`,
    sql`select attrelid::regclass::text, attname::text, attacl::text from pg_attribute where attacl is not null order by 1, 2`,
    sql`select proname::text, proowner::regrole::text, proacl::text, prosecdef, proconfig::text from pg_proc
      where pronamespace = 'public'::regnamespace order by 1, pg_get_function_identity_arguments(oid)`,
    sql`select nspname::text, nspowner::regrole::text, nspacl::text from pg_namespace where nspname in ('public', 'drizzle') order by 1`,
    sql`select datacl::text from pg_database where datname = current_database()`,
    sql`select has_function_privilege('haas_api', 'lo_create(oid)', 'execute') as "largeObjects"`,
    sql`select tgname::text, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1, 2`,
    sql`select conname::text, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2`,
    sql`select indexdef from pg_indexes where schemaname = 'public' order by 1`,
  ]);
}

describe.skipIf(missing !== undefined)(`backup and restore${skipped(missing)}`, () => {
  test('a copy of a database in use, restored into an empty server, is all of it, and is believed once devices were read', {
    timeout: 120_000,
  }, async (t) => {
    const [source, target] = await Promise.all([startDebianServer(t), startDebianServer(t)]);
    const passwords = { owner: PASSWORD, api: PASSWORD, agent: PASSWORD };
    const database = described(source, 'haas', passwords);
    await createRoles(source, 'haas', passwords);
    await migrateStepwise(database.ownerUrl);
    const world = await makeWorld(t, {}, database);
    const login = { username: 'u', password: 'p' };
    await world.arrange('PUT', '/switch/sw1', { type: 'mock', hostname: 'mock', agent: 'rack-1', ...login });
    for (const number of [1, 2, 3]) await cabledNode(world, `n${number}`, number);
    for (const node of ['n1', 'n2']) await reserve(world, node, 'blue');
    await world.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
    const connectTo = (node: string) => world.call('ada', 'POST', `/node/${node}/nic/eth0/connect_network`, { network: 'lan' });
    await world.finish(await connectTo('n1'));
    const unfinished = z.object({ status_id: z.uuid() }).parse((await connectTo('n2')).body).status_id;

    // Networks are made all the while, each by rows of several tables.
    const before = await allRows(world.sql);
    let isOver = false;
    const users = (async () => {
      let made = 0;
      for (; !isOver; made++) await world.arrange('PUT', `/network/more-${made}`, { owner: 'blue', access: 'blue', net_id: '' });
      return made;
    })();
    const folder = await folderOf(t);
    const backup = await script('backup', database.ownerUrl, folder);
    isOver = true;
    expect(await users).toBeGreaterThan(3);
    const after = await allRows(world.sql);
    expect(backup, backup.stderr).toMatchObject({ exitCode: 0, stderr: '' });
    const copy = backup.stdout;
    expect(await readdir(folder)).toEqual([copy.slice(folder.length + 1)]);
    expect((await stat(copy)).mode & 0o777).toBe(0o600);

    // Cut short after the data was restored, and before anything was put in doubt.
    const half = await admin(['database', '--empty', '--name', 'half'], { HAAS_SUPERUSER_URL: target });
    await writeFile(join(folder, 'node'), '#!/bin/sh\nexit 1\n', { mode: 0o700 });
    const program = 'infra/database/restore.sh';
    const cut = await execa(program, [copy], {
      env: { PATH: `${folder}:${debianPrograms}:${process.env['PATH']}`, HAAS_OWNER_URL: half.stdout.split(/[=\n]/)[1] },
      extendEnv: false,
      reject: false,
    });
    expect(cut).toMatchObject({
      exitCode: 1,
      stderr:
        'restore.sh: the copy is restored, and that is not all: start nothing before haas-admin migrate, and then haas-admin restored, was done',
    });

    const made = await admin(['database', '--empty', '--name', 'restored'], { HAAS_SUPERUSER_URL: target });
    const [, ownerUrl = '', apiUrl = ''] = /^HAAS_OWNER_URL=(\S+)\nDATABASE_URL=(\S+)$/.exec(made.stdout) ?? [];
    expect(await script('restore', ownerUrl, '--current', copy)).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining('rack-1\nrack-9'),
    });
    const restored = { ...described(target, 'restored', passwords), ownerUrl, apiUrl };
    const sql = open(t, restored.superuserUrl);
    for (const [table, rows] of await allRows(sql)) {
      const texts = (found: readonly object[] = []) => new Set(found.map((row) => JSON.stringify(row)));
      const [earlier, later, now] = [texts(before.get(table)), texts(after.get(table)), texts(rows)];
      expect(
        [...earlier].filter((row) => later.has(row) && !now.has(row)),
        `rows of ${table} that are missing`,
      ).toEqual([]);
      expect(
        [...now].filter((row) => !earlier.has(row) && !later.has(row)),
        `rows of ${table} that never were`,
      ).toEqual([]);
    }
    // Of one moment: what one transaction wrote is there as a whole, or not at all.
    expect(await sql`select label from networks n where (select count(*) from vlans v where v.network_id = n.id) <> 1`).toEqual(
      [],
    );
    expect(await rights(sql)).toEqual(await rights(world.sql));
    expect((await script('restore', ownerUrl, copy)).stderr).toMatch(/is not empty: make an empty one/);

    // As if the copy had been an older one.
    const told = await admin(['restored'], { HAAS_OWNER_URL: ownerUrl });
    expect(told.stdout).toMatch(/unknown now: +2\nPorts .*: +5\n/);
    expect(await sql`select status, reason from commands where id = ${unfinished}`).toEqual([
      { status: 'unknown', reason: 'restored' },
    ]);
    expect(await sql`select label from devices where lease_holder is not null or waiting or fence < 1700000000000`).toEqual([]);

    const api = await openApi({ databaseUrl: apiUrl, keys: apiKeys, settings: readSettings({}), log: pino({ level: 'silent' }) });
    t.onTestFinished(() => api.close());
    await expect(distrustDevices(ownerUrl)).rejects.toThrow('haas_api: still connected to the database');
    const { port } = await api.listen({ hostname: '127.0.0.1', port: 0 }, operations);
    const call = async (method: string, path: string, body?: unknown) => {
      const response = await fetch(`http://127.0.0.1:${port}/v0${path}`, {
        method,
        headers: { authorization: basic(people.admin) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text) };
    };
    expect(await call('POST', '/project/blue/connect_node', { node: 'n3' })).toMatchObject({
      status: 409,
      body: { code: 'suspect_port' },
    });
    expect(await call('PUT', '/network/new', { owner: 'blue', access: 'blue', net_id: '' })).toMatchObject({ status: 503 });

    // The other agent of the copy stays away, and its ports in doubt.
    await createAgentLogin(target, 'rack-1', PASSWORD);
    await startAgentProcess(t, { database: restored }, await agentStateFolder(t));
    await writeFile(join(folder, '.netrc'), `machine 127.0.0.1 login ${people.admin} password "correct horse"\n`, {
      mode: 0o600,
    });
    const proven = await execa('docs/examples/prove-ports.sh', ['sw1'], {
      env: { PATH: process.env['PATH'], HOME: folder, HAAS: `http://127.0.0.1:${port}/v0` },
      extendEnv: false,
      reject: false,
    });
    expect(proven, proven.stderr).toMatchObject({
      exitCode: 0,
      stdout:
        'sw1 gi1/0/1: proven with lan on vlan/native\nsw1 gi1/0/2: on no network, proven\nsw1 gi1/0/3: on no network, proven',
    });
    expect((await call('GET', '/node/n1')).body).toMatchObject({ nics: [{ networks: { 'vlan/native': 'lan' } }] });
    expect(await call('POST', '/project/blue/connect_node', { node: 'n3' })).toMatchObject({ status: 200 });
    expect(
      await sql`select from ports p join switches s on s.id = p.switch_id where s.label = 'sw1' and suspect_since is not null`,
    ).toEqual([]);
  });

  test('what cannot be copied or restored is said, with what to do', async (t) => {
    const folder = await folderOf(t);
    const { ownerUrl } = await testDatabase(t);
    const { password } = inject('databaseServer');
    const version = await open(t, ownerUrl)`show server_version_num`;
    const isNewer = Number(version[0]?.['server_version_num']) >= 160_000;
    const copied = await script('backup', ownerUrl, folder);
    if (isNewer)
      expect(copied.stderr).toMatch(
        /^backup\.sh: pg_dump is of PostgreSQL 15 and the server of \d\d: install postgresql-client-\d\d, and/,
      );
    const wrong = new URL(ownerUrl);
    wrong.password = 'wrong';
    const said = await Promise.all([
      script('backup', wrong.href, folder),
      script('backup', ownerUrl, join(folder, 'nowhere')),
      script('backup', '', folder),
      script('backup', 'haas', folder),
      writeFile(join(folder, 'broken.dump'), 'PGDMP nonsense').then(() =>
        script('restore', ownerUrl, join(folder, 'broken.dump')),
      ),
    ]);
    expect(said.map(({ exitCode }) => exitCode !== 0)).toEqual(Array(5).fill(true));
    const [denied, nowhere, unset, noUrl] = said.map(({ stderr }) => stderr);
    expect(denied).toMatch(/password authentication failed/);
    expect(nowhere).toMatch(/nowhere is no folder that can be written to/);
    expect(unset).toMatch(/HAAS_OWNER_URL is missing/);
    expect(noUrl).toMatch(/HAAS_OWNER_URL is no URL of the form/);
    for (const { stderr, stdout } of said) expect(stderr + stdout).not.toContain(password);
    expect(await readdir(folder)).toEqual(isNewer ? ['broken.dump'] : [expect.any(String), 'broken.dump']);
  });
});
