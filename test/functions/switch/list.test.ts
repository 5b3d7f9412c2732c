import { expect } from 'vitest';
import { listSwitches } from '../../../functions/switch/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { mockSwitch } from '../../support/rack.ts';

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
});
