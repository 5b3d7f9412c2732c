import { expect } from 'vitest';
import { listProjectAudit } from '../../../functions/project/list-audit.ts';
import { chainAll } from '../../support/audit.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { bareNode, reserve } from '../../support/rack.ts';

describeOperation(listProjectAudit, {
  async arrange(w) {
    for (const node of ['n1', 'foreign']) await bareNode(w, node);
    await reserve(w, 'n1', 'blue');
    await reserve(w, 'foreign', 'red');
    // What administrators do to its hardware names what is theirs.
    await w.arrange('PATCH', '/node/n1', { obmd: { uri: 'http://other.test', admin_token: 'token' } });
    await w.call('ada', 'PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
    await chainAll(w);
  },
  request: { params: { project: 'blue' } },
  async success(w, answer) {
    const seen = [
      { event: 'project_connect_node', actor: 'root', node: 'n1', projects: ['blue'] },
      { event: 'node_project', actor: 'root', node: 'n1' },
      { event: 'network_create', actor: 'ada', subject: { network: 'lan' } },
    ];
    expect(answer.body).toMatchObject(seen.map((each) => ({ ...each, token: null, address: expect.any(String) })));
    const own = await w.call('ada', 'GET', '/project/blue/audit?limit=2');
    expect(own.body).toMatchObject(seen.slice(1));
    expect(own.text).not.toMatch(/"(?:address|token|hash)"/);
    expect(own.headers.get('link')).toMatch(/^<\/v0\/project\/blue\/audit\?limit=2&before=\d+>; rel="prev"$/);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    unknown_project: { params: { project: 'nope' }, as: 'other' },
    not_your_project: { as: 'other' },
  },
  malformed: { 'a page of nothing': { input: { limit: '0' } } },
});
