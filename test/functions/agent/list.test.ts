import { expect } from 'vitest';
import { listAgents } from '../../../functions/agent/list.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { keys } from '../../support/world.ts';

const { kty, crv, x } = keys.sealing;

describeOperation(listAgents, {
  arrange: (w) => w.arrange('PUT', '/agent/a-first', { public_key: { kty, crv, x } }),
  request: {},
  success(_, answer) {
    expect(answer.body).toEqual(['a-first', 'rack-1']);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {},
});
