import { describe, expect, type TestContext, test } from 'vitest';
import type { LabelledMachine } from '../../../db/devices/console.ts';
import { showHeadnodeConsole } from '../../../functions/headnode-console/show.ts';
import { ordersOf } from '../../support/bmc-agent.ts';
import { apiOnSocket, consoleAgent, n1, openSocket, typedAt, watch } from '../../support/console-viewers.ts';
import { describeOperation } from '../../support/describe-operation.ts';
import { asked, ended, headnode, headnodeRefusalCases, offerHeadnodes, withHeadnode } from '../../support/headnodes.ts';
import { drivenNode, loggedConsole, reserve } from '../../support/rack.ts';
import { until } from '../../support/until.ts';
import { type Answer, makeWorld, type World } from '../../support/world.ts';

describeOperation(showHeadnodeConsole, {
  arrange: withHeadnode,
  request: { params: { headnode: 'h1' }, input: { follow: 'false' } },
  async success(w, answer: Answer) {
    expect(answer.text).toBe('');
    expect(await w.sql`select from consoles`).toHaveLength(0);
    expect(await ordersOf(w)).toEqual([]);
  },
  roles: { admin: 200, owner: 200, other: 401, anonymous: 401 },
  refusals: {
    ...headnodeRefusalCases,
    unknown_log: { input: { log: '7' } },
    no_web_socket_asked: { input: { write: 'take' } },
    console_taken: {
      async arrange(w) {
        await loggedConsole(w, 'h1', 'headnode');
        await w.sql`update consoles set writer = 'ada', writer_session = gen_random_uuid(), writer_since = now(), writer_seen_at = now()`;
      },
      input: { write: 'take' },
      headers: { upgrade: 'websocket' },
    },
  },
  malformed: { 'a tail that is no number': { input: { tail: '-1' } } },
});

/** The headnode n1 of project blue, and the node n1 of project red. */
const h1: LabelledMachine = { of: 'headnode', label: 'n1' };

async function namesakes(t: TestContext): Promise<World> {
  const w = await makeWorld(t);
  await offerHeadnodes(w);
  await headnode(w, 'n1');
  await drivenNode(w, 'n1');
  await reserve(w, 'n1', 'red');
  return w;
}

describe('viewers', () => {
  test('have a console opened, are told that the headnode does not run, and see what it says when it does', async (t) => {
    const w = await namesakes(t);
    const api = await apiOnSocket(t, w);
    const early = await watch(t, api, 'ada', '', h1);
    await early.sees('[HaaS: the console is being opened]');
    expect((await ordersOf(w)).map(({ device, kind }) => [device, kind])).toEqual([['headnode-console/n1', 'console.open']]);
    const agent = await consoleAgent(t, w, h1);
    await agent.line('down', 'the headnode does not run');
    await early.sees('[HaaS: the console is not connected: the headnode does not run]');
    await agent.line('open');
    await agent.say('Booting\r\n');
    await early.sees('Booting\r\n');
  });

  test.for(['started', 'never started'])('are cut off when the headnode is deleted that was %s', async (what, t) => {
    const w = await namesakes(t);
    const agent = await consoleAgent(t, w, h1);
    if (what === 'started') await ended(w, await asked(w, 'POST', '/headnode/n1/start'), 'done', { state: 'stopped' });
    const api = await apiOnSocket(t, w);
    const plain = await watch(t, api, 'ada', '', h1);
    const control = await openSocket(t, api, 'ada', '?write=take', { protocol: 'haas.console.v1', machine: h1 });
    await agent.say('the last\r\n');
    await plain.sees('the last');
    const { status } = await w.call('ada', 'DELETE', '/headnode/n1', undefined, { prefer: 'respond-async' });
    if (status === 202) {
      await agent.say('of all\r\n');
      await plain.sees('of all');
      await w.sql`select finish_command(id, 'done', null, null, null) from commands where kind = 'headnode.delete'`;
    }
    await plain.ended;
    expect(plain.text()).toMatch(/\r\n\r\n\[HaaS: the headnode was deleted\]\r\n$/);
    expect(await control.closed).toBe(1000);
    expect(control.told()).toContainEqual({ type: 'notice', message: 'the headnode was deleted' });
    await expect(agent.say('too late')).rejects.toThrow('let go');
    expect(await w.call('ada', 'GET', '/headnode/n1/console')).toMatchObject({ status: 404 });
  });

  test('are cut off when logging is stopped, and when they lose their rights', async (t) => {
    const w = await namesakes(t);
    const agent = await consoleAgent(t, w, h1);
    await agent.say('kept\r\n');
    const api = await apiOnSocket(t, w);
    const [ada, root] = [await watch(t, api, 'ada', '', h1), await watch(t, api, 'root', '', h1)];
    await w.arrange('POST', '/auth/basic/user/ada/remove_project', { project: 'blue' });
    await ada.ended;
    expect(ada.text()).toContain('[HaaS: you may not see this console any more]');
    await w.arrange('DELETE', '/headnode/n1/console');
    await root.ended;
    expect(root.text()).toContain('[HaaS: logging was stopped]');
    const log = await watch(t, api, 'root', `?log=${agent.id}`, h1);
    await log.ended;
    expect(log.text()).toBe('kept\r\n');
  });
});

