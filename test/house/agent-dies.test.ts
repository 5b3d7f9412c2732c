import { describe, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import type { Step } from '../../agents/checkpoint.ts';
import { startNexus } from '../../infra/rack/nexus/nexus.ts';
import type { SimulatedSwitch } from '../../infra/rack/simulated-switch.ts';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { bareNode, reserve } from '../support/rack.ts';
import { until } from '../support/until.ts';
import { type Answer, makeWorld, statusId, type World } from '../support/world.ts';

interface House {
  readonly world: World;
  readonly nexus: SimulatedSwitch;
  readonly stateDir: string;
  connect(): Promise<Answer>;
  detach(): Promise<Answer>;
  /** Waits for the end of an action, and demands that rows and switch say the same. Answers the action's status. */
  consistent(action: Answer): Promise<string>;
}

const shown = z.object({ status: z.string() });

/** Node n1, reserved, on a simulated Nexus that is reached by telnet, and the network lan on VLAN 100. */
async function house(t: TestContext): Promise<House> {
  const world = await makeWorld(t);
  const login = { username: 'admin', password: 'sesame' };
  const nexus = await startNexus({ hostname: 'sw1', ports: ['Ethernet1/1', 'Ethernet1/2'], ...login });
  t.onTestFinished(() => nexus.close());
  await world.arrange('PUT', '/switch/sw1', {
    type: 'nexus',
    hostname: '127.0.0.1',
    port: nexus.tcpPort('telnet'),
    transport: 'telnet',
    dummy_vlan: 2222,
    ...login,
  });
  await bareNode(world, 'n1');
  await world.arrange('PUT', '/node/n1/nic/eth0', { macaddr: '' });
  await world.arrange('PUT', '/switch/sw1/port/ethernet1/1');
  await world.arrange('POST', '/switch/sw1/port/ethernet1/1/connect_nic', { node: 'n1', nic: 'eth0' });
  await reserve(world, 'n1', 'blue');
  await world.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
  const change = (verb: string) => () => world.arrange('POST', `/node/n1/nic/eth0/${verb}_network`, { network: 'lan' });
  return {
    world,
    nexus,
    stateDir: await agentStateFolder(t),
    connect: change('connect'),
    detach: change('detach'),
    async consistent(action) {
      const status = await until(async () => {
        const { body } = await world.call('ada', 'GET', `/networking_action/${statusId(action)}`);
        const parsed = shown.parse(body);
        return parsed.status === 'PENDING' ? undefined : parsed.status;
      }, 'the action ends');
      const attached = await world.sql`select v.id from attachments a join vlans v on v.network_id = a.network_id`;
      const [vlan] = attached.map(({ id }) => Number(id));
      expect(nexus.port('Ethernet1/1')).toEqual({ enabled: vlan !== undefined, native: vlan ?? null, tagged: [] });
      expect(await world.sql`select from ports where suspect_since is not null`).toHaveLength(0);
      return status;
    },
  };
}

const steps: Step[] = [
  'claimed',
  'verified',
  'begun',
  'connected',
  'set-sent',
  'read-back',
  'ended',
  'settled',
  'saved',
  'save-recorded',
];

describe('an agent that is killed in the middle of a port change', () => {
  test.for(steps)('at "%s" leaves nothing that the next one does not finish', { timeout: 60_000 }, async (step, t) => {
    const h = await house(t);
    const mortal = await startAgentProcess(t, h.world, h.stateDir, step);
    const connecting = await h.connect();
    expect(await mortal.ended).toBe('SIGKILL');

    await startAgentProcess(t, h.world, h.stateDir);
    expect(await h.consistent(connecting)).toBe('DONE');
    expect(h.nexus.port('Ethernet1/1')).toEqual({ enabled: true, native: 100, tagged: [] });
    // The next one reads before it writes, and writes nothing twice.
    expect(h.nexus.typed.filter((line) => line === 'switchport trunk native vlan 100')).toHaveLength(1);
    // What was changed is also what the switch starts with, whoever has to save it.
    await until(() => !h.nexus.unsaved(), 'the configuration is saved');
    expect(await h.consistent(await h.detach())).toBe('DONE');
  });

  test.for(['read-back', 'restore-sent', 'ended'] as const)(
    'at "%s" of a change that the switch does not carry out',
    { timeout: 60_000 },
    async (step, t) => {
      const h = await house(t);
      h.nexus.faults.lie = /^switchport trunk native vlan 100$/;
      const mortal = await startAgentProcess(t, h.world, h.stateDir, step);
      const connecting = await h.connect();
      expect(await mortal.ended).toBe('SIGKILL');

      await startAgentProcess(t, h.world, h.stateDir);
      expect(await h.consistent(connecting)).toBe('ERROR');
      delete h.nexus.faults.lie;
      expect(await h.consistent(await h.connect())).toBe('DONE');
    },
  );

  test('every time the next one begins, ends with the port as wanted', { timeout: 60_000 }, async (t) => {
    const h = await house(t);
    const connecting = await (async () => {
      let action: Answer | undefined;
      for (const step of ['begun', 'set-sent', 'ended'] as const) {
        const mortal = await startAgentProcess(t, h.world, h.stateDir, step);
        action ??= await h.connect();
        expect(await mortal.ended).toBe('SIGKILL');
      }
      return action;
    })();
    await startAgentProcess(t, h.world, h.stateDir);
    expect(connecting && (await h.consistent(connecting))).toBe('DONE');
  });
});
