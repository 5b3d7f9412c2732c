import { execa } from 'execa';
import { expect, expectTypeOf, type TestContext, test } from 'vitest';
import { z } from 'zod';
import {
  type Action,
  answer,
  createHaasClient,
  HaasActionError,
  HaasError,
  type Problem,
  pages,
} from '../../../infra/sdk/client.ts';
import { agentStateFolder, startAgentProcess } from '../../support/agent-process.ts';
import { apiOnSocket, consoleAgent, consoleWorld } from '../../support/console-viewers.ts';
import { quickAgent } from '../../support/quick-agent.ts';
import { bareNode, cabledNode, mockSwitch, reserve } from '../../support/rack.ts';
import { startProxy } from '../../support/tcp-proxy.ts';
import { makeWorld, type World } from '../../support/world.ts';

/** A client of a world's API, as ada unless told otherwise. The endpoint ends in `/v0`, as HIL's does. */
async function clientOf(t: TestContext, world: World, username = 'ada') {
  const { url } = await apiOnSocket(t, world);
  return createHaasClient({ endpoint: url, username, password: 'correct horse' });
}

test('the types are those of openapi.json: "npm run docs" makes them', async () => {
  const { exitCode } = await execa('npm', ['run', 'generate', '--workspace', 'infra/sdk', '--', '--check'], { reject: false });
  expect(exitCode).toBe(0);
});

test.each([{ token: 'haas_secret\nsecret' }, { token: 'secret…' }, { keystoneToken: 'secret\u0007' }])(
  'a token that no header can hold is refused without a word of it: %j',
  (credentials) => {
    const make = () => createHaasClient({ endpoint: 'http://haas.invalid', ...credentials });
    expect(make).toThrow(/token holds a character/);
    expect(make).not.toThrow(/secret/);
  },
);

test('the example does what it says', async (t) => {
  const world = await makeWorld(t);
  await mockSwitch(world, 'nexus-01');
  await world.arrange('PUT', '/switch/nexus-01/port/gi1/0/3');
  await world.arrange('PUT', '/node/node-01', { obm: { type: 'mock', host: 'mock', user: 'u', password: 'p' } });
  await world.arrange('PUT', '/node/node-01/nic/eth0', { macaddr: '52:54:00:12:34:56' });
  await world.arrange('POST', '/switch/nexus-01/port/gi1/0/3/connect_nic', { node: 'node-01', nic: 'eth0' });
  await startAgentProcess(t, world, await agentStateFolder(t));
  const { url } = await apiOnSocket(t, world);
  const made = await world.call('ada', 'POST', '/auth/token', { name: 'example' });
  const { token } = z.object({ token: z.string() }).parse(made.body);

  const run = () =>
    execa(process.execPath, ['--import', 'tsx', 'infra/sdk/example.ts', 'blue'], {
      extendEnv: false,
      env: { PATH: process.env['PATH'], HAAS_ENDPOINT: url, HAAS_TOKEN: token },
      reject: false,
    });
  const { stdout, stderr, exitCode } = await run();
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toMatch(/^node-01 is ours, with eth0 \(52:54:00:12:34:56\)\neth0 is on provisioning\nits power is on\n/);
  expect(stdout).toMatch(/\nnode-01 is given back$/);
  expect(await world.sql`select label from nodes where project_id is not null`).toEqual([]);
  expect(await world.sql`select label from networks`).toEqual([]);

  await reserve(world, 'node-01', 'red');
  expect(await run()).toMatchObject({ exitCode: 1 });
});

test('what the compiler refuses, the API refuses too', async (t) => {
  const world = await makeWorld(t);
  const haas = await clientOf(t, world, 'root');
  const path = { node: 'node-01', nic: 'eth0' };
  const connect = '/v0/node/{node}/nic/{nic}/connect_network';
  const refusals = [
    // @ts-expect-error there is no such path
    answer(haas.GET('/v0/nodez/{node}', { params: { path } })),
    // @ts-expect-error there is no such method
    answer(haas.DELETE('/v0/nodes/{is_free}', { params: { path: { is_free: 'all' } } })),
    // @ts-expect-error a parameter of the path is missing
    answer(haas.POST(connect, { params: { path: { node: 'node-01' } }, body: { network: 'n' } })),
    // @ts-expect-error none of the values that there are
    answer(haas.GET('/v0/nodes/{is_free}', { params: { path: { is_free: 'some' } } })),
    // @ts-expect-error the body is missing
    answer(haas.POST(connect, { params: { path } })),
    // @ts-expect-error a field of the body is missing
    answer(haas.POST(connect, { params: { path }, body: {} })),
    // @ts-expect-error a field of the body is of another type
    answer(haas.POST(connect, { params: { path }, body: { network: 100 } })),
    // @ts-expect-error this list is not answered in pages
    pages((query) => haas.GET('/v0/node/{node}', { params: { path, query } })).next(),
  ].map((request: Promise<unknown>) =>
    request.then(
      () => 'not refused',
      (error: unknown) => error,
    ),
  );
  const codes = (await Promise.all(refusals)).map((error) => (error instanceof HaasError ? error.code : error));
  const invalid = Array.from({ length: 5 }, () => 'invalid_request');
  expect(codes).toEqual(['unknown_path', 'method_not_allowed', 'unknown_node', ...invalid]);
});

