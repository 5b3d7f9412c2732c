import { describe, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { portState } from '../../db/commands/kinds.ts';
import { startNexus } from '../../infra/rack/nexus/nexus.ts';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { connect, projectNetwork } from '../support/networks.ts';
import { bareNode, mockSwitch, reserve } from '../support/rack.ts';
import { until } from '../support/until.ts';
import { type Answer, makeWorld, statusId, type World } from '../support/world.ts';

/** Seconds; a command whose switch never answers is given up after as many. */
const LIFETIME = 3;
/** A hanging switch is waited for as long as a real one may think. */
const PATIENCE = { timeout: 60_000 };

const shown = z.object({ status: z.string(), error: z.string().nullable() });

/** A world with the network `lan`, a pool of two VLANs, and an agent that works. */
async function house(t: TestContext, commandLifetime: number): Promise<World> {
  const w = await makeWorld(t, { commandLifetime, vlans: [100, 101] });
  await projectNetwork(w, 'lan');
  await startAgentProcess(t, w, await agentStateFolder(t));
  return w;
}

/** Cables NIC eth0 of a new node to a port of a switch, and reserves the node for blue unless it is to stay free. */
async function cabled(w: World, node: string, sw: string, port = 'gi1/0/1', project: string | null = 'blue'): Promise<void> {
  await bareNode(w, node);
  await w.arrange('PUT', `/node/${node}/nic/eth0`, { macaddr: '' });
  await w.arrange('PUT', `/switch/${sw}/port/${port}`);
  await w.arrange('POST', `/switch/${sw}/port/${port}/connect_nic`, { node, nic: 'eth0' });
  if (project !== null) await reserve(w, node, project);
}

/** A mock switch with a fault, named like the fault, and the reserved node `n1` on its first port. */
async function faulty(w: World, fault: string): Promise<void> {
  await mockSwitch(w, fault, fault);
  await cabled(w, 'n1', fault);
}

async function show(w: World, action: Answer): Promise<z.output<typeof shown>> {
  return shown.parse((await w.call('root', 'GET', `/networking_action/${statusId(action)}`)).body);
}

/** How an action ends. */
function ended(w: World, action: Answer): Promise<z.output<typeof shown>> {
  return until(
    async () => {
      const now = await show(w, action);
      return now.status === 'PENDING' ? undefined : now;
    },
    'the action ends',
    40_000,
  );
}

async function networksOf(w: World, node: string): Promise<unknown> {
  const { body } = await w.call('ada', 'GET', `/node/${node}`);
  return z.object({ nics: z.array(z.object({ networks: z.unknown() })) }).parse(body).nics[0]?.networks;
}

async function suspects(w: World): Promise<string[]> {
  const rows = await w.sql`select s.label || ' ' || p.label as port from ports p join switches s on s.id = p.switch_id
    where p.suspect_since is not null order by 1`;
  return rows.map(({ port }) => String(port));
}

const release = (w: World, node: string) => w.call('ada', 'POST', '/project/blue/detach_node', { node });
const revert = (w: World, sw: string, port = 'gi1/0/1') => w.arrange('POST', `/switch/${sw}/port/${port}/revert`);

for (const [fault, says] of [
  ['refuse', /refuses every change/],
  ['lie', /read back as shut, native none.* not as wanted: up, native 100/],
] as const) {
  test(`${fault}: the action is an ERROR that says so, nothing is recorded, and the NIC is free for the next one`, async (t) => {
    const w = await house(t, 900);
    await faulty(w, fault);
    for (let round = 0; round < 2; round++) {
      const end = await ended(w, await connect(w, 'n1', 'lan'));
      expect(end).toEqual({ status: 'ERROR', error: expect.stringMatching(says) });
      expect(await networksOf(w, 'n1')).toEqual({});
    }
    expect(await suspects(w)).toEqual([]);
    expect((await release(w, 'n1')).status).toBe(200);
    expect((await w.call('ada', 'DELETE', '/network/lan')).status).toBe(200);
  });
}

test('drop: what the rows say is what the port was last read as', PATIENCE, async (t) => {
  const w = await house(t, 900);
  await faulty(w, 'drop');
  const end = await ended(w, await connect(w, 'n1', 'lan'));
  const [port] = await w.sql`select read_state from ports where suspect_since is null`;
  const read = portState.parse(port?.['read_state']);
  if (end.status === 'DONE') {
    expect(await networksOf(w, 'n1')).toEqual({ 'vlan/native': 'lan' });
    expect(read).toEqual({ native: 100, tagged: [], enabled: true });
  } else {
    expect(end.error).toMatch(/ended the session in the middle/);
    expect(await networksOf(w, 'n1')).toEqual({});
    expect(read).toEqual({ native: null, tagged: [], enabled: false });
    expect((await release(w, 'n1')).status).toBe(200);
  }
});

describe.each(['hang', 'garble'])('%s: nobody can tell what the port carries', (fault) => {
  test('so its node and its network are kept where they are', PATIENCE, async (t) => {
    const w = await house(t, LIFETIME);
    await faulty(w, fault);
    await mockSwitch(w, 'free', fault);
    await cabled(w, 'n2', 'free', 'gi1/0/2', null);
    const actions = [await connect(w, 'n1', 'lan'), await revert(w, 'free', 'gi1/0/2')];
    for (const action of actions) {
      expect(await ended(w, action)).toEqual({ status: 'ERROR', error: expect.stringMatching(/could be proven/) });
    }
    expect(await suspects(w)).toEqual(['free gi1/0/2', `${fault} gi1/0/1`]);
    expect(await networksOf(w, 'n1')).toEqual({});

    const blocked = (port: string) => ({
      status: 409,
      body: { type: 'BlockedError', code: 'suspect_port', msg: expect.stringContaining(port) },
    });
    expect(await release(w, 'n1')).toMatchObject(blocked(`${fault} gi1/0/1`));
    expect(await w.call('ada', 'POST', '/project/blue/connect_node', { node: 'n2' })).toMatchObject(blocked('free gi1/0/2'));
    expect(await w.call('ada', 'DELETE', '/network/lan')).toMatchObject(blocked(`${fault} gi1/0/1`));
    expect(await w.call('root', 'POST', '/switch/free/port/gi1/0/2/detach_nic')).toMatchObject(blocked('free gi1/0/2'));

    const create = (network: string, vlan = '') =>
      w.call('root', 'PUT', `/network/${network}`, { owner: 'admin', access: 'blue', net_id: vlan });
    expect((await create('second')).body).toBeNull();
    expect(await create('third')).toMatchObject({ status: 503, body: { code: 'pool_exhausted' } });
    expect(await create('same', '100')).toMatchObject({ status: 409, body: { code: 'id_in_use' } });
  });
});

test('when the switch can be read again, a revert ends the suspicion, and everything can be taken back', PATIENCE, async (t) => {
  const w = await house(t, LIFETIME);
  const login = { username: 'admin', password: 'sesame' };
  const nexus = await startNexus({ hostname: 'nexus', ports: ['Ethernet1/1'], ...login, faults: { garble: /^show/ } });
  t.onTestFinished(() => nexus.close());
  const registration = {
    type: 'nexus',
    hostname: '127.0.0.1',
    port: nexus.tcpPort('telnet'),
    transport: 'telnet',
    dummy_vlan: 2222,
  };
  await w.arrange('PUT', '/switch/nexus', { ...registration, ...login });
  await cabled(w, 'n1', 'nexus', 'Ethernet1/1');
  expect((await ended(w, await connect(w, 'n1', 'lan'))).status).toBe('ERROR');
  expect(await suspects(w)).toEqual(['nexus Ethernet1/1']);
  // Still not readable: a revert proves nothing.
  expect((await ended(w, await revert(w, 'nexus', 'Ethernet1/1'))).status).toBe('ERROR');
  expect((await release(w, 'n1')).status).toBe(409);

  delete nexus.faults.garble;
  expect(await ended(w, await revert(w, 'nexus', 'Ethernet1/1'))).toEqual({ status: 'DONE', error: null });
  expect(await suspects(w)).toEqual([]);
  expect(nexus.port('Ethernet1/1')).toEqual({ enabled: false, native: null, tagged: [] });
  expect((await release(w, 'n1')).status).toBe(200);
  expect((await w.call('ada', 'DELETE', '/network/lan')).status).toBe(200);
  expect((await w.call('ada', 'POST', '/project/blue/connect_node', { node: 'n1' })).status).toBe(200);
});

test('a switch that hangs keeps no other switch waiting', PATIENCE, async (t) => {
  const w = await house(t, 900);
  await faulty(w, 'hang');
  await mockSwitch(w, 'good');
  await cabled(w, 'n2', 'good');
  const hanging = await connect(w, 'n1', 'lan');
  await until(
    async () => (await w.sql`select from commands where id = ${statusId(hanging)} and status = 'running'`).length === 1,
    'the hanging command runs',
  );
  const begun = performance.now();
  for (const verb of ['connect', 'detach', 'connect']) {
    const answer = await w.arrange('POST', `/node/n2/nic/eth0/${verb}_network`, { network: 'lan' });
    expect((await ended(w, answer)).status).toBe('DONE');
  }
  // Far less than the hanging switch is given for one line.
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect((await show(w, hanging)).status).toBe('PENDING');
});

test('where there is no agent, an action ends when its time is over, and the NIC is free for the next one', async (t) => {
  const w = await makeWorld(t, { commandLifetime: LIFETIME });
  await projectNetwork(w, 'lan');
  await mockSwitch(w, 'good');
  await cabled(w, 'n1', 'good');
  const late = await connect(w, 'n1', 'lan');
  expect((await show(w, late)).status).toBe('PENDING');
  expect(await w.call('ada', 'POST', '/node/n1/nic/eth0/connect_network', { network: 'lan' })).toMatchObject({ status: 409 });
  // Its time is over, and so is what clocks may differ by.
  await w.sql`update commands set not_after = now() - interval '31 seconds'`;
  expect(await show(w, late)).toEqual({ status: 'ERROR', error: expect.stringMatching(/agent rack-1 .* last seen never/) });
  expect(await suspects(w)).toEqual([]);

  const next = await connect(w, 'n1', 'lan');
  await startAgentProcess(t, w, await agentStateFolder(t));
  expect(await ended(w, next)).toEqual({ status: 'DONE', error: null });
  expect((await show(w, late)).status).toBe('ERROR');
  expect(await networksOf(w, 'n1')).toEqual({ 'vlan/native': 'lan' });
});
