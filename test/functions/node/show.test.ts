import { expect } from 'vitest';
import { showNode } from '../../../functions/node/show.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, reserve } from '../../support/rack.ts';

describeOperation(showNode, {
  async arrange(w) {
    await w.arrange('PUT', '/node/n1', {
      obmd: { uri: 'http://obmd.test', admin_token: 'token' },
      metadata: { pk: 'x', rack: { row: 3 } },
    });
    await reserve(w, 'n1', 'blue');
    await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '52-54-00-AB-CD-EF' });
  },
  request: { params: { node: 'n1' } },
  async success(w, answer) {
    const nic = { label: 'eth0', macaddr: '52:54:00:ab:cd:ef', networks: {} };
    const metadata = { pk: '"x"', rack: '{"row":3}' };
    expect(answer.body).toEqual({ name: 'n1', project: 'blue', nics: [{ ...nic, port: null, switch: null }], metadata });
    // Where a machine is cabled is no business of its users: the keys are absent, not null.
    expect((await w.call('ada', 'GET', '/node/n1')).body).toEqual({ name: 'n1', project: 'blue', nics: [nic], metadata });
    await bareNode(w, 'free');
    expect((await w.call('bob', 'GET', '/node/free')).body).toEqual({ name: 'free', project: null, nics: [], metadata: {} });
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_node: { params: { node: 'nope' } },
    not_your_node: { as: 'other' },
  },
});
