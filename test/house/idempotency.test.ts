import { Agent, request } from 'node:http';
import { expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { type ApiProcess, startApiProcess } from '../support/api-process.ts';
import { drivenNode, mockSwitch, reserve } from '../support/rack.ts';
import { startProxy } from '../support/tcp-proxy.ts';
import { basic, makeWorld, type World } from '../support/world.ts';

/** A change that is sent more than once, and the status that it is answered with. */
interface Change {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly status: number;
}

interface Answer {
  readonly status: number;
  readonly isReplay: boolean;
  readonly body: unknown;
}

/** How many changes of each kind are sent: 10,000 in all. */
const PROJECTS = 2_500;
const NODES = 2_500;
const NICS = 2_000;
const RESERVATIONS = 1_000;
const METADATA = 600;
const CYCLES = 600;
const CONNECTIONS = 300;
const REFUSED = 500;

const SENDINGS = 3;
const LOST = 0.2;
const CLIENTS = 32;
const MACHINES = 30;

const count = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));

const changes: Change[] = [
  ...count(PROJECTS, (i) => ({ method: 'PUT', path: `/project/made-${i}`, status: 200 })),
  ...count(NODES, (i) => ({
    method: 'PUT',
    path: `/node/made-${i}`,
    body: { obmd: { uri: 'http://obmd.test', admin_token: 'token' }, metadata: { rack: 'A7' } },
    status: 200,
  })),
  ...count(NICS, (i) => ({ method: 'PUT', path: `/node/bare-${i}/nic/made`, body: { macaddr: '' }, status: 200 })),
  ...count(RESERVATIONS, (i) => ({
    method: 'POST',
    path: '/project/blue/connect_node',
    body: { node: `bare-${i}` },
    status: 200,
  })),
  ...count(METADATA, (i) => ({ method: 'PUT', path: `/node/bare-${i}/metadata/row`, body: { value: i }, status: 200 })),
  ...count(CYCLES, (i) => ({ method: 'POST', path: `/node/machine-${i % MACHINES}/power_cycle`, status: 202 })),
  ...count(CONNECTIONS, (i) => ({
    method: 'POST',
    path: `/node/cabled-${i}/nic/eth0/connect_network`,
    body: { network: 'provision' },
    status: 202,
  })),
  ...count(REFUSED, () => ({ method: 'PUT', path: '/project/blue', status: 409 })),
];

/** Puts into the database what would take as many requests as are sent: free nodes, and reserved ones with a cable. */
async function arrangeHouse(w: World): Promise<void> {
  await mockSwitch(w, 'sw1');
  await w.arrange('PUT', '/network/provision', { owner: 'blue', access: 'blue', net_id: '' });
  for (let index = 0; index < MACHINES; index++) {
    await drivenNode(w, `machine-${index}`);
    await reserve(w, `machine-${index}`, 'blue');
  }
  await w.sql`
    insert into nodes (label, obmd_uri, obmd_token) select 'bare-' || i, 'http://obmd.test', 'token' from generate_series(0, ${NICS}) i`;
  await w.sql`
    with node as (
      insert into nodes (label, obmd_uri, obmd_token, project_id)
        select 'cabled-' || i, 'http://obmd.test', 'token', p.id from generate_series(0, ${CONNECTIONS - 1}) i, projects p
          where p.label = 'blue' returning id, label),
    port as (
      insert into ports (switch_id, label) select s.id, 'gi1/0/' || i from switches s, generate_series(0, ${CONNECTIONS - 1}) i
        returning id, label)
    insert into nics (node_id, label, mac_address, port_id)
      select node.id, 'eth0', '', port.id from node join port on replace(node.label, 'cabled-', 'gi1/0/') = port.label`;
}

/** Sends a change by a connection that is kept alive; undefined where the answer is lost. */
function send(agent: Agent, api: URL, { method, path, body }: Change, key: string): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const headers = { authorization: basic('root'), prefer: 'respond-async', 'idempotency-key': key };
    const sent = request({ agent, host: api.hostname, port: api.port, method, path: `/v0${path}`, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += String(chunk);
      });
      answer.on('error', () => resolve(undefined));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          isReplay: answer.headers['idempotency-replayed'] === 'true',
          body: text === '' ? null : withoutId(JSON.parse(text)),
        }),
      );
    });
    sent.on('error', () => resolve(undefined));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** An answer without what is of this one sending only. */
function withoutId(body: unknown): unknown {
  const { request_id: _, ...rest } = z.record(z.string(), z.unknown()).parse(body);
  return rest;
}

const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);

test(`${changes.length} changes, each sent ${SENDINGS} times through a network that loses ${LOST * 100} % of the answers, happen once`, {
  timeout: 300_000,
}, async (t) => {
  const w = await makeWorld(t);
  const [apis] = await Promise.all([twoApis(t, w), arrangeHouse(w)]);
  const proxies = await Promise.all(apis.map(({ url }) => startProxy(t, Number(new URL(url).port))));
  const urls = proxies.map((proxy, index) => new URL(proxy.url(String(apis[index]?.url))));
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  t.onTestFinished(() => agent.destroy());
  let lost = 0;
  for (const proxy of proxies) proxy.lose(() => Math.random() < LOST);

  const waiting = shuffled(changes).entries();
  const failures: unknown[] = [];
  await Promise.all(
    count(CLIENTS, async () => {
      for (const [index, change] of waiting) {
        const answers: Answer[] = [];
        for (let sending = 0; sending < SENDINGS; sending++) {
          const url = urls[(index + sending) % urls.length];
          const answer = url && (await send(agent, url, change, `change-${index}`));
          if (answer) answers.push(answer);
          else lost++;
        }
        const [first] = answers;
        const isSame = answers.every(
          ({ status, body }) => status === change.status && JSON.stringify(body) === JSON.stringify(first?.body),
        );
        const isOnce = answers.filter(({ isReplay }) => !isReplay).length <= 1;
        if (!isSame || !isOnce) failures.push({ change, answers });
      }
    }),
  );
  expect(failures).toEqual([]);
  expect(lost).toBeGreaterThan(changes.length * SENDINGS * LOST * 0.8);

  const [counts] = await w.sql`select
    (select count(*)::int from projects where label like 'made-%') as projects,
    (select count(*)::int from nodes where label like 'made-%') as nodes,
    (select count(*)::int from node_metadata) as metadata,
    (select count(*)::int from nics where label = 'made') as nics,
    (select count(*)::int from nodes where label like 'bare-%' and project_id is not null) as reservations,
    (select count(*)::int from node_actions where action = 'power_cycle') as cycles,
    (select count(*)::int from networking_actions) as connections,
    (select count(*)::int from commands) as commands,
    (select count(*)::int from idempotency_keys where outcome is not null) as keys`;
  expect(counts).toEqual({
    projects: PROJECTS,
    nodes: NODES,
    metadata: NODES + METADATA,
    nics: NICS,
    reservations: RESERVATIONS,
    cycles: CYCLES,
    connections: CONNECTIONS,
    commands: CYCLES + CONNECTIONS,
    keys: changes.length,
  });
});

async function twoApis(t: TestContext, w: World): Promise<ApiProcess[]> {
  return Promise.all([startApiProcess(t, w), startApiProcess(t, w)]);
}
