import { expect, test } from 'vitest';
import { deleteHnic } from '../../../functions/headnode/delete-hnic.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { frozenCases, headnode, headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { projectNetwork } from '../../support/networks.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(deleteHnic, {
  async arrange(w) {
    await withHeadnode(w);
    await projectNetwork(w, 'lan');
    await w.arrange('POST', '/headnode/h1/hnic/eth0/connect_network', { network: 'lan' });
  },
  request: { params: { headnode: 'h1', hnic: 'eth0' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('ada', 'GET', '/headnode/h1')).body).toMatchObject({ hnics: [], nics: [] });
    expect((await w.call('ada', 'DELETE', '/network/lan')).status).toBe(200);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...headnodeRefusalCases,
    unknown_hnic: { params: { headnode: 'h1', hnic: 'nope' } },
    ...frozenCases,
  },
});

test('H07: an interface of another headnode is none of this one', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  await headnode(w, 'h2');
  expect(await w.call('ada', 'DELETE', '/headnode/h2/hnic/eth0')).toMatchObject({ status: 404, body: { code: 'unknown_hnic' } });
});
