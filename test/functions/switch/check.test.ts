import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { checkSwitch } from '../../../functions/switch/check.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { quickAgent } from '../../support/quick-agent.ts';
import { mockSwitch } from '../../support/rack.ts';
import { makeWorld, statusId, type World } from '../../support/world.ts';

const UP = { native: 100, tagged: [200], enabled: true };
const found = {
  version: '7.3',
  ports: [
    { port: 'gi1/0/1', state: UP },
    { port: 'gi1/0/2', problem: 'it said ?#!' },
  ],
};

async function registered(w: World): Promise<void> {
  await mockSwitch(w, 'sw1');
  for (const port of ['gi1/0/1', 'gi1/0/2']) await w.arrange('PUT', `/switch/sw1/port/${port}`);
}

const orders = async (w: World) => (await w.sql`select signed from commands order by seq`).map(({ signed }) => decodeJwt(signed));

describeOperation(checkSwitch, {
  async arrange(w) {
    await registered(w);
    await quickAgent(w, { status: 'done', result: { check: found } });
  },
  request: { params: { switch: 'sw1' } },
  async success(w, answer) {
    expect(answer.body).toEqual({
      ok: true,
      version: '7.3',
      ports: [
        { port: 'gi1/0/1', ...UP },
        { port: 'gi1/0/2', problem: 'it said ?#!' },
      ],
      checked_at: expect.any(String),
    });
    const [{ sealed }] = await w.sql<[{ sealed: string }]>`select sealed from switches`;
    const access = { label: 'sw1', type: 'mock', hostname: 'mock', port: 1, settings: {}, sealed };
    expect(await orders(w)).toMatchObject([
      { device: 'switch/sw1', kind: 'switch.check', parameters: { switch: access, ports: ['gi1/0/1', 'gi1/0/2'] } },
    ]);
    expect((await w.call('root', 'GET', '/switch/sw1')).body).toMatchObject({ version: '7.3', unsaved_since: null });
    expect(await w.sql`select label, read_state from ports order by label`).toEqual([
      { label: 'gi1/0/1', read_state: UP },
      { label: 'gi1/0/2', read_state: null },
    ]);
  },
  roles: { admin: 200, owner: 401, other: 401, anonymous: 401 },
  refusals: {
    unknown_switch: { params: { switch: 'nope' } },
    unknown_port: { input: { ports: ['gi1/0/1', 'gi1/0/3'] } },
    too_many_ports: {
      arrange: (w) => w.sql`insert into ports (switch_id, label) select id, 'te1/' || n from switches, generate_series(1, 511) n`,
    },
  },
  malformed: {
    'no port at all': { input: { ports: [] } },
    'a port that is a number': { input: { ports: [1] } },
    'more ports than fit into one result': { input: { ports: Array.from({ length: 513 }, (_, index) => `te1/${index}`) } },
  },
});

test('reads the ports that are named, each once', async (context) => {
  const w = await makeWorld(context);
  await registered(w);
  const prefer = { prefer: 'respond-async' };
  const answer = await w.call('root', 'POST', '/switch/sw1/check', { ports: ['gi1/0/2', 'gi1/0/2'] }, prefer);
  expect(answer).toMatchObject({ status: 202 });
  expect(await orders(w)).toMatchObject([{ parameters: { ports: ['gi1/0/2'] } }]);
});

test.for([
  [{ status: 'failed', reason: 'denied', message: 'Login incorrect', result: { step: 'log-in' } }, 'log-in'],
  [{ status: 'failed', reason: 'unreachable', message: 'no route', result: { step: 'connect' } }, 'connect'],
  [{ status: 'failed', reason: 'expired', message: 'nobody took it' }, 'agent'],
  [{ status: 'refused', reason: 'policy', message: 'policy.json says no' }, 'agent'],
  [{ status: 'unknown', reason: 'abandoned', message: 'nobody came back' }, 'agent'],
] as const)('a check that does not get beyond a step was carried out all the same: %j', async ([ending, step], context) => {
  const w = await makeWorld(context);
  await registered(w);
  await quickAgent(w, ending);
  const answer = await w.call('root', 'POST', '/switch/sw1/check');
  expect(answer).toMatchObject({ status: 200, body: { ok: false, step, message: ending.message } });
});

test('what is not done in time is told later, to administrators', async (context) => {
  const w = await makeWorld(context);
  await registered(w);
  const answer = await w.call('root', 'POST', '/switch/sw1/check', undefined, { prefer: 'respond-async' });
  expect(answer).toMatchObject({ status: 202, body: { status_id: expect.any(String) } });
  const later = (user: string) => w.call(user, 'GET', `/networking_action/${statusId(answer)}`);
  const pending = { status: 'PENDING', type: 'switch_check', switch: 'sw1', error: null, finished_at: null };
  expect((await later('root')).body).toEqual({ ...pending, queued_at: expect.any(String) });
  expect(await later('ada')).toMatchObject({ status: 401, body: { code: 'not_for_users' } });
  await w.sql`select finish_command(id, 'done', null, null, ${w.sql.json({ check: found })}) from commands`;
  expect((await later('root')).body).toMatchObject({ status: 'DONE', result: { ok: true, version: '7.3' } });
});
