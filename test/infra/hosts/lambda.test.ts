import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LambdaEvent } from 'hono/aws-lambda';
import { expect, type TestContext, test } from 'vitest';
import { operations } from '../../../functions/operations.ts';
import { type LambdaHost, openLambda } from '../../../infra/hosts/lambda.ts';
import { temporaryFolder } from '../../support/built.ts';
import { bareNode, drivenNode, reserve } from '../../support/rack.ts';
import { apiKeys, basic, makeWorld, type World } from '../../support/world.ts';

/** A host on the database of a world. */
async function lambda(t: TestContext, w: World, env: Record<string, string> = {}): Promise<LambdaHost> {
  const keyFile = join(await temporaryFolder(t), 'keys.json');
  await writeFile(keyFile, JSON.stringify(apiKeys), { mode: 0o600 });
  const host = await openLambda({
    DATABASE_URL: w.database.apiUrl,
    HAAS_KEY_FILE: keyFile,
    HAAS_LOG_LEVEL: 'silent',
    ...env,
  });
  t.onTestFinished(() => host.close());
  return host;
}

/** What an HTTP API of API Gateway, or a function URL, makes of a request. */
function event(user: string, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): LambdaEvent {
  const domainName = 'haas.example';
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  const http = { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: 'test' };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: `/v0${rawPath}`,
    rawQueryString,
    headers: { host: domainName, authorization: basic(user), ...headers },
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)).toString('base64'),
    isBase64Encoded: body !== undefined,
    requestContext: {
      accountId: '1',
      apiId: 'a',
      authentication: null,
      authorizer: {},
      domainName,
      domainPrefix: 'haas',
      http,
      requestId: 'r',
      routeKey: '$default',
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
  };
}

/** The context of a call of which so many milliseconds are left. */
function within(ms: number) {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: 'haas',
    functionVersion: '1',
    invokedFunctionArn: '',
    memoryLimitInMB: '256',
    awsRequestId: '',
    logGroupName: '',
    logStreamName: '',
    getRemainingTimeInMillis: () => ms,
  };
}

test('a function reads and changes as any API host does, and sees from where it is asked', async (t) => {
  const w = await makeWorld(t);
  const { handle } = await lambda(t, w);
  const made = await handle(event('root', 'PUT', '/node/n1', { obmd: { uri: 'http://obmd.test', admin_token: 'secret' } }));
  expect(made).toMatchObject({ statusCode: 200, isBase64Encoded: false });
  const shown = await handle(event('ada', 'GET', '/nodes/all?limit=10'));
  expect(JSON.parse(shown.body)).toEqual(['n1']);
  const refused = await handle(event('ada', 'PUT', '/project/green'));
  expect(refused.statusCode).toBe(401);
  expect(refused.headers?.['x-request-id']).toBeDefined();
  const entries = await w.sql`select address from audit where event = 'node_register'`;
  expect(entries).toEqual([{ address: '192.0.2.7' }]);
});

test('a load balancer says in a header from where it is asked, and only its own word counts', async (t) => {
  const w = await makeWorld(t);
  const { handle } = await lambda(t, w);
  const asked: LambdaEvent = {
    httpMethod: 'PUT',
    path: '/v0/project/green',
    headers: { host: 'haas.example', authorization: basic('root'), 'x-forwarded-for': '198.51.100.1, 203.0.113.9' },
    body: null,
    isBase64Encoded: false,
    requestContext: { elb: { targetGroupArn: 'arn' } },
  };
  expect((await handle(asked)).statusCode).toBe(200);
  // As it asks where its target group has headers of several values.
  const { headers: _, ...rest } = asked;
  const several = {
    host: ['haas.example'],
    authorization: [basic('root')],
    'x-forwarded-for': ['198.51.100.1', '198.51.100.2, 203.0.113.10'],
  };
  expect((await handle({ ...rest, path: '/v0/project/yellow', multiValueHeaders: several })).statusCode).toBe(200);
  expect(await w.sql`select address from audit where event = 'project_create' order by address`).toEqual([
    { address: '203.0.113.10' },
    { address: '203.0.113.9' },
  ]);
});

test('what streams is refused with a reason, instead of being waited for', async (t) => {
  const w = await makeWorld(t);
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'blue');
  const { handle } = await lambda(t, w);
  const streams = operations.filter(({ kind }) => kind === 'streaming');
  expect(streams.length).toBeGreaterThan(1);
  const page = await readFile('docs/serverless.md', 'utf8');
  for (const { path } of streams) {
    expect(page).toContain(`\`GET /v0${path}\``);
    const { statusCode, body } = await handle(event('ada', 'GET', path.replaceAll(/\{\w+\}/g, 'n1')));
    expect({ path, statusCode, body }).toMatchObject({ statusCode: 501, body: expect.stringContaining('"code":"no_streams"') });
  }
});

test('a request that waits for a device is answered before the function is ended', async (t) => {
  const w = await makeWorld(t);
  await bareNode(w, 'n2');
  await drivenNode(w, 'n1');
  const { handle } = await lambda(t, w);
  const asked = event('root', 'POST', '/node/n1/obm/check', {}, { prefer: 'wait=60' });
  const { statusCode, body } = await handle(asked, within(1_100));
  expect({ statusCode, body }).toMatchObject({ statusCode: 202, body: expect.stringContaining('status_id') });
});

test('one operation can be all that a function serves', async (t) => {
  const w = await makeWorld(t);
  const { handle } = await lambda(t, w, { HAAS_OPERATION: 'list_projects' });
  expect((await handle(event('root', 'GET', '/projects'))).statusCode).toBe(200);
  expect((await handle(event('root', 'GET', '/nodes/all'))).statusCode).toBe(404);
});

test('a function that would let everybody in is not opened', async (t) => {
  const w = await makeWorld(t);
  await expect(lambda(t, w, { HAAS_AUTH: 'null' })).rejects.toThrow(/HAAS_AUTH/);
});
