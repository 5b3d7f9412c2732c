import { request } from 'node:http';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, type TestContext, test } from 'vitest';
import { openApiDocument } from '../../functions/http/openapi/document.ts';
import { operations } from '../../functions/operations.ts';
import { readSettings } from '../../functions/settings.ts';
import { openApi } from '../../infra/hosts/api.ts';
import { describedOperations, documentShape } from '../support/contract/described-operations.ts';
import { known, restore } from '../support/contract/example-world.ts';
import { exampleOf, type GeneratedRequest, requestsOf } from '../support/contract/generated-requests.ts';
import { Judge, type ReceivedAnswer } from '../support/contract/judged-answers.ts';
import { startObmd } from '../support/obmd.ts';
import { apiKeys, basic, makeWorld, people } from '../support/world.ts';

/** Each run takes other requests; a failure names its seed. */
const seed = Number(process.env['HAAS_TEST_SEED'] ?? Date.now() % 1_000_000);
const REQUESTS_PER_OPERATION = 16;

const document = documentShape.parse(JSON.parse(JSON.stringify(openApiDocument(operations))));
const described = describedOperations(document);
const judge = new Judge(document);

/** Serves the API as an API host does, on a database with what the examples of the document name. */
async function served(context: TestContext) {
  const world = await makeWorld(context);
  const obmd = await startObmd(context);
  const api = await openApi({
    databaseUrl: world.database.apiUrl,
    keys: apiKeys,
    settings: readSettings({}),
    log: pino({ level: 'silent' }),
    connections: 4,
  });
  context.onTestFinished(() => api.close());
  const { port } = await api.listen({ hostname: '127.0.0.1', port: 0 }, operations);
  return { port, restore: () => restore(world, obmd.uri) };
}

/** Sends a request as it is. An answer that is text may never end, and is not waited for. */
function send(
  port: number,
  method: string,
  { role, target, headers, body }: Omit<GeneratedRequest, 'params' | 'query'>,
): Promise<ReceivedAnswer> {
  const user = people[role];
  const ours = {
    ...(user === null ? {} : { authorization: basic(user) }),
    ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      { agent: false, host: '127.0.0.1', port, method, path: target, headers: { ...ours, ...headers } },
      async (response) => {
        const { statusCode: status = 0, headers: received } = response;
        if (received['content-type']?.startsWith('text/')) {
          response.destroy();
          resolve({ status, headers: received, text: null });
          return;
        }
        let text = '';
        for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
        resolve({ status, headers: received, text });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

test('whatever an operation is sent, it answers as the document says', { timeout: 120_000 }, async (context) => {
  const { port, restore } = await served(context);
  const failures: string[] = [];
  const successful = new Set<string>();
  let restored = await restore();
  for (const operation of described) {
    if (operation.method !== 'GET') restored = await restore();
    const names = { ...known, ...restored };
    const property = fc.asyncProperty(requestsOf(operation, document.components.schemas, names), async (generated) => {
      const answer = await send(port, operation.method, generated);
      if (answer.status < 400) successful.add(operation.id);
      const complaint = judge.complaint(operation, generated, answer);
      if (complaint !== undefined) throw new Error(complaint);
    });
    const outcome = await fc.check(property, {
      seed,
      numRuns: REQUESTS_PER_OPERATION,
      endOnFailure: true,
      examples: [[exampleOf(operation, names, 'first')], [exampleOf(operation, names, 'last')]],
    });
    if (outcome.failed) failures.push(`${operation.id}: ${outcome.errorInstance}\n${JSON.stringify(outcome.counterexample)}`);
  }
  expect(failures.join('\n\n'), `HAAS_TEST_SEED=${seed}`).toBe('');
  // Which of them succeed is chance; that most of them do, is not.
  expect(successful.size, `HAAS_TEST_SEED=${seed}`).toBeGreaterThan(described.length * 0.75);
});
