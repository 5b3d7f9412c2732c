import { expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { startApiProcess } from '../support/api-process.ts';
import { connect, projectNetwork } from '../support/networks.ts';
import { bareNode, mockSwitch, reserve } from '../support/rack.ts';
import { until } from '../support/until.ts';
import { type Answer, makeWorld, statusId, type World } from '../support/world.ts';

const PORT = '/switch/sw1/port/gi1/0/1';
const SHUT = { native: null, tagged: [], enabled: false };
const login = { username: 'u', password: 'p' };
const shown = z.object({ status: z.string(), error: z.string().nullable() });

/** A world with an agent that works, and NIC eth0 of the reserved node n1 on the first port of a mock switch with a fault. */
async function house(t: TestContext, fault: string): Promise<World> {
  const w = await makeWorld(t, { commandLifetime: 3 });
  await projectNetwork(w, 'lan');
  await mockSwitch(w, 'sw1', fault);
  await bareNode(w, 'n1');
  await w.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '' });
  await w.arrange('PUT', PORT);
  await w.arrange('POST', `${PORT}/connect_nic`, { node: 'n1', nic: 'eth0' });
  await reserve(w, 'n1', 'blue');
  await startAgentProcess(t, w, await agentStateFolder(t));
  return w;
}

function ended(w: World, action: Answer): Promise<z.output<typeof shown>> {
  return until(
    async () => {
      const now = shown.parse((await w.call('root', 'GET', `/networking_action/${statusId(action)}`)).body);
      return now.status === 'PENDING' ? undefined : now;
    },
    'the action ends',
    40_000,
  );
}

test('a switch that was replaced gets its new address, and a revert ends the suspicion', { timeout: 60_000 }, async (t) => {
  const w = await house(t, 'garble');
  expect((await ended(w, await connect(w, 'n1', 'lan'))).status).toBe('ERROR');
  const state = async () => (await w.call('root', 'GET', `${PORT}/state`)).body;
  expect(await state()).toMatchObject({ read: null, agrees: null, suspect: { vlans: [100] } });
  const release = () => w.call('ada', 'POST', '/project/blue/detach_node', { node: 'n1' });
  expect(await release()).toMatchObject({ status: 409, body: { code: 'suspect_port' } });
  const check = () => w.call('root', 'POST', '/switch/sw1/check');
  expect((await check()).body).toMatchObject({ ok: false, step: 'version', message: expect.stringContaining('sw1') });

  await w.arrange('PATCH', '/switch/sw1', { hostname: 'mock', ...login });
  expect((await check()).body).toMatchObject({ ok: true, ports: [{ port: 'gi1/0/1', ...SHUT }] });
  // Reading the port once says nothing of what it carried meanwhile.
  expect(await state()).toMatchObject({ read: SHUT, agrees: true, suspect: { vlans: [100] } });
  expect(await ended(w, await w.arrange('POST', `${PORT}/revert`))).toEqual({ status: 'DONE', error: null });
  expect(await state()).toMatchObject({ wanted: SHUT, read: SHUT, agrees: true, suspect: null });
  expect((await release()).status).toBe(200);
});

test('a check is told as soon as it is done, by a host that listens', { timeout: 60_000 }, async (t) => {
  const w = await house(t, 'mock');
  const api = await startApiProcess(t, w);
  // The first makes connections and sessions.
  await api.call('root', 'POST', '/switch/sw1/check');
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const begun = performance.now();
    const answer = await api.call('root', 'POST', '/switch/sw1/check');
    times.push(performance.now() - begun);
    expect(answer).toMatchObject({ status: 200, body: { ok: true, version: expect.stringMatching(/./) } });
  }
  // One that had to be looked for would take a second.
  expect(Math.min(...times)).toBeLessThan(800);
  const [command] = await w.sql`select max(attempt) as attempt from commands where kind = 'switch.check'`;
  expect(command).toEqual({ attempt: 1 });
  expect((await w.call('root', 'GET', '/switch/sw1')).body).toMatchObject({
    version: expect.stringMatching(/./),
    last_contact_at: expect.any(String),
    unsaved_since: null,
  });
});