test('a headnode and a node of one name have nothing of each other', async (t) => {
  const w = await namesakes(t);
  const [ofHeadnode, ofNode] = [await consoleAgent(t, w, h1), await consoleAgent(t, w, n1)];
  expect(ofHeadnode.id).not.toBe(ofNode.id);
  const api = await apiOnSocket(t, w);
  const [ada, bob] = [await watch(t, api, 'ada', '', h1), await watch(t, api, 'bob', '', n1)];
  await ofHeadnode.say('of blue\r\n');
  await ofNode.say('of red\r\n');
  await ada.sees('of blue');
  await bob.sees('of red');
  expect([ada.text(), bob.text()]).toEqual(['of blue\r\n', 'of red\r\n']);

  for (const [user, machine, { id }] of [
    ['root', 'headnode', ofNode],
    ['root', 'node', ofHeadnode],
  ] as const) {
    expect(await w.call(user, 'GET', `/${machine}/n1/console?log=${id}`)).toMatchObject({
      status: 404,
      body: { code: 'unknown_log' },
    });
  }
  for (const [user, machine] of [
    ['ada', 'node'],
    ['bob', 'headnode'],
  ] as const) {
    for (const path of ['?follow=false', '/state']) {
      expect(await w.call(user, 'GET', `/${machine}/n1/console${path}`)).toMatchObject({ status: 401 });
    }
    expect(await w.call(user, 'POST', `/${machine}/n1/console/input`, { data: 'x' })).toMatchObject({ status: 401 });
    expect(await w.call(user, 'DELETE', `/${machine}/n1/console`)).toMatchObject({ status: 401 });
  }

  const [intoHeadnode, intoNode] = [await typedAt(w, h1), await typedAt(w, n1)];
  const typist = await openSocket(t, api, 'ada', '?write=take', { machine: h1 });
  typist.type('for the headnode\r');
  await until(() => intoHeadnode().join('') === 'for the headnode\r', 'it is typed');
  expect((await w.call('bob', 'GET', '/node/n1/console/state')).body).toMatchObject({ writer: null });
  expect(await w.call('bob', 'POST', '/node/n1/console/input', { data: 'for the node\r' })).toMatchObject({ status: 200 });
  expect([intoHeadnode(), intoNode()]).toEqual([['for the headnode\r'], ['for the node\r']]);

  // Neither does the end of the one end the other.
  await w.arrange('DELETE', '/headnode/n1');
  await ada.ended;
  await ofNode.say('still there');
  await bob.sees('still there');
});
