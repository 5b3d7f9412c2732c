import { expect, test } from 'vitest';
import { deleteMetadata } from '../../../functions/node-metadata/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(deleteMetadata, {
  async arrange(w) {
    await bareNode(w, 'n1');
    for (const label of ['EK', 'SHA256']) await w.arrange('PUT', `/node/n1/metadata/${label}`, { value: 1 });
  },
  request: { params: { node: 'n1', label: 'EK' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ metadata: { SHA256: '1' } });
    expect((await w.call('root', 'GET', '/node/n1')).body).not.toHaveProperty('metadata.EK');
    expect((await w.call('root', 'DELETE', '/node/n1/metadata/EK')).status).toBe(404);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope', label: 'EK' } },
    unknown_metadata: { params: { node: 'n1', label: 'nope' } },
  },
});

test('a label that only another node has is unknown', async (context) => {
  const w = await makeWorld(context);
  for (const node of ['n1', 'n2']) await bareNode(w, node);
  await w.arrange('PUT', '/node/n2/metadata/EK', { value: 1 });
  expect((await w.call('root', 'DELETE', '/node/n1/metadata/EK')).body).toMatchObject({ code: 'unknown_metadata' });
  expect((await w.call('root', 'GET', '/node/n2')).body).toMatchObject({ metadata: { EK: '1' } });
});
