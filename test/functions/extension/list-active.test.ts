import { expect } from 'vitest';
import { z } from 'zod';
import { listActiveExtensions } from '../../../functions/extension/list-active.ts';
import { describeOperation } from '../../support/describe-operation.ts';

describeOperation(listActiveExtensions, {
  request: {},
  success(_, answer) {
    // The predecessor's names where it has the like, so that its clients find what they look for.
    const kept = ['auth.database', 'network_allocators.vlan_pool', 'obm.ipmi', 'obm.mock'];
    const switches = ['brocade', 'dell', 'dellnos9', 'mock', 'n3000', 'nexus', 'ovs'].map((name) => `switches.${name}`);
    const names = z.array(z.string()).parse(answer.body);
    expect(names).toEqual(expect.arrayContaining([...kept, ...switches].map((name) => `hil.ext.${name}`)));
    expect(names.filter((name) => !name.startsWith('hil.ext.'))).toSatisfy((others: string[]) =>
      others.every((name) => /^haas\.ext\.switches\.[a-z0-9_]+$/.test(name)),
    );
    expect(names).toEqual([...new Set(names)].sort());
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
});
