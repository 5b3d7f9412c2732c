import { expect } from 'vitest';
import { showQuota } from '../../../functions/project/show-quota.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { headnode, offerHeadnodes } from '../../support/headnodes.ts';
import { adminNetwork, projectNetwork } from '../../support/networks.ts';
import { bareNode, reserve } from '../../support/rack.ts';

describeOperation(showQuota, {
  async arrange(w) {
    for (const node of ['n1', 'n2', 'n3']) await bareNode(w, node);
    for (const node of ['n1', 'n2']) await reserve(w, node, 'blue');
    await reserve(w, 'n3', 'red');
    await projectNetwork(w, 'lan');
    // Only what it owns counts.
    await adminNetwork(w, 'provider', 'blue', '2000');
    await offerHeadnodes(w);
    await headnode(w);
    await w.arrange('PUT', '/project/blue/quota', { nodes: 1, networks: 3 });
  },
  request: { params: { project: 'blue' } },
  success(_, answer) {
    expect(answer.body).toEqual({
      nodes: { limit: 1, used: 2 },
      networks: { limit: 3, used: 1 },
      headnodes: { limit: null, used: 1 },
    });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' } },
    not_your_project: { as: 'other' },
  },
});
