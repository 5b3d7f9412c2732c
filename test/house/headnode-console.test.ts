import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { openConsoles } from '../../agents/journal-folder.ts';
import type { LabelledMachine } from '../../db/devices/console.ts';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { apiOnSocket, openSocket, watch } from '../support/console-viewers.ts';
import { writeVmHost } from '../support/mock-vm-host.ts';
import { until } from '../support/until.ts';
import { basic, keys, makeWorld } from '../support/world.ts';

const head: LabelledMachine = { of: 'headnode', label: 'head' };
/** What the mock prints at each start. */
const GREETING = 'Booting base-headnode';

/** The headnode head of project blue, never started, with an agent and an API host as in production. */
async function house(t: TestContext) {
  const world = await makeWorld(t);
  const stateDir = await agentStateFolder(t);
  writeVmHost(stateDir);
  const startAgent = () =>
    startAgentProcess(t, world, stateDir, undefined, { timing: { console: { heldBack: 0, typing: 2000 } } });
  const [api, agent] = await Promise.all([apiOnSocket(t, world), startAgent()]);
  const ask = async (user: string, method: string, path: string, body?: object) => {
    const answer = await fetch(`${api.url}${path}`, {
      method,
      headers: { authorization: basic(user) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    return { status: answer.status, body: /^[[{]/.test(text) ? JSON.parse(text) : text };
  };
  const done = async (user: string, method: string, path: string, body?: object) =>
    expect(await ask(user, method, path, body)).toMatchObject({ status: 200 });
  await until(
    async () => (await world.sql`select from agents where vm_host is not null`).length === 1,
    'the agent tells of its host',
  );
  await done('ada', 'PUT', '/headnode/head', { project: 'blue', base_img: 'base-headnode' });
  return {
    world,
    api,
    ask,
    done,
    agent,
    startAgent,
    held: () => openConsoles(join(stateDir, 'journal'), keys.issuer),
    /** Waits until the console stands so. */
    stands: (state: object) =>
      until(
        async () => {
          const { body } = await ask('ada', 'GET', '/headnode/head/console/state');
          return Object.entries(state).every(([name, value]) => body[name] === value);
        },
        `the console is ${JSON.stringify(state)}`,
      ),
  };
}

const OFF = { state: 'down', problem: 'the headnode does not run' };

describe('the console of a headnode', { timeout: 60_000 }, () => {
  test('is watched before there is one, through starts, stops and the death of its agent, to its deletion', async (t) => {
    const { api, ask, done, agent, startAgent, held, stands } = await house(t);
    const viewer = await watch(t, api, 'ada', '', head);
    await viewer.sees('[HaaS: the console is not connected: the headnode does not run]');
    await stands(OFF);
    await done('ada', 'POST', '/headnode/head/start');
    await viewer.sees(GREETING);
    await stands({ state: 'open', problem: null });

    await done('ada', 'POST', '/headnode/head/console/input', { data: 'hello\r' });
    await viewer.sees('hello');
    const typist = await openSocket(t, api, 'ada', '?write=take', { machine: head });
    typist.type('by hand');
    await viewer.sees('by hand');

    expect(await ask('ada', 'POST', '/headnode/head/console/break')).toMatchObject({
      status: 502,
      body: { code: 'headnode_failed', msg: expect.stringContaining('no break was sent') },
    });

    await done('ada', 'POST', '/headnode/head/stop');
    await stands(OFF);
    expect(await ask('ada', 'POST', '/headnode/head/console/input', { data: 'x' })).toMatchObject({
      status: 502,
      body: { code: 'headnode_failed', msg: expect.stringContaining('the headnode does not run') },
    });
    const before = viewer.text().length;
    await done('ada', 'POST', '/headnode/head/start');
    await until(() => viewer.text().slice(before).includes(GREETING), 'it is shown starting again');
    expect(viewer.text().slice(before)).toMatch(/^\r\n\[HaaS: \S+ to \S+: [^\]]*; at last: the headnode does not run\]\r\n/);

    process.kill(agent.pid, 'SIGKILL');
    expect(await agent.ended).toBe('SIGKILL');
    await startAgent();
    await viewer.sees('the agent was not there');
    await done('ada', 'POST', '/headnode/head/console/input', { data: 'still here' });
    await viewer.sees('still here');
    expect(held()).toEqual(['headnode-console/head']);

    await done('ada', 'DELETE', '/headnode/head');
    await viewer.ended;
    expect(viewer.text()).toMatch(/\r\n\[HaaS: the headnode was deleted\]\r\n$/);
    expect(await typist.closed).toBe(1000);
    await until(() => held().length === 0, 'the agent lets go');
    expect(await ask('ada', 'GET', '/headnode/head/console')).toMatchObject({ status: 404 });
  });

  test('has nothing of that of a node of its name', async (t) => {
    const { world, api, done } = await house(t);
    await world.arrange('PUT', '/node/head', { obm: { type: 'mock', host: 'mock', user: 'u', password: 'p' } });
    await world.arrange('POST', '/project/red/connect_node', { node: 'head' });
    await done('ada', 'POST', '/headnode/head/start');
    const [ofHeadnode, ofNode] = [
      await watch(t, api, 'ada', '', head),
      await watch(t, api, 'bob', '', { of: 'node', label: 'head' }),
    ];
    await ofHeadnode.sees(GREETING);
    await done('bob', 'POST', '/node/head/console/input', { data: 'of the node' });
    await done('ada', 'POST', '/headnode/head/console/input', { data: 'of the headnode' });
    await ofNode.sees('of the node');
    await ofHeadnode.sees('of the headnode');
    expect(ofNode.text()).not.toContain('headnode');
    expect(ofHeadnode.text()).not.toContain('of the node');
    await done('ada', 'DELETE', '/headnode/head');
    await ofHeadnode.ended;
    await done('bob', 'POST', '/node/head/console/input', { data: 'still there' });
    await ofNode.sees('still there');
  });
});
