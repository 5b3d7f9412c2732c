import { expect, test } from 'vitest';
import { setMetadata } from '../../../functions/node-metadata/set.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World } from '../../support/world.ts';

const metadataOf = async (w: World, node: string) => (await w.call('root', 'GET', `/node/${node}`)).body;

describeOperation(setMetadata, {
  arrange: (w) => bareNode(w, 'n1'),
  request: { params: { node: 'n1', label: 'EK' }, input: { value: 'pk' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    // Whoever may show the node sees it.
    expect((await w.call('bob', 'GET', '/node/n1')).body).toMatchObject({ metadata: { EK: '"pk"' } });
    await w.arrange('PUT', '/node/n1/metadata/EK', { value: { a: [1] } });
    expect(await metadataOf(w, 'n1')).toMatchObject({ metadata: { EK: '{"a":[1]}' } });
    await w.arrange('PUT', '/node/n1/metadata/EK', { value: { a: [1] } });
    expect(await metadataOf(w, 'n1')).toMatchObject({ metadata: { EK: '{"a":[1]}' } });
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope', label: 'EK' } },
  },
  malformed: {
    'no value': { input: {} },
    'the label in the body as well': { input: { value: 1, label: 'EK' } },
    'a label that begins with a dash': { params: { node: 'n1', label: '-EK' } },
  },
});

for (const value of ['', 'NUL \u0000 and half a pair \ud800', null, true, 1.5, [], [null, { a: 'ä' }], {}]) {
  test(`M03: the value ${JSON.stringify(value)} comes back`, async (context) => {
    const w = await makeWorld(context);
    await bareNode(w, 'n1');
    await w.arrange('PUT', '/node/n1/metadata/EK', { value });
    expect(await metadataOf(w, 'n1')).toMatchObject({ metadata: { EK: JSON.stringify(value) } });
  });
}

test('M07: two nodes have labels of their own; a reserved node is changed like a free one', async (context) => {
  const w = await makeWorld(context);
  for (const node of ['n1', 'n2']) await bareNode(w, node);
  await reserve(w, 'n1', 'blue');
  await w.arrange('PUT', '/node/n1/metadata/EK', { value: 1 });
  await w.arrange('PUT', '/node/n2/metadata/EK', { value: 2 });
  expect(await metadataOf(w, 'n1')).toMatchObject({ metadata: { EK: '1' } });
  expect(await metadataOf(w, 'n2')).toMatchObject({ metadata: { EK: '2' } });
});

test('simultaneous requests all succeed, and one value stays', async (context) => {
  const w = await makeWorld(context);
  await bareNode(w, 'n1');
  const answers = await Promise.all([1, 2, 3, 4].map((value) => w.call('root', 'PUT', '/node/n1/metadata/EK', { value })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(await w.sql`select from node_metadata`).toHaveLength(1);
});
