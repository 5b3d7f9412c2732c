import { expect, test } from 'vitest';
import { z } from 'zod';
import { listNetworks } from '../../../functions/network/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { adminNetwork, projectNetwork } from '../../support/networks.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
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
  malformed: malformedPages,
});

test('no networks are an empty object; callers without credentials see the public ones where they may ask', async (context) => {
  const w = await makeWorld(context, { requireAuthentication: false });
  expect((await w.call('root', 'GET', '/networks')).body).toEqual({});
  await projectNetwork(w, 'lan');
  await adminNetwork(w, 'wan');
  expect((await w.call(null, 'GET', '/networks')).body).toEqual({ wan: { network_id: '101', projects: null, public: true } });
});

test('in pages, while networks come and go', async (context) => {
  const w = await makeWorld(context);
  const add = (label: string) => projectNetwork(w, encodeURIComponent(label));
  for (const label of oddLabels) await add(label);
  expect(
    (await expectPages(w, 'root', '/networks')).map((entry) => z.tuple([z.string()]).rest(z.unknown()).parse(entry)[0]),
  ).toEqual(oddLabels);
  const remove = (label: string) => w.arrange('DELETE', `/network/${encodeURIComponent(label)}`);
  await expectSteadyPages(w, 'ada', '/networks', { add, remove });
});

test('pages are full of what the caller may know of', async (context) => {
  const w = await makeWorld(context);
  for (const number of [1, 2, 3, 4]) {
    await projectNetwork(w, `lan${number}-blue`, 'blue');
    await projectNetwork(w, `lan${number}-red`, 'red');
  }
  await adminNetwork(w, 'wan');
  expect(await expectPages(w, 'ada', '/networks')).toHaveLength(5);
});
