import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { z } from 'zod';
import type { Step } from '../../agents/checkpoint.ts';
import { type AgentProcess, agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { mockVmHost, writeVmHost } from '../support/mock-vm-host.ts';
import { until } from '../support/until.ts';
import { type Answer, makeWorld, statusId, type World } from '../support/world.ts';

const later = { prefer: 'respond-async' };
const action = z.object({ status: z.string(), error: z.string().nullable() });
const shown = z.object({ uuid: z.string(), state: z.string(), frozen: z.boolean(), vncport: z.int().nullable() });

interface House {
  readonly world: World;
  readonly stateDir: string;
  /** Starts a process of the agent. */
  agent(dieAt?: Step): Promise<AgentProcess>;
  /** Makes the headnode, on a network; there is nothing of it but its rows. */
  create(): Promise<void>;
  /** Asks for something, without waiting for it. */
  ask(method: string, verb?: string): Promise<Answer>;
  /** Waits for the end of an action and answers it; database, host and journal must say the same then. */
  consistent(asked: Answer): Promise<z.output<typeof action>>;
}

async function house(t: TestContext): Promise<House> {
  const world = await makeWorld(t);
  const stateDir = await agentStateFolder(t);
  writeVmHost(stateDir);
  const machines = join(stateDir, 'mock-vm-host');
  return {
    world,
    stateDir,
    agent: (dieAt) => startAgentProcess(t, world, stateDir, dieAt),
    async create() {
      // As the agent tells it, which need not run for this.
      const { limits } = mockVmHost;
      const report = { templates: [{ name: 'base-headnode', memory: 512, vcpus: 1, disk: 10 }], limits, problems: [] };
      await world.sql`update agents set vm_host = ${world.sql.json(report)}`;
      await world.arrange('PUT', '/headnode/head', { project: 'blue', base_img: 'base-headnode' });
      await world.arrange('PUT', '/network/lan', { owner: 'blue', access: 'blue', net_id: '' });
      await world.arrange('PUT', '/headnode/head/hnic/eth0');
      await world.arrange('POST', '/headnode/head/hnic/eth0/connect_network', { network: 'lan' });
    },
    ask: (method, verb = '') => world.call('ada', method, `/headnode/head${verb}`, undefined, later),
    async consistent(asked) {
      const end = await until(async () => {
        const { body } = await world.call('ada', 'GET', `/networking_action/${statusId(asked)}`);
        const parsed = action.parse(body);
        return parsed.status === 'PENDING' ? undefined : parsed;
      }, 'the action ends');
      const folders = existsSync(machines) ? readdirSync(machines) : [];
      const { status, body } = await world.call('ada', 'GET', '/headnode/head');
      if (status === 404) {
        expect(folders).toEqual([]);
      } else {
        const { uuid, state, frozen, vncport } = shown.parse(body);
        // Nothing half is left: what is there is a whole machine.
        expect(folders).toEqual(frozen ? [uuid] : []);
        if (frozen) expect(readdirSync(join(machines, uuid)).sort()).toEqual(['disk', 'machine.json']);
        expect(state).toMatch(frozen ? /^(running|stopped)$/ : /^absent$/);
        expect(vncport === null).toBe(state !== 'running');
      }
      const making = join(stateDir, 'headnodes');
      expect(existsSync(making) ? readdirSync(making) : []).toEqual([]);
      return end;
    },
  };
}

describe('an agent that is killed in the middle of', { timeout: 60_000 }, () => {
  test.for(['begun', 'connected', 'made', 'set-sent', 'read-back', 'ended'] as const)(
    'the first start of a headnode, at "%s"',
    async (step, t) => {
      const h = await house(t);
      await h.create();
      const mortal = await h.agent(step);
      const starting = await h.ask('POST', '/start');
      expect(await mortal.ended).toBe('SIGKILL');
      await h.agent();
      expect(await h.consistent(starting)).toMatchObject({ status: 'DONE' });
      expect(await h.world.call('ada', 'GET', '/headnode/head')).toMatchObject({
        body: { state: 'running', vncport: 5900, frozen: true },
      });
    },
  );

  test.for(['begun', 'removed', 'read-back', 'ended'] as const)(
    'the deletion of a headnode that runs, at "%s"',
    async (step, t) => {
      const h = await house(t);
      const first = await h.agent();
      await h.create();
      expect(await h.consistent(await h.ask('POST', '/start'))).toMatchObject({ status: 'DONE' });
      await first.stop();
      const mortal = await h.agent(step);
      const deleting = await h.ask('DELETE');
      expect(await mortal.ended).toBe('SIGKILL');
      await h.agent();
      expect(await h.consistent(deleting)).toMatchObject({ status: 'DONE' });
      expect(await h.world.call('ada', 'GET', '/headnode/head')).toMatchObject({ status: 404 });
    },
  );

  test('a clone, leaves a disk that the next one removes, and makes its own anew', async (t) => {
    const h = await house(t);
    await h.create();
    const mortal = await h.agent('begun');
    const starting = await h.ask('POST', '/start');
    expect(await mortal.ended).toBe('SIGKILL');
    const [row] = await h.world.sql`select uuid from headnodes`;
    // As a process leaves them that dies while it copies: one of this headnode, and one whose command ended since.
    const folders = [String(row?.['uuid']), randomUUID()].map((uuid) => join(h.stateDir, 'mock-vm-host', uuid));
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'disk'), 'half');
    }
    const agent = await h.agent();
    await until(() => !existsSync(folders[1] ?? ''), 'the host is swept');
    expect(await h.consistent(starting)).toMatchObject({ status: 'DONE' });
    expect(agent.output()).toContain('left by a headnode half made');
    expect(readFileSync(join(folders[0] ?? '', 'disk'), 'utf8')).toBe('a clone of base-headnode\n');
  });
});
