import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { expect, type TestContext, test } from 'vitest';
import { answer, createHaasClient, HaasConnectionError, HaasError } from '../../../infra/sdk/client.ts';
import { listening } from '../../support/listening.ts';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answer = (response: ServerResponse) => void;

const lost: Answer = (response) => void response.destroy();
const cutShort: Answer = (response) => {
  response.writeHead(200, { 'Content-Length': '100', 'Content-Type': 'application/json' });
  response.write('{"half', () => response.destroy());
};
const later =
  (status: number, after: string): Answer =>
  (response) =>
    void response
      .writeHead(status, { 'Retry-After': after })
      .end('{"type": "UnavailableError", "code": "database_unavailable", "msg": "later"}');
const done: Answer = (response) => void response.writeHead(200).end();

/** A server that gives these answers in this order, and the last one to all others. */
async function serverOf(t: TestContext, ...answers: Answer[]): Promise<{ endpoint: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    const { method, url, headers } = request;
    received.push({ method, url, headers, body });
    answers[Math.min(received.length, answers.length) - 1]?.(response);
  });
  const port = await listening(t, server);
  return { endpoint: `http://127.0.0.1:${port}`, received };
}

const blue = { params: { path: { project: 'blue' } }, body: { node: 'node-01' } };

test('what is lost or put off is sent again, as the same request', async (t) => {
  const { endpoint, received } = await serverOf(t, lost, cutShort, later(503, '0'), later(429, new Date(0).toUTCString()), done);
  const haas = createHaasClient({ endpoint, token: 'haas_secret' });
  await answer(haas.POST('/v0/project/{project}/connect_node', blue));
  expect(received).toHaveLength(5);
  const [first] = received;
  expect(first).toMatchObject({ method: 'POST', url: '/v0/project/blue/connect_node', body: '{"node":"node-01"}' });
  expect(first?.headers).toMatchObject({
    authorization: 'Bearer haas_secret',
    'idempotency-key': expect.stringMatching(/^[\w-]{36}$/),
  });
  for (const again of received) expect(again).toEqual(first);

  await answer(haas.POST('/v0/project/{project}/connect_node', blue));
  expect(received[5]?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
  await answer(haas.POST('/v0/project/{project}/connect_node', { ...blue, headers: { 'Idempotency-Key': 'mine' } }));
  expect(received[6]?.headers['idempotency-key']).toBe('mine');
  await answer(haas.GET('/v0/projects'));
  expect(received[7]?.headers).not.toHaveProperty('idempotency-key');
});

test('when no answer comes, it says so, and with which key to go on', async (t) => {
  const { endpoint, received } = await serverOf(t, lost);
  const haas = createHaasClient({ endpoint, token: 'haas_secret', attempts: 2 });
  const error = await haas.POST('/v0/project/{project}/connect_node', blue).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(HaasConnectionError);
  expect(error).toMatchObject({
    message: `no answer to POST ${endpoint}/v0/project/blue/connect_node in 2 attempts: other side closed`,
    idempotencyKey: received[1]?.headers['idempotency-key'],
  });
  expect(received).toHaveLength(2);
});

test('who is asked to come back does, also where a lost answer is not waited for again', async (t) => {
  const { endpoint, received } = await serverOf(t, later(503, '0'), later(503, '0'), done);
  await answer(createHaasClient({ endpoint, token: 'haas_secret', attempts: 1 }).GET('/v0/projects'));
  expect(received).toHaveLength(3);
});

test.for([
  { what: 'refused', reply: later(409, '0') },
  { what: 'refused without saying when to come back', reply: (response: ServerResponse) => void response.writeHead(503).end() },
  { what: 'to wait for longer than anybody does', reply: later(503, '91') },
])('what is $what is not sent again', async ({ reply }, t) => {
  const { endpoint, received } = await serverOf(t, reply);
  const haas = createHaasClient({ endpoint, token: 'haas_secret' });
  await expect(answer(haas.GET('/v0/projects'))).rejects.toBeInstanceOf(HaasError);
  expect(received).toHaveLength(1);
});

test('an answer of something in between is told from one of HaaS', async (t) => {
  const { endpoint } = await serverOf(
    t,
    (response) => void response.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Bad Gateway</h1>'),
  );
  const haas = createHaasClient({ endpoint, token: 'haas_secret' });
  await expect(answer(haas.GET('/v0/projects'))).rejects.toMatchObject({
    status: 502,
    type: 'unknown',
    code: 'unknown',
    requestId: null,
  });
});

test('who gives up while it waits is not kept waiting', async (t) => {
  const controller = new AbortController();
  const { endpoint, received } = await serverOf(t, (response) => {
    response.on('close', () => controller.abort());
    later(503, '60')(response);
  });
  const haas = createHaasClient({ endpoint, token: 'haas_secret' });
  await expect(haas.GET('/v0/projects', { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(received).toHaveLength(1);
});

test('a redirect to obmd takes the whole request along, but no credentials, and is not repeated there', async (t) => {
  const obmd = await serverOf(t, done, lost);
  const { endpoint } = await serverOf(
    t,
    (response) => void response.writeHead(307, { Location: `${obmd.endpoint}/node/n1/power_cycle?token=t` }).end(),
  );
  const cycle = (haas: ReturnType<typeof createHaasClient>) =>
    answer(haas.POST('/v0/node/{node}/power_cycle', { params: { path: { node: 'n1' } }, body: { force: true } }));

  await cycle(createHaasClient({ endpoint, keystoneToken: 'a secret' }));
  expect(obmd.received).toMatchObject([{ method: 'POST', url: '/node/n1/power_cycle?token=t', body: '{"force":true}' }]);
  await expect(cycle(createHaasClient({ endpoint, username: 'ada', password: 'secret' }))).rejects.toBeInstanceOf(
    HaasConnectionError,
  );
  expect(obmd.received).toHaveLength(2);
  for (const { headers } of obmd.received) {
    for (const name of ['authorization', 'x-auth-token', 'idempotency-key']) expect(headers).not.toHaveProperty(name);
  }
});

test('a name that a URL would take for a step to another path is not sent', async (t) => {
  const { endpoint, received } = await serverOf(t, done);
  const haas = createHaasClient({ endpoint, token: 'haas_secret' });
  for (const node of ['', '.', '..']) {
    await expect(haas.GET('/v0/node/{node}', { params: { path: { node } } })).rejects.toThrow('which names nothing');
  }
  expect(received).toEqual([]);
});
