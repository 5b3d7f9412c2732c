import { expect, test } from 'vitest';
import { showConsole } from '../../../functions/console/show.ts';
import { obmRefusalCases, ordersOf } from '../../support/bmc-agent.ts';
import { apiOnSocket, consoleWorld, watch } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import { type Answer, basic, type World } from '../../support/world.ts';

const earlier = async (w: World) => {
  await loggedConsole(w, 'n1');
  await w.sql`insert into console_chunks values (1, 1, now(), '"of blue"')`;
  await w.sql`update consoles set next_seq = 2`;
  await w.arrange('POST', '/project/blue/detach_node', { node: 'n1' });
};

describeOperation(showConsole, {
  async arrange(w) {
    await drivenNode(w, 'n1');
    await reserve(w, 'n1', 'blue');
  },
  request: { params: { node: 'n1' }, input: { follow: 'false' } },
  async success(w, answer: Answer) {
    expect(answer.text).toBe('');
    expect(await w.sql`select from consoles`).toHaveLength(0);
    expect(await ordersOf(w)).toEqual([]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...obmRefusalCases,
    unknown_log: { input: { log: '7' } },
    not_your_log: { arrange: earlier, input: { log: '1' }, as: 'other' },
    no_web_socket_asked: { input: { write: 'take' } },
    console_taken: {
      async arrange(w) {
        await loggedConsole(w, 'n1');
        await w.sql`update consoles set writer = 'ada', writer_session = gen_random_uuid(), writer_since = now(), writer_seen_at = now()`;
      },
      input: { write: 'take' },
      headers: { upgrade: 'websocket' },
    },
  },
  malformed: {
    'a tail that is no number': { input: { tail: '-1' } },
    'a tail that is too long': { input: { tail: '100001' } },
    'a time that is none': { input: { since: 'yesterday' } },
    'a time without a zone': { input: { since: '2026-01-01T00:00:00' } },
    'both a tail and a time': { input: { tail: '1', since: '2h' } },
    'a log without an end': { input: { log: '1', follow: 'true' } },
    'a log that is no number': { input: { log: '0' } },
    'typing into a log': { input: { log: '1', write: 'take' } },
    'typing without following': { input: { follow: 'false', write: 'take' } },
  },
});

test('opens the console where it is not open, once, and not where it is', async (t) => {
  const w = await consoleWorld(t);
  const api = await apiOnSocket(t, w);
  const first = await watch(t, api, 'ada');
  await first.sees('[HaaS: the console is being opened]');
  await watch(t, api, 'root');
  const kinds = async () => (await ordersOf(w)).map(({ kind }) => kind);
  expect(await kinds()).toEqual(['console.open']);
  await w.sql`update consoles set state = 'open'`;
  await w.sql`update commands set status = 'done', finished_at = now()`;
  await watch(t, api, 'ada');
  expect(await kinds()).toEqual(['console.open']);
  // Its agent lost it: whoever looks has it told again.
  await w.sql`update consoles set state = 'down', problem = 'the agent was stopped'`;
  await watch(t, api, 'ada');
  expect(await kinds()).toEqual(['console.open', 'console.open']);
  // Each order is recorded, as that of whom it was opened for.
  const entries = await w.sql`
    select event, actor, node, result ->> 'status' as status from audit
      where event in ('start_console', 'command_ended') order by at`;
  const opened = { event: 'start_console', actor: 'ada', node: 'n1', status: 'done' };
  expect(entries).toEqual([opened, { ...opened, event: 'command_ended', actor: null }, opened]);
});

test('an earlier log is read by its own project and by administrators, whoever has the node', async (t) => {
  const w = await consoleWorld(t);
  await earlier(w);
  for (const [user, status] of [
    ['ada', 200],
    ['root', 200],
    ['bob', 401],
  ] as const) {
    expect(await w.call(user, 'GET', '/node/n1/console?log=1'), user).toMatchObject({ status });
  }
  expect((await w.call('ada', 'GET', '/node/n1/console?log=1')).body).toBe('of blue');
  await w.sql`update consoles set project_id = null`;
  expect(await w.call('ada', 'GET', '/node/n1/console?log=1')).toMatchObject({ status: 401 });
  await w.arrange('PUT', '/node/n2', { obm: { type: 'mock', host: 'n2', user: 'u', password: 'p' } });
  expect(await w.call('root', 'GET', '/node/n2/console?log=1')).toMatchObject({ status: 404 });
});

test('HEAD asks for nothing that goes on', async (t) => {
  const w = await consoleWorld(t);
  const { url } = await apiOnSocket(t, w);
  const answer = await fetch(`${url}/node/n1/console`, { method: 'HEAD', headers: { authorization: basic('ada') } });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe('');
});
