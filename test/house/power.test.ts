import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Step } from '../../agents/checkpoint.ts';
import { agentStateFolder, startAgentProcess } from '../support/agent-process.ts';
import { bmcFor, bmcsMissing, registerMachine } from '../support/bmc-house.ts';
import { skipped } from '../support/lacking.ts';
import { until } from '../support/until.ts';
import { type Answer, makeWorld, statusId, type World } from '../support/world.ts';

const shown = z.object({ status: z.string(), error: z.string().nullable() });
const later = { prefer: 'respond-async' };

async function outcome(world: World, answer: Answer) {
  return until(async () => {
    const { body } = await world.call('ada', 'GET', `/networking_action/${statusId(answer)}`);
    const action = shown.parse(body);
    return action.status === 'PENDING' ? undefined : action;
  }, 'the action ends');
}

describe.skipIf(bmcsMissing !== undefined)(`a machine with a real BMC${skipped(bmcsMissing)}`, { timeout: 60_000 }, () => {
  test('is switched, told what to boot from, and looked at by its user', async (t) => {
    const world = await makeWorld(t);
    const bmc = await bmcFor(t, 'n1');
    await registerMachine(world, bmc);
    await startAgentProcess(t, world, await agentStateFolder(t));
    const call = (method: string, path: string, body?: unknown) => world.call('ada', method, `/node/n1/${path}`, body);

    expect(await call('GET', 'power_status')).toMatchObject({ status: 200, body: { power_status: 'on' } });
    expect(await call('POST', 'power_off')).toMatchObject({ status: 200, text: '' });
    expect(bmc.power()).toBe('off');
    expect(await call('GET', 'power_status')).toMatchObject({ body: { power_status: 'off' } });
    expect(await call('PUT', 'boot_device', { bootdev: 'pxe' })).toMatchObject({ status: 200, text: '' });
    expect(bmc.boot()).toBe('pxe');
    // A cycle of a machine that is off turns it on.
    expect(await call('POST', 'power_cycle')).toMatchObject({ status: 200 });
    expect(bmc.power()).toBe('on');
    expect(await call('POST', 'power_cycle')).toMatchObject({ status: 200 });
    expect(bmc.calls().filter((line) => line === 'set shutdown 1' || line === 'set power 1')).not.toEqual([]);
    expect(bmc.power()).toBe('on');
  });

  test('that does not react to being asked is left on, and the answer says so', async (t) => {
    const world = await makeWorld(t);
    const bmc = await bmcFor(t, 'n1');
    bmc.softShutdown = 'never';
    await registerMachine(world, bmc);
    await startAgentProcess(t, world, await agentStateFolder(t));
    const answer = await world.call('ada', 'POST', '/node/n1/power_cycle', { limit: 1 });
    expect(answer).toMatchObject({ status: 502, body: { type: 'OBMError' } });
    expect(answer.text).toContain('did not react within 1 s');
    expect(bmc.power()).toBe('on');
    expect(await world.call('ada', 'POST', '/node/n1/power_cycle', { force: true })).toMatchObject({ status: 200 });
    expect(bmc.power()).toBe('on');
  });

  test('whose BMC drops an option of the boot device is said to have done so', async (t) => {
    const world = await makeWorld(t);
    const bmc = await bmcFor(t, 'n1');
    await registerMachine(world, bmc);
    await startAgentProcess(t, world, await agentStateFolder(t));
    const answer = await world.call('ada', 'PUT', '/node/n1/boot_device', { bootdev: 'disk', persistent: true, uefi: true });
    expect(answer).toMatchObject({ status: 502, body: { type: 'OBMError' } });
    expect(answer.text).toContain('disk (every time, UEFI)');
    bmc.faults.ignoreBoot = true;
    expect(await world.call('ada', 'PUT', '/node/n1/boot_device', { bootdev: 'cdrom' })).toMatchObject({ status: 502 });
  });

  test.for(['begun', 'set-sent', 'read-back', 'ended'] as const)(
    'is never cycled twice by an agent that was killed at "%s" of a cycle',
    async (step: Step, t) => {
      const world = await makeWorld(t);
      const bmc = await bmcFor(t, 'n1');
      await registerMachine(world, bmc);
      const stateDir = await agentStateFolder(t);
      const mortal = await startAgentProcess(t, world, stateDir, step);
      const answer = await world.call('ada', 'POST', '/node/n1/power_cycle', { force: true }, later);
      expect(answer.status).toBe(202);
      expect(await mortal.ended).toBe('SIGKILL');
      const before = bmc.power();
      const orders = () => bmc.calls().filter((line) => line.startsWith('set '));
      const sent = orders();
      await startAgentProcess(t, world, stateDir);
      const { status, error } = await outcome(world, answer);
      // Killed after the end was written down, it is told as it ended; otherwise nobody knows.
      if (step === 'ended') expect(status).toBe('DONE');
      else expect({ status, error }).toEqual({ status: 'ERROR', error: expect.stringContaining('never done twice') });
      expect(orders()).toEqual(sent);
      expect(await world.call('ada', 'GET', '/node/n1/power_status')).toMatchObject({ body: { power_status: before } });
    },
  );

  test('has a password that appears in no list of processes, no log and no row', async (t) => {
    const world = await makeWorld(t);
    const bmc = await bmcFor(t, 'n1');
    await registerMachine(world, bmc);
    const agent = await startAgentProcess(t, world, await agentStateFolder(t));
    await world.call('ada', 'POST', '/node/n1/power_off');
    await world.call('root', 'POST', '/node/n1/obm/check');
    expect(agent.output()).toContain('power.set');
    expect(agent.output()).not.toContain(bmc.password);
    const rows = await world.sql`select signed, message, result::text from commands`;
    expect(JSON.stringify(rows)).not.toContain(bmc.password);
  });
});
