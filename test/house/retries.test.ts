import { createServer } from 'node:http';
import { execa } from 'execa';
import { expect, type TestContext, test } from 'vitest';
import { type ApiProcess, startApiProcess } from '../support/api-process.ts';
import { lackOf, skipped } from '../support/lacking.ts';
import { listening } from '../support/listening.ts';
import { bareNode, cabledNode, drivenNode, reserve } from '../support/rack.ts';
import { startProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { basic, makeWorld, type World, waitingForLocks } from '../support/world.ts';

const TWINS = 20;

const curlMissing = lackOf(['curl']);

/** Sends a request under a key, without waiting for devices. */
async function send(api: ApiProcess, method: string, path: string, body?: object, key = 'key') {
  const answer = await fetch(api.url + path, {
    method,
    headers: { authorization: basic('ada'), prefer: 'respond-async', 'idempotency-key': key },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text(), isReplay: answer.headers.has('idempotency-replayed') };
}

function twoApis(t: TestContext, w: World, env?: Record<string, string>): Promise<[ApiProcess, ApiProcess]> {
  return Promise.all([startApiProcess(t, w, env), startApiProcess(t, w, env)]);
}

async function project(w: World, node: string): Promise<unknown> {
  const [row] = await w.sql`select p.label from nodes n left join projects p on p.id = n.project_id where n.label = ${node}`;
  return row?.['label'];
}

test(`${TWINS} requests at once with one key, to two API processes, are one`, { timeout: 120_000 }, async (t) => {
  const w = await makeWorld(t);
  const [one, other] = await twoApis(t, w);
  await cabledNode(w, 'n1');
  await drivenNode(w, 'n2');
  const requests = [
    ['POST', '/project/blue/connect_node', { node: 'n1' }, 200],
    ['POST', '/project/blue/connect_node', { node: 'n2' }, 200],
    ['PUT', '/network/provision', { owner: 'blue', access: 'blue', net_id: '' }, 200],
    ['POST', '/node/n1/nic/eth0/connect_network', { network: 'provision' }, 202],
    ['POST', '/node/n2/power_cycle', undefined, 202],
    ['POST', '/project/blue/power', { nodes: ['n2'], action: 'status' }, 202],
    ['DELETE', '/network/provision', undefined, 409],
  ] as const;
  for (const [method, path, body, status] of requests) {
    const key = `${method} ${path} ${JSON.stringify(body)}`;
    const answers = await Promise.all(
      Array.from({ length: TWINS }, (_, twin) => send(twin % 2 === 0 ? one : other, method, path, body, key)),
    );
    expect(
      answers.filter(({ isReplay }) => !isReplay),
      key,
    ).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.status)), key).toEqual(new Set([status]));
    expect(new Set(answers.map(({ text }) => text.replace(/"request_id":"[^"]+"/, ''))).size, key).toBe(1);
  }
  expect(await w.sql`select from commands`).toHaveLength(3);
  expect(await w.sql`select from networks`).toHaveLength(1);
});

test('a process that is killed after the change and before the answer leaves the answer for whoever asks again', async (t) => {
  const w = await makeWorld(t);
  let told = 0;
  let killed: Promise<void> | undefined;
  // It is told between the two.
  const maintenance = createServer(() => {
    told++;
    killed = first.kill();
  });
  const port = await listening(t, maintenance);
  const [first, second] = await twoApis(t, w, {
    HAAS_MAINTENANCE_PROJECT: 'red',
    HAAS_MAINTENANCE_URL: `http://127.0.0.1:${port}/`,
  });
  await bareNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const detach = (api: ApiProcess) => send(api, 'POST', '/project/blue/detach_node', { node: 'n1' });
  await expect(detach(first)).rejects.toThrow('fetch failed');
  await killed;
  expect(await project(w, 'n1')).toBe('red');
  expect(await detach(second)).toEqual({ status: 200, text: '', isReplay: true });
  expect(told).toBe(1);
});

test('a process that is killed before the change is done leaves nothing, and whoever asks again has it done', async (t) => {
  const w = await makeWorld(t);
  const [first, second] = await twoApis(t, w);
  await bareNode(w, 'n1');
  const reservation = (api: ApiProcess) => send(api, 'POST', '/project/blue/connect_node', { node: 'n1' });
  await w.sql.begin(async (tx) => {
    await tx`select from nodes where label = 'n1' for update`;
    const lost = expect(reservation(first)).rejects.toThrow('fetch failed');
    await until(async () => (await waitingForLocks(w)) === 1, 'the request waits for the node');
    await first.kill();
    await lost;
  });
  expect(await reservation(second)).toEqual({ status: 200, text: '', isReplay: false });
  expect(await project(w, 'n1')).toBe('blue');
});

test.skipIf(curlMissing !== undefined)(
  `curl --retry has it done once, and gets the first answer${skipped(curlMissing)}`,
  async (t) => {
    const w = await makeWorld(t);
    const api = await startApiProcess(t, w);
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
    const proxy = await startProxy(t, Number(new URL(api.url).port));
    let answers = 0;
    proxy.lose(() => ++answers === 1);
    const { stdout } = await execa('curl', [
      ...['--silent', '--show-error', '--include', '--retry', '5', '--retry-all-errors', '--request', 'POST'],
      ...[
        '--header',
        `Authorization: ${basic('ada')}`,
        '--header',
        'Prefer: respond-async',
        '--header',
        'Idempotency-Key: cycle',
      ],
      `${proxy.url(api.url)}/node/n1/power_cycle`,
    ]);
    const [command, ...others] = await w.sql`select id from commands`;
    expect(others).toEqual([]);
    expect(stdout).toMatch(/^HTTP\/1\.1 202 /);
    expect(stdout).toMatch(/^idempotency-replayed: true/im);
    expect(stdout).toContain(String(command?.['id']));
    expect(answers).toBe(2);
  },
);
