import { decodeProtectedHeader } from 'jose';
import { expect, test } from 'vitest';
import { connect } from '../../../db/client.ts';
import { hello } from '../../../db/commands/hello.ts';
import { generateSealingKey } from '../../../db/commands/seal.ts';
import { enrolAgent } from '../../../functions/agent/enrol.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { mockSwitch } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const { kid, kty, crv, x } = await generateSealingKey();
const key = { kty, crv, x };
const sealedFor = async (w: World, label: string) => {
  const [row] = await w.sql`select sealed from switches where label = ${label}`;
  return decodeProtectedHeader(row?.['sealed']).kid;
};

describeOperation(enrolAgent, {
  request: { params: { agent: 'rack-2' }, input: { public_key: key } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('root', 'GET', '/agents')).body).toMatchObject([{ name: 'rack-1' }, { name: 'rack-2' }]);
    expect((await w.call('root', 'GET', '/agent/rack-2')).body).toMatchObject({ public_key: key, thumbprint: kid });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    // A point of the curve for which every shared secret is zero: what is sealed to it anybody could open.
    unusable_key: { input: { public_key: { ...key, x: 'A'.repeat(43) } } },
  },
  malformed: {
    'no key': { input: {} },
    'a key that is text': { input: { public_key: x } },
    'a key of another kind': { input: { public_key: { ...key, crv: 'Ed25519' } } },
    'a key that is too short': { input: { public_key: { ...key, x: x.slice(1) } } },
    'a private key': { input: { public_key: { ...key, d: x } } },
    'a name that is no part of a login': { params: { agent: 'Rack 2' } },
  },
});

test('an enrolled agent is known by its login', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/agent/rack-2', { public_key: key });
  const connection = connect(await w.database.agentUrl('rack-2'), 'test agent', 1);
  expect(await hello(connection, '1.2.3')).toMatchObject({ agent: 'rack-2' });
  await connection.end();
  expect((await w.call('root', 'GET', '/agent/rack-2')).body).toMatchObject({
    version: '1.2.3',
    last_seen_at: expect.stringMatching(/^\d{4}-.*Z$/),
  });
});

test('a new key is for what is sealed from now on; what was sealed before stays as it was', async (context) => {
  const w = await makeWorld(context);
  await mockSwitch(w, 'old');
  const before = await sealedFor(w, 'old');
  await w.arrange('PUT', '/agent/rack-1', { public_key: key });
  await mockSwitch(w, 'new');
  expect([await sealedFor(w, 'old'), await sealedFor(w, 'new')]).toEqual([before, kid]);
  expect(before).not.toBe(kid);
  expect((await w.call('root', 'GET', '/agent/rack-1')).body).toMatchObject({ sealed_to_other_keys: ['switch/old'] });
  expect((await w.call('root', 'GET', '/agents')).body).toMatchObject([{ name: 'rack-1' }]);
});

test('eight simultaneous enrolments of one agent make one agent', async (context) => {
  const w = await makeWorld(context);
  const answers = await Promise.all(Array.from({ length: 8 }, () => w.call('root', 'PUT', '/agent/rack-2', { public_key: key })));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect((await w.call('root', 'GET', '/agents')).body).toMatchObject([{ name: 'rack-1' }, { name: 'rack-2' }]);
});
