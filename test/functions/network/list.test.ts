import { expect, test } from 'vitest';
import { listNetworks } from '../../../functions/network/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, projectNetwork } from '../../support/networks.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listNetworks, {
  async arrange(w) {
    await projectNetwork(w, 'blues', 'blue');
    await projectNetwork(w, 'reds', 'red');
    await w.arrange('PUT', '/network/reds/access/blue');
    await adminNetwork(w, 'wan', '', '50');
    await adminNetwork(w, 'provider', 'red');
  },
  request: {},
  async success(w, answer) {
    const blues = { network_id: '100', projects: ['blue'], public: false };
    const reds = { network_id: '101', projects: ['blue', 'red'], public: false };
    const wan = { network_id: '50', projects: null, public: true };
    const provider = { network_id: '102', projects: ['red'], public: false };
    expect(answer.body).toEqual({ blues, reds, wan, provider });
    // K20: others see what is public and what their projects may use.
    expect((await w.call('ada', 'GET', '/networks')).body).toEqual({ blues, reds, wan });
    expect((await w.call('bob', 'GET', '/networks')).body).toEqual({ reds, wan, provider });
    // G11: a network that nobody may use any more is still no public one.
    await w.arrange('DELETE', '/network/provider/access/red');
    expect((await w.call('bob', 'GET', '/networks')).body).toEqual({ reds, wan });
    expect((await w.call('root', 'GET', '/networks')).body).toMatchObject({
      provider: { network_id: '102', projects: [], public: false },
    });
  },
  roles: { admin: 200, owner: 200, other: 200, anonymous: 401 },
  refusals: {},
});

test('no networks are an empty object; callers without credentials see the public ones where they may ask', async (context) => {
  const w = await makeWorld(context, { requireAuthentication: false });
  expect((await w.call('root', 'GET', '/networks')).body).toEqual({});
  await projectNetwork(w, 'lan');
  await adminNetwork(w, 'wan');
  expect((await w.call(null, 'GET', '/networks')).body).toEqual({ wan: { network_id: '101', projects: null, public: true } });
});
