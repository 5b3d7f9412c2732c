import { expect, test } from 'vitest';
import { detachHnic } from '../../../functions/headnode/detach-network.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { frozenCases, headnodeRefusalCases, withHeadnode } from '../../support/headnodes.ts';
import { projectNetwork } from '../../support/networks.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(detachHnic, {
  async arrange(w) {
    await withHeadnode(w);
    await projectNetwork(w, 'lan');
    await w.arrange('POST', '/headnode/h1/hnic/eth0/connect_network', { network: 'lan' });
  },
  request: { params: { headnode: 'h1', hnic: 'eth0' } },
  async success(w, answer) {
    expect(answer.text).toBe('');
    expect((await w.call('ada', 'GET', '/headnode/h1')).body).toMatchObject({ nics: [{ label: 'eth0', networks: {} }] });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...headnodeRefusalCases,
    unknown_hnic: { params: { headnode: 'h1', hnic: 'nope' } },
    ...frozenCases,
  },
});

test('H10: one that is on no network is detached already', async (context) => {
  const w = await makeWorld(context);
  await withHeadnode(w);
  expect(await w.call('ada', 'POST', '/headnode/h1/hnic/eth0/detach_network')).toMatchObject({ status: 200, text: '' });
});
