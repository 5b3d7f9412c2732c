import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { migrate } from '../../db/migrate.ts';
import { agentLogin, createAgentLogin, createRoles } from '../../db/roles.ts';
import { ensureCluster } from '../../infra/postgres/cluster.ts';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { startApiProcess } from '../support/api-process.ts';
import type { TestDatabase } from '../support/database.ts';
import { cabledNode, reserve } from '../support/rack.ts';
import { until } from '../support/until.ts';
import { makeWorld, type World } from '../support/world.ts';

const NODES = 8;

/** Eight reserved nodes on a mock switch, and a network. */
async function rack(world: World): Promise<void> {
  for (let number = 1; number <= NODES; number++) {
    await cabledNode(world, `n${number}`, number);
    await reserve(world, `n${number}`, 'blue');
  }
  await world.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
}

type Call = (user: string, method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;

const promised = z.object({ status_id: z.uuid() });

/** Connects and detaches every node in turn while `trouble` happens; answers the actions that were promised. */
async function changeDuring({ signal }: TestContext, call: Call, trouble: () => Promise<unknown>): Promise<string[]> {
  const promises: string[] = [];
  let over = false;
  const clients = Array.from({ length: NODES }, async (_, index) => {
    for (let round = 0; !over && !signal.aborted; round++) {
      const verb = round % 2 === 0 ? 'connect' : 'detach';
      const answer = await call('ada', 'POST', `/node/n${index + 1}/nic/eth0/${verb}_network`, { network: 'lan' }).catch(
        () => undefined,
      );
      if (answer?.status === 202) promises.push(promised.parse(answer.body).status_id);
    }
  });
  try {
    await trouble();
  } finally {
    over = true;
    await Promise.all(clients);
  }
  return promises;
}

/** Every promise was kept or broken in the open, none was doubled, and rows and history agree. */
async function expectNothingLost(world: World, promises: readonly string[]): Promise<void> {
  await until(async () => {
    const [left] = await world.sql`select count(*)::int as count from commands where status in ('queued', 'running')`;
    return left?.['count'] === 0;
  }, 'every command has ended');
  const ended = await world.sql`select id, status, message from commands`;
  const byId = new Map(ended.map((row) => [String(row['id']), row]));
  for (const id of promises) expect(byId.get(id), `what became of ${id}`).toBeDefined();
  expect(new Set(promises).size).toBe(promises.length);
  expect(ended.filter(({ status }) => status !== 'done')).toEqual([]);
  // The attachments are those of each NIC's last finished action.
  const wrong = await world.sql`
    select n.id from nics n
      cross join lateral (select a.change from networking_actions a join commands c on c.id = a.id where a.nic_id = n.id order by c.seq desc limit 1) last
      where (last.change = 'connect') <> exists (select from attachments t where t.nic_id = n.id)`;
  expect(wrong).toEqual([]);
}

test('connections that are killed again and again lose nothing and double nothing', { timeout: 60_000 }, async (t) => {
  const world = await makeWorld(t);
  await rack(world);
  await startAgentProcess(t, world, await agentStateFolder(t));
  const promises = await changeDuring(t, world.call, async () => {
    for (let round = 0; round < 10; round++) {
      const before = await finished(world);
      await world.sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and usename like 'haas\\_%' and pid <> pg_backend_pid()`;
      await until(async () => (await finished(world)) > before + 3, 'work goes on');
    }
  });
  expect(promises.length).toBeGreaterThan(30);
  await expectNothingLost(world, promises);
});

test('a restart of Postgres loses nothing and doubles nothing', { timeout: 90_000 }, async (t) => {
  const { database, restart } = await ownServer(t);
  const world = await makeWorld(t, {}, database);
  await rack(world);
  await startAgentProcess(t, world, await agentStateFolder(t));
  const promises = await changeDuring(t, world.call, async () => {
    for (let round = 0; round < 3; round++) {
      const before = await finished(world);
      await restart();
      await until(async () => (await finished(world)) > before + 3, 'work goes on');
    }
  });
  expect(promises.length).toBeGreaterThan(10);
  await expectNothingLost(world, promises);
});

test('an API host that is killed in the middle of requests loses nothing and doubles nothing', { timeout: 90_000 }, async (t) => {
  const world = await makeWorld(t);
  await rack(world);
  await startAgentProcess(t, world, await agentStateFolder(t));
  const promises: string[] = [];
  for (let round = 0; round < 3; round++) {
    const api = await startApiProcess(t, world);
    promises.push(
      ...(await changeDuring(t, api.call, async () => {
        const before = await finished(world);
        await until(async () => (await finished(world)) > before + 10, 'requests are on their way');
        await api.kill();
      })),
    );
  }
  expect(promises.length).toBeGreaterThan(10);
  await expectNothingLost(world, promises);
});

async function finished(world: World): Promise<number> {
  const [row] = await world.sql`select count(*)::int as count from commands where status = 'done'`.catch(() => [{ count: 0 }]);
  return Number(row?.['count']);
}

/** A durable server of this test alone. */
async function ownServer(t: TestContext): Promise<{ database: TestDatabase; restart: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'haas-own-server-'));
  let cluster = await ensureCluster({ directory });
  t.onTestFinished(async () => {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  });
  const url = (user?: string) => cluster.url('haas', user, user && 'secret');
  await createRoles(cluster.url('postgres'), 'haas', { owner: 'secret', api: 'secret' });
  await createAgentLogin(cluster.url('postgres'), 'rack-1', 'secret');
  await migrate(url('haas_owner'));
  return {
    database: {
      name: 'haas',
      superuserUrl: url(),
      ownerUrl: url('haas_owner'),
      apiUrl: url('haas_api'),
      agentUrl: async (label) => url(agentLogin(label)),
    },
    async restart() {
      await cluster.stop();
      cluster = await ensureCluster({ directory, port: cluster.port });
    },
  };
}
