import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { connect } from '../../db/client.ts';
import { agentStateFolder } from '../support/agent-process.ts';
import { emptyDatabase, testDatabase } from '../support/database.ts';
import { bareNode } from '../support/rack.ts';
import { allRows, migrateStepwise } from '../support/releases.ts';
import { apiKeys, makeWorld } from '../support/world.ts';

const connected = '00000000-0000-4000-8000-000000000001';
const pending = '00000000-0000-4000-8000-000000000002';

test('every release keeps what the one before held, and the latest works with what the first one wrote', {
  timeout: 60_000,
}, async (t) => {
  const database = await emptyDatabase(t);
  const owner = connect(database.ownerUrl, 'test', 1);
  t.onTestFinished(() => owner.end());
  let before: Awaited<ReturnType<typeof allRows>> = new Map();
  await migrateStepwise(database.ownerUrl, {
    async migrated(tag) {
      const after = await allRows(owner);
      for (const [table, rows] of before) {
        const columns = Object.keys(rows[0] ?? {});
        const kept = new Set(after.get(table)?.map((row) => JSON.stringify(columns.map((column) => row[column]))));
        const lost = rows.filter((row) => !kept.has(JSON.stringify(columns.map((column) => row[column]))));
        expect(lost, `rows of ${table} that ${tag} has not kept`).toEqual([]);
      }
    },
    async filled() {
      before = await allRows(owner);
    },
  });
  // A table that is new needs rows in test/support/releases, or the release after it is tested without.
  expect([...before].filter(([, rows]) => rows.length === 0).map(([table]) => table)).toEqual([]);

  const w = await makeWorld(t, {}, database);
  const body = async (user: string, path: string) => (await w.call(user, 'GET', path)).body;
  expect(await body('linus', '/project/green/nodes')).toEqual(['old-node-1', 'old-node-3']);
  expect(await body('linus', '/node/old-node-1')).toMatchObject({
    project: 'green',
    nics: [
      { label: 'eth0', networks: { 'vlan/native': 'old-lan' } },
      { label: 'eth1', networks: {} },
    ],
    metadata: { rack: 'A7' },
  });
  expect(await body('linus', '/network/old-lan')).toMatchObject({
    owner: 'green',
    channels: ['vlan/native', 'vlan/100'],
    'connected-headnodes': { 'old-gate': ['eth0'] },
  });
  expect(await body('grace', '/switch/old-1')).toMatchObject({
    type: 'mock',
    ports: [{}, {}, { suspect_reason: expect.any(String) }],
  });
  expect(await body('linus', '/headnode/old-gate')).toMatchObject({ project: 'green' });
  expect(await body('linus', `/networking_action/${connected}`)).toMatchObject({ status: 'DONE' });

  expect(await body('linus', `/networking_action/${pending}`)).toMatchObject({ status: 'PENDING' });
  expect(
    (await w.call('linus', 'POST', '/node/old-node-1/nic/eth1/detach_network', { network: 'old-public' })).body,
  ).toMatchObject({
    code: 'busy',
  });
  await w.sql`select finish_command(${pending}, 'done', null, null, '{"port": {"native": 2000, "tagged": [], "enabled": true}, "changed": true}')`;
  expect(await body('linus', `/networking_action/${pending}`)).toMatchObject({ status: 'DONE' });
  expect((await w.call('linus', 'POST', '/node/old-node-1/nic/eth1/detach_network', { network: 'old-public' })).status).toBe(202);
});

test('programs of an older release do not start on the database of a newer one, and say so', { timeout: 60_000 }, async (t) => {
  const database = await testDatabase(t);
  const owner = connect(database.ownerUrl, 'test', 1);
  t.onTestFinished(() => owner.end());
  await owner`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of the future', 99999999999999)`;
  const folder = await mkdtemp(join(tmpdir(), 'haas-api-'));
  t.onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'keys.json'), JSON.stringify(apiKeys), { mode: 0o600 });
  const env = {
    DATABASE_URL: database.apiUrl,
    HAAS_KEY_FILE: join(folder, 'keys.json'),
    HAAS_LISTEN: '127.0.0.1:0',
    HAAS_OWNER_URL: database.ownerUrl,
    HAAS_AGENT_URL: await database.agentUrl('rack-1'),
    HAAS_AGENT_STATE_DIR: await agentStateFolder(t),
  };
  const programs = [['infra/hosts/node.ts'], ['agents/run.ts'], ['infra/admin.ts', 'migrate']];
  await Promise.all(
    programs.map(async (program) => {
      const ended = await execa(process.execPath, ['--import', 'tsx', ...program], { env, reject: false, timeout: 50_000 });
      expect(ended, ended.stderr).toMatchObject({ exitCode: 1 });
      expect(ended.stderr).toMatch(
        /^[^\n]*1 migration\(s\) that this version of HaaS does not know: run the version that made them/,
      );
    }),
  );
});

test('an API host that runs goes on while the database is migrated under it, as far as what it knows is still there', async (t) => {
  const w = await makeWorld(t);
  await bareNode(w, 'n1');
  const statuses = async () => {
    const asked = ['/nodes/free', '/node/n1', '/networks'].map(async (path) => (await w.call('root', 'GET', path)).status);
    return [...(await Promise.all(asked)), (await w.call('root', 'PATCH', '/node/n1', { metadata: {} })).status];
  };
  const before = await statuses();
  await w.sql`alter table nodes add column colour text not null default 'grey'`;
  await w.sql`create table colours (node_id bigint references nodes)`;
  expect(await statuses()).toEqual(before);
  expect(await w.call('root', 'PUT', '/node/n2', { obmd: { uri: 'http://obmd.test', admin_token: 'token' } })).toMatchObject({
    status: 200,
  });
  await w.sql`alter table nodes rename column label to name`;
  const after = await statuses();
  expect([after[0], after[2]]).toEqual([500, 200]);
});