test('answers and errors are typed', async (t) => {
  const world = await makeWorld(t);
  await bareNode(world, 'node-01');
  const haas = await clientOf(t, world);
  const ofNode = { params: { path: { node: 'node-01' } } };
  const ofProject = { params: { path: { project: 'blue' } }, body: { node: 'node-01' } };

  const nothing = await answer(haas.POST('/v0/project/{project}/connect_node', ofProject));
  expectTypeOf(nothing).toEqualTypeOf<undefined>();
  expect(nothing).toBe(undefined);
  const node = await answer(haas.GET('/v0/node/{node}', ofNode));
  expectTypeOf(node.project).toEqualTypeOf<string | null>();
  expect(node.project).toBe('blue');

  const { error } = await haas.POST('/v0/project/{project}/connect_node', ofProject);
  // @ts-expect-error this operation never refuses so
  expect(error?.code).not.toBe('illegal_channel' satisfies NonNullable<typeof error>['code']);
  expectTypeOf(error).toExtend<Problem | undefined>();
  expect(error?.code).toBe('node_taken');

  const refused: unknown = await answer(
    haas.PUT('/v0/network/{network}', {
      params: { path: { network: 'n' } },
      body: { owner: 'blue', access: 'blue', net_id: '7' },
    }),
  ).catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(HaasError);
  expect(refused).toMatchObject({
    status: 400,
    type: 'BadArgumentError',
    code: 'id_not_yours_to_choose',
    errors: [],
    requestId: expect.stringMatching(/^[\w-]{36}$/),
    message: expect.stringContaining('leave net_id'),
  });
});

test('done waits for what a device has to do, and tells how it failed', async (t) => {
  const world = await makeWorld(t);
  await cabledNode(world, 'node-01');
  await reserve(world, 'node-01', 'blue');
  const haas = await clientOf(t, world);
  await answer(
    haas.PUT('/v0/network/{network}', {
      params: { path: { network: 'n' } },
      body: { owner: 'blue', access: 'blue', net_id: '' },
    }),
  );
  const connect = () =>
    haas.POST('/v0/node/{node}/nic/{nic}/connect_network', {
      params: { path: { node: 'node-01', nic: 'eth0' } },
      body: { network: 'n' },
    });

  const begun = await answer(connect());
  const impatient = haas.waitForAction(begun.status_id, { signal: AbortSignal.timeout(50) });
  await expect(impatient).rejects.toMatchObject({ name: expect.stringMatching(/^(Abort|Timeout)Error$/) });
  const waiting = haas.waitForAction(begun.status_id);
  await quickAgent(world, { status: 'failed', reason: 'device-refused', message: 'the switch said no' });
  await world.sql`select finish_command(${begun.status_id}, 'done', null, null, ${world.sql.json({ port: { native: 100, tagged: [], enabled: true }, changed: true })})`;
  expect(await waiting).toMatchObject({ status: 'DONE', new_network: 'n' });

  const detached = haas.done(
    haas.POST('/v0/node/{node}/nic/{nic}/detach_network', {
      params: { path: { node: 'node-01', nic: 'eth0' } },
      body: { network: 'n' },
    }),
  );
  expectTypeOf(detached).resolves.toEqualTypeOf<Action>();
  await expect(detached).rejects.toBeInstanceOf(HaasActionError);
  await expect(detached).rejects.toMatchObject({ message: 'the switch said no', action: { status: 'ERROR', nic: 'eth0' } });
});

test('pages are the whole list, in its order', async (t) => {
  const world = await makeWorld(t);
  const names = ['a', 'b b', 'c&after=a', 'd', 'ü'];
  for (const name of names) await bareNode(world, encodeURIComponent(name));
  const haas = await clientOf(t, world);
  const seen: string[][] = [];
  for await (const nodes of pages(
    (query) => haas.GET('/v0/nodes/{is_free}', { params: { path: { is_free: 'all' }, query } }),
    2,
  )) {
    expectTypeOf(nodes).toEqualTypeOf<string[]>();
    seen.push(nodes);
  }
  expect(seen).toEqual([['a', 'b b'], ['c&after=a', 'd'], ['ü']]);
});

test('a console is followed until nobody wants it any more', async (t) => {
  const world = await consoleWorld(t);
  const agent = await consoleAgent(t, world);
  const haas = await clientOf(t, world);
  await expect(haas.console({ headnode: 'n1' }).next()).rejects.toMatchObject({ code: 'unknown_headnode' });
  await agent.say('boot', 'ing ü\n');
  let text = '';
  for await (const piece of haas.console({ node: 'n1' }, { tail: '5' })) {
    text += piece;
    if (text.endsWith('ü\n')) await agent.say('login: ');
    if (text.endsWith('login: ')) break;
  }
  expect(text).toBe('booting ü\nlogin: ');
});

test('of many changes whose answers are lost, each is made once', async (t) => {
  const world = await makeWorld(t);
  const { url } = await apiOnSocket(t, world);
  const proxy = await startProxy(t, Number(new URL(url).port));
  let answers = 0;
  proxy.lose(() => ++answers % 3 === 0);
  const haas = createHaasClient({ endpoint: proxy.url(url), username: 'ada', password: 'correct horse', attempts: 10 });
  const names = Array.from({ length: 12 }, (_, number) => `net-${number}`);
  await Promise.all(
    names.map((network) =>
      // Made twice, it would be refused as a duplicate.
      answer(
        haas.PUT('/v0/network/{network}', { params: { path: { network } }, body: { owner: 'blue', access: 'blue', net_id: '' } }),
      ),
    ),
  );
  expect(answers).toBeGreaterThan(names.length);
  expect(await world.sql`select label from networks`).toHaveLength(names.length);
});
