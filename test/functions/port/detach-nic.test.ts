import { expect, test } from 'vitest';
import { detachNic } from '../../../functions/port/detach-nic.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { cabledNode, reserve } from '../../support/rack.ts';
import { makeWorld, type World, waitingForLocks } from '../../support/world.ts';

const revert = (w: World) => w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert');

describeOperation(detachNic, {
  arrange: (w) => cabledNode(w, 'n1'),
  request: { params: { switch: 'sw1', port: 'gi1/0/1' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/node/n1')).body).toMatchObject({ nics: [{ label: 'eth0', port: null, switch: null }] });
    expect((await w.call('root', 'GET', '/switch/sw1/port/gi1/0/1')).body).toEqual({});
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope', port: 'gi1/0/1' } },
    unknown_port: { params: { switch: 'sw1', port: 'gi1/0/9' } },
    no_nic: { arrange: (w) => w.arrange('PUT', '/switch/sw1/port/gi1/0/2'), params: { switch: 'sw1', port: 'gi1/0/2' } },
    node_taken: { arrange: (w) => reserve(w, 'n1', 'blue') },
    busy: { arrange: revert },
    suspect_port: { arrange: async (w) => w.finish(await revert(w), 'unknown') },
  },
});

test('an action that failed cleanly, or that nobody took in time, stands in nobody’s way', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await w.finish(await revert(w), 'failed');
  await revert(w);
  await w.sql`update commands set not_after = now() - interval '1 minute' where status = 'queued'`;
  expect((await w.call('root', 'POST', '/switch/sw1/port/gi1/0/1/detach_nic')).status).toBe(200);
});

test('an action that an agent took and never finished leaves a doubt, which does', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  await revert(w);
  await w.sql`update commands set not_after = now() - interval '1 minute', status = 'running', attempt = 1`;
  const answer = await w.call('root', 'POST', '/switch/sw1/port/gi1/0/1/detach_nic');
  expect(answer.body).toMatchObject({ type: 'BlockedError', code: 'suspect_port' });
});

test('a NIC is not taken out from under a reservation that is being made', async (context) => {
  const w = await makeWorld(context);
  await cabledNode(w, 'n1');
  const reservation = await w.sql.reserve();
  await reservation`begin`;
  await reservation`update nodes set project_id = (select id from projects where label = 'blue')`;
  const answer = w.call('root', 'POST', '/switch/sw1/port/gi1/0/1/detach_nic');
  await expect.poll(() => waitingForLocks(w)).toBe(1);
  await reservation`commit`;
  reservation.release();
  expect((await answer).body).toMatchObject({ code: 'node_taken' });
});
