import { expect, test } from 'vitest';
import { deleteAgent } from '../../../functions/agent/delete.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { withHeadnode } from '../../support/headnodes.ts';
import { cabledNode, mockSwitch } from '../../support/rack.ts';
import { keys, makeWorld, type World } from '../../support/world.ts';

const { kty, crv, x } = keys.sealing;
const enrol = (w: World, label: string) => w.arrange('PUT', `/agent/${label}`, { public_key: { kty, crv, x } });

/** A switch that did something and is gone: its device and its command are still on record. */
async function pastSwitch(w: World): Promise<void> {
  await cabledNode(w, 'n1');
  await w.finish(await w.arrange('POST', '/switch/sw1/port/gi1/0/1/revert'));
  await w.arrange('POST', '/switch/sw1/port/gi1/0/1/detach_nic');
  await w.arrange('DELETE', '/switch/sw1/port/gi1/0/1');
  await w.arrange('DELETE', '/switch/sw1');
}

describeOperation(deleteAgent, {
  request: { params: { agent: 'rack-1' } },
  async success(w) {
    expect((await w.call('root', 'GET', '/agents')).body).toEqual([]);
    expect((await w.call('root', 'GET', '/agent/rack-1')).status).toBe(404);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_agent: { params: { agent: 'nope' } },
    has_switches: { arrange: (w) => mockSwitch(w, 'sw1') },
    has_nodes: {
      arrange: (w) => w.arrange('PUT', '/node/n1', { obm: { type: 'mock', host: 'h', user: 'u', password: 'p' } }),
    },
    has_headnodes: { arrange: withHeadnode },
    has_commands: {
      async arrange(w) {
        await pastSwitch(w);
        await w.sql`update commands set status = 'queued', finished_at = null`;
      },
    },
  },
});

test('what an agent did stays on record, and a later switch goes on where the device was', async (context) => {
  const w = await makeWorld(context);
  await pastSwitch(w);
  const [before] = await w.sql`select last_seq from devices`;
  await w.arrange('DELETE', '/agent/rack-1');
  expect(await w.sql`select agent_id, status from commands`).toEqual([{ agent_id: null, status: 'done' }]);
  await enrol(w, 'rack-2');
  await mockSwitch(w, 'sw1');
  const [device] = await w.sql`select d.last_seq, a.label from devices d join agents a on a.id = d.agent_id`;
  expect(device).toEqual({ last_seq: before?.['last_seq'], label: 'rack-2' });
});

test('of a deletion and a switch that is registered under the agent at once, one succeeds', async (context) => {
  const w = await makeWorld(context);
  await enrol(w, 'other');
  for (let round = 0; round < 6; round++) {
    const registration = { type: 'mock', hostname: 'm', username: 'u', password: 'p', agent: 'rack-1' };
    const [deleted, registered] = await Promise.all([
      w.call('root', 'DELETE', '/agent/rack-1'),
      w.call('root', 'PUT', '/switch/sw1', registration),
    ]);
    expect(
      [
        [200, 400],
        [409, 200],
      ],
      deleted.text + registered.text,
    ).toContainEqual([deleted.status, registered.status]);
    if (registered.status === 200) await w.arrange('DELETE', '/switch/sw1');
    else await enrol(w, 'rack-1');
  }
});
