import { expect, test } from 'vitest';
import { z } from 'zod';
import { listAgents } from '../../../functions/agent/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnode, offerHeadnodes } from '../../support/headnodes.ts';
import { expectPages, malformedPages } from '../../support/pages.ts';
import { bareNode, cabledNode, drivenNode } from '../../support/rack.ts';
import { keys, makeWorld, type World } from '../../support/world.ts';

const { kty, crv, x } = keys.sealing;

const enrol = (w: World, label: string) => w.arrange('PUT', `/agent/${label}`, { public_key: { kty, crv, x } });
const fresh = { alive: false, last_seen_at: null, version: null, devices: 0, backlog: 0 };
const names = (body: unknown) =>
  z
    .array(z.object({ name: z.string() }))
    .parse(body)
    .map(({ name }) => name);

describeOperation(listAgents, {
  arrange: (w) => enrol(w, 'a-first'),
  request: {},
  success(_, answer) {
    expect(answer.body).toEqual([
      { name: 'a-first', ...fresh },
      { name: 'rack-1', ...fresh },
    ]);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
  malformed: malformedPages,
});

test('with whether they are alive, how many devices are their own, and what they have yet to do', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'bare');
  await drivenNode(w, 'driven');
  await cabledNode(w, 'cabled');
  await offerHeadnodes(w);
  await headnode(w, 'h1');
  await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');
  await enrol(w, 'other');
  await w.sql`update agents set last_seen_at = now() - interval '30 seconds', version = '1.2.3' where label = 'rack-1'`;
  await w.sql`update agents set last_seen_at = now() - interval '50 seconds', version = '1.2.2' where label = 'other'`;
  const { body } = await w.call('root', 'GET', '/agents');
  expect(body).toEqual([
    { name: 'other', ...fresh, last_seen_at: expect.any(String), version: '1.2.2' },
    { name: 'rack-1', alive: true, last_seen_at: expect.any(String), version: '1.2.3', devices: 3, backlog: 1 },
  ]);
});

test('in pages', async (context) => {
  const w = await makeWorld(context);
  const labels = ['a', 'a-1', 'b', 'rack', 'z9'];
  for (const label of labels) await enrol(w, label);
  expect(names(await expectPages(w, 'root', '/agents'))).toEqual([...labels.slice(0, 4), 'rack-1', 'z9']);
  // What no agent can be called is after some of them all the same.
  expect(names((await w.call('root', 'GET', '/agents?after=b%20b')).body)).toEqual(['rack', 'rack-1', 'z9']);
});
