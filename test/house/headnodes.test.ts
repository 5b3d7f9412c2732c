import { expect, type TestContext, test } from 'vitest';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { writeVmHost } from '../support/mock-vm-host.ts';
import { projectNetwork } from '../support/networks.ts';
import { until } from '../support/until.ts';
import { makeWorld, statusId, type World } from '../support/world.ts';

const SECRET = 'a-secret-of-ada';

/** A world and a state folder of its agent, whose host has virtual machines that are none. */
async function house(t: TestContext) {
  const w = await makeWorld(t);
  const stateDir = await agentStateFolder(t);
  writeVmHost(stateDir);
  await projectNetwork(w, 'lan');
  return { w, start: () => startAgentProcess(t, w, stateDir) };
}

const offered = (w: World) =>
  until(async () => (await w.sql`select from agents where vm_host is not null`).length === 1, 'the agent tells of its host');
const ask = (w: World, method: string, path = '', body?: object, prefer = 'wait=20') =>
  w.call('ada', method, `/headnode/head${path}`, body, { prefer });
const shown = async (w: World) => (await ask(w, 'GET')).body;

test('a headnode from its creation to its end', { timeout: 60_000 }, async (t) => {
  const { w, start } = await house(t);
  const agent = await start();
  await offered(w);
  expect((await w.call('ada', 'GET', '/headnode_images')).body).toEqual(['base-headnode', 'img1']);
  const done = { status: 200, text: '' };
  const described = { project: 'blue', base_img: 'img1', user_data: `#cloud-config\npassword: ${SECRET}\n` };
  expect(await ask(w, 'PUT', '', described)).toMatchObject(done);
  expect(await ask(w, 'PUT', '/hnic/eth0')).toMatchObject(done);
  expect(await ask(w, 'POST', '/hnic/eth0/connect_network', { network: 'lan' })).toMatchObject(done);
  expect(await shown(w)).toMatchObject({ state: 'absent', frozen: false, vncport: null });

  expect(await ask(w, 'POST', '/start')).toMatchObject(done);
  expect(await shown(w)).toMatchObject({
    state: 'running',
    frozen: true,
    vncport: expect.any(Number),
    nics: [{ label: 'eth0', networks: { 'vlan/native': 'lan' } }],
  });
  const frozen = { status: 409, body: { type: 'IllegalStateError' } };
  expect(await ask(w, 'PUT', '/hnic/eth1')).toMatchObject(frozen);
  expect(await ask(w, 'DELETE', '/hnic/eth0')).toMatchObject(frozen);
  expect(await ask(w, 'POST', '/hnic/eth0/connect_network', { network: 'lan' })).toMatchObject(frozen);
  expect(await ask(w, 'POST', '/hnic/eth0/detach_network')).toMatchObject(frozen);
  expect((await w.call('ada', 'DELETE', '/network/lan')).status).toBe(409);

  expect(await ask(w, 'POST', '/stop')).toMatchObject(done);
  expect(await shown(w)).toMatchObject({ state: 'stopped', frozen: true, vncport: null });
  expect(await ask(w, 'POST', '/start')).toMatchObject(done);
  expect(await shown(w)).toMatchObject({ state: 'running' });
  expect((await w.call('root', 'GET', '/agent/rack-1')).body).toMatchObject({
    devices: ['headnode/head'],
    vm_host: { used: { memory: 1024, vcpus: 2, disk: 4 }, problems: [] },
  });

  expect(await ask(w, 'DELETE')).toMatchObject(done);
  expect((await ask(w, 'GET')).status).toBe(404);
  expect((await w.call('ada', 'DELETE', '/network/lan')).status).toBe(200);
  expect(agent.output()).not.toContain(SECRET);
  const [{ found } = { found: -1 }] =
    await w.sql`select count(*)::int as found from commands c where c::text like ${`%${SECRET}%`}`;
  expect(found).toBe(0);
});

test('what is asked of an agent that is away is promised, shown as such, and done when it is back', {
  timeout: 60_000,
}, async (t) => {
  const { w, start } = await house(t);
  const first = await start();
  await offered(w);
  await ask(w, 'PUT', '', { project: 'blue', base_img: 'img1' });
  expect((await ask(w, 'POST', '/start')).status).toBe(200);
  await first.stop();

  expect((await ask(w, 'GET', '', undefined, 'wait=0')).body).toMatchObject({
    state: 'unknown',
    reason: expect.stringContaining('rack-1'),
    frozen: true,
  });
  const promised = await ask(w, 'DELETE', '', undefined, 'respond-async');
  expect(promised.status).toBe(202);
  expect(await ask(w, 'POST', '/start')).toMatchObject({ status: 409, body: { code: 'being_deleted' } });
  await start();
  const told = async () => (await w.call('ada', 'GET', `/networking_action/${statusId(promised)}`)).body;
  await until(async () => JSON.stringify(await told()).includes('DONE'), 'it is deleted');
  expect(await told()).toMatchObject({ type: 'headnode_delete', headnode: 'head', state: 'absent' });
  expect((await ask(w, 'GET')).status).toBe(404);
});

test('a host that has no room left by what it really has says so, and the headnode can be deleted at once', {
  timeout: 60_000,
}, async (t) => {
  const { w, start } = await house(t);
  await start();
  await offered(w);
  expect(await ask(w, 'PUT', '', { project: 'blue', base_img: 'img1', memory: 4096 })).toMatchObject({
    status: 503,
    body: { type: 'AllocationError', msg: expect.stringContaining('2048 MiB of memory') },
  });
  await ask(w, 'PUT', '', { project: 'blue', base_img: 'img1' });
  // As if somebody had lowered the limits since.
  await w.sql`update headnodes set memory = 4096`;
  expect(await ask(w, 'POST', '/start')).toMatchObject({
    status: 502,
    body: { type: 'HeadnodeError', code: 'headnode_failed', msg: expect.stringContaining('no room') },
  });
  expect(await shown(w)).toMatchObject({ state: 'absent', frozen: false });
  expect(await ask(w, 'DELETE')).toMatchObject({ status: 200, text: '' });
});
