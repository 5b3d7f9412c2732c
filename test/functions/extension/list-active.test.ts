import { expect } from 'vitest';
import { listActiveExtensions } from '../../../functions/extension/list-active.ts';
import { describeOperation } from '../../support/describe-operation.ts';

describeOperation(listActiveExtensions, {
  request: {},
  success(_, answer) {
    expect(answer.body).toEqual([
      'hil.ext.auth.database',
      'hil.ext.network_allocators.vlan_pool',
      'hil.ext.obm.ipmi',
      'hil.ext.obm.mock',
      'hil.ext.switches.mock',
      'hil.ext.switches.nexus',
    ]);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
});
