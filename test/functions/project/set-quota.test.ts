import { expect, test } from 'vitest';
import { setQuota } from '../../../functions/project/set-quota.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const quota = async (w: World) => (await w.call('ada', 'GET', '/project/blue/quota')).body;
const none = { limit: null, used: 0 };

describeOperation(setQuota, {
  request: { params: { project: 'blue' }, input: { nodes: 5, headnodes: 0 } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect(await quota(w)).toEqual({ nodes: { limit: 5, used: 0 }, networks: none, headnodes: { limit: 0, used: 0 } });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' } },
  },
  malformed: {
    'no limit at all': { input: {} },
    'a limit below nothing': { input: { nodes: -1 } },
    'half a node': { input: { nodes: 1.5 } },
    'more than can be counted': { input: { networks: 2 ** 31 } },
    'a limit that is text': { input: { headnodes: '3' } },
  },
});

test('what is left out stays, and null lifts a limit', async (context) => {
  const w = await makeWorld(context);
  await w.arrange('PUT', '/project/blue/quota', { nodes: 5, networks: 3 });
  await w.arrange('PUT', '/project/blue/quota', { nodes: null });
  expect(await quota(w)).toEqual({ nodes: none, networks: { limit: 3, used: 0 }, headnodes: none });
});

test('a project keeps what it has when its quota is lowered, and gets no more until it has less', async (context) => {
  const w = await makeWorld(context);
  for (const node of ['n1', 'n2', 'n3']) await bareNode(w, node);
  const connect = (node: string) => w.call('ada', 'POST', '/project/blue/connect_node', { node });
  const release = (node: string) => w.call('ada', 'POST', '/project/blue/detach_node', { node });
  for (const node of ['n1', 'n2']) expect((await connect(node)).status).toBe(200);
  await w.arrange('PUT', '/project/blue/quota', { nodes: 1 });
  expect(await quota(w)).toMatchObject({ nodes: { limit: 1, used: 2 } });
  expect(await connect('n3')).toMatchObject({
    status: 409,
    body: { type: 'BlockedError', code: 'quota_exceeded', msg: expect.stringContaining('project blue may have 1 nodes') },
  });
  // One less is as many as it may have.
  expect((await release('n1')).status).toBe(200);
  expect((await connect('n3')).body).toMatchObject({ code: 'quota_exceeded' });
  expect((await release('n2')).status).toBe(200);
  expect((await connect('n3')).status).toBe(200);
});
