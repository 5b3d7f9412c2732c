import { expect, test } from 'vitest';
import { listAgents } from '../../../functions/agent/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { expectPages, malformedPages } from '../../support/pages.ts';
import { keys, makeWorld, type World } from '../../support/world.ts';

const { kty, crv, x } = keys.sealing;

const enrol = (w: World, label: string) => w.arrange('PUT', `/agent/${label}`, { public_key: { kty, crv, x } });

describeOperation(listAgents, {
  arrange: (w) => enrol(w, 'a-first'),
  request: {},
  success(_, answer) {
    expect(answer.body).toEqual(['a-first', 'rack-1']);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
  malformed: malformedPages,
});

test('in pages', async (context) => {
  const w = await makeWorld(context);
  const labels = ['a', 'a-1', 'b', 'rack', 'z9'];
  for (const label of labels) await enrol(w, label);
  expect(await expectPages(w, 'root', '/agents')).toEqual([...labels.slice(0, 4), 'rack-1', 'z9']);
  // What no agent can be called is after some of them all the same.
  expect((await w.call('root', 'GET', '/agents?after=b%20b')).body).toEqual(['rack', 'rack-1', 'z9']);
});
