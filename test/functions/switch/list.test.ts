import { expect, test } from 'vitest';
import { listSwitches } from '../../../functions/switch/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { expectPages, expectSteadyPages, malformedPages, oddLabels } from '../../support/pages.ts';
import { mockSwitch } from '../../support/rack.ts';
import { makeWorld } from '../../support/world.ts';

describeOperation(listSwitches, {
  async arrange(w) {
    for (const label of ['b', 'a', 'C']) await mockSwitch(w, label);
  },
  request: {},
  async success(w, answer) {
    expect(answer.body).toEqual(['C', 'a', 'b']);
    for (const label of ['a', 'b', 'C']) await w.arrange('DELETE', `/switch/${label}`);
    expect((await w.call('root', 'GET', '/switches')).body).toEqual([]);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
  malformed: malformedPages,
});

test('in pages, while switches come and go', async (context) => {
  const w = await makeWorld(context);
  const add = (label: string) => mockSwitch(w, encodeURIComponent(label));
  for (const label of oddLabels) await add(label);
  expect(await expectPages(w, 'root', '/switches')).toEqual(oddLabels);
  const remove = (label: string) => w.arrange('DELETE', `/switch/${encodeURIComponent(label)}`);
  await expectSteadyPages(w, 'root', '/switches', { add, remove });
});
