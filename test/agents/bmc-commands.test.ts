import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BmcError } from '../../agents/drivers/bmc/bmc-error.ts';
import type { AgentSite } from '../support/agent-site.ts';
import { makeAgentSite, until } from '../support/agent-site.ts';

/** Short waits. Milliseconds. */
const timing = { bmc: { look: 5, dark: 5, settle: 100, doubt: 200 }, poll: 200, idle: 50 };

async function power(
  site: AgentSite,
  label: string,
  texts: { action?: 'on' | 'off' | 'cycle'; force?: boolean; limit?: number } = {},
) {
  const { action = 'on', force = false, limit = 1 } = texts;
  return site.order(`bmc/${label}`, 'power.set', { bmc: await site.bmc(label), action, force, limit, pxe: false });
}

async function status(site: AgentSite, label: string) {
  return site.order(`bmc/${label}`, 'power.read', { bmc: await site.bmc(label) });
}

describe('commands for a BMC', () => {
  test('are carried out, and their results settled', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing });
    const bmc = await site.bmc('n1');
    const boot = { device: 'pxe', persistent: false, uefi: true } as const;
    const ids = [
      await status(site, 'n1'),
      await site.order('bmc/n1', 'boot-device.set', { bmc, boot }),
      await power(site, 'n1'),
      await site.order('bmc/n1', 'bmc.check', { bmc }),
    ];
    const results = await Promise.all(ids.map(async (id) => (await site.ended(id)).result));
    expect(results).toMatchObject([
      { power: 'off' },
      { boot },
      { power: 'on' },
      { bmc: { power: 'on', manufacturer: 'Memory' } },
    ]);
    expect(site.bmcs.mostAtOnce).toBe(1);
  });

  test('that only read do not wait for a machine that shuts down', async (t) => {
    const site = await makeAgentSite(t);
    Object.assign(site.bmcs.machine('n1'), { power: 'on', obeys: false });
    await site.start({ timing: { ...timing, bmc: { ...timing.bmc, look: 50 } } });
    const cycle = await power(site, 'n1', { action: 'cycle', limit: 600 });
    await until(() => site.bmcs.count('setPower', 'soft') === 1, 'the request to shut down');
    expect(await site.ended(await status(site, 'n1'))).toMatchObject({ status: 'done', result: { power: 'on' } });
    expect(await site.command(cycle)).toMatchObject({ status: 'running' });
    site.bmcs.machine('n1').power = 'off';
    expect(await site.ended(cycle)).toMatchObject({ status: 'done', result: { power: 'on' } });
  });

  test('that force the power take over from one that waits', async (t) => {
    const site = await makeAgentSite(t);
    Object.assign(site.bmcs.machine('n1'), { power: 'on', obeys: false });
    await site.start({ timing: { ...timing, bmc: { ...timing.bmc, look: 60_000 } } });
    const soft = await power(site, 'n1', { action: 'cycle', limit: 600 });
    await until(() => site.bmcs.count('setPower', 'soft') === 1 && site.bmcs.count('readPower') === 2, 'the wait');
    const forced = await power(site, 'n1', { action: 'off' });
    expect(await site.ended(forced)).toMatchObject({ status: 'done', result: { power: 'off' } });
    expect(await site.command(soft)).toMatchObject({ status: 'unknown', message: expect.stringContaining('took over') });
    expect(site.bmcs.count('setPower', 'on')).toBe(0);
  });

  test('wait for a machine that is on its way: it is not as it seems', async (t) => {
    const site = await makeAgentSite(t);
    const machine = Object.assign(site.bmcs.machine('n1'), { power: 'on' });
    site.bmcs.interfere = ({ wanted }) => (wanted === 'off' ? 'ignored' : undefined);
    await site.start({ timing: { ...timing, bmc: { ...timing.bmc, settle: 60_000 } } });
    const off = await power(site, 'n1', { action: 'off' });
    await until(() => site.bmcs.count('setPower', 'off') === 1, 'the request to turn off');
    const on = await power(site, 'n1', { action: 'on' });
    await until(async () => (await site.command(on)).status !== 'queued', 'the next command');
    const looks = site.bmcs.count('readPower');
    await until(() => site.bmcs.count('readPower') > looks + 1, 'two looks at the machine');
    machine.power = 'off';
    expect(await site.ended(off)).toMatchObject({ status: 'done', result: { power: 'off' } });
    expect(await site.ended(on)).toMatchObject({ status: 'done', result: { power: 'on' } });
    expect(site.bmcs.count('setPower', 'on')).toBe(1);
    expect(machine.power).toBe('on');
  });

  test('do not wait for a BMC that says nothing, unless it is theirs', async (t) => {
    const site = await makeAgentSite(t);
    let letGo = () => {};
    const silent = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    site.bmcs.interfere = async ({ label }) => {
      if (label !== 'dead') return;
      await silent;
      throw new BmcError('no-answer', 'the BMC of dead does not answer');
    };
    await site.start({ timing });
    const dead = [await status(site, 'dead'), await status(site, 'dead')];
    const others = await Promise.all(Array.from({ length: 20 }, (_, index) => status(site, `n${index}`)));
    for (const id of others) expect(await site.ended(id)).toMatchObject({ status: 'done' });
    for (const id of dead) expect(['queued', 'running']).toContain((await site.command(id)).status);
    letGo();
    for (const id of dead) expect(await site.ended(id)).toMatchObject({ status: 'failed', reason: 'unreachable' });
  });

  test('of two nodes that share a BMC take turns', async (t) => {
    const site = await makeAgentSite(t);
    let underWay = 0;
    let most = 0;
    site.bmcs.interfere = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay -= 1;
    };
    await site.start({ timing });
    const ids = await Promise.all(
      ['n1', 'n2', 'n1', 'n2'].map(async (label) => {
        const bmc = await site.bmc(label, { type: 'ipmi', host: '127.0.0.1' });
        return site.order(`bmc/${label}`, 'power.read', { bmc });
      }),
    );
    for (const id of ids) expect(await site.ended(id)).toMatchObject({ status: 'done' });
    expect(most).toBe(1);
  });

  test('that were begun by a process which is gone: a status is read again, a cycle is not done twice', async (t) => {
    const site = await makeAgentSite(t);
    site.bmcs.machine('n1').power = 'on';
    let isFirst = true;
    site.bmcs.interfere = ({ wanted }, signal) => {
      if (!isFirst || wanted !== 'off') return undefined;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('called off'))));
    };
    const short = { ...timing, lease: 1000, grace: 200, margin: 300, stop: 10 };
    const first = await site.start({ timing: short });
    const cycle = await power(site, 'n1', { action: 'cycle', force: true });
    await until(() => site.bmcs.count('setPower', 'off') === 1, 'the first half of the cycle');
    const read = await status(site, 'n1');
    await first.stop();
    isFirst = false;
    await site.start({ timing: short });
    expect(await site.ended(cycle)).toMatchObject({
      status: 'unknown',
      reason: 'unproven',
      message: expect.stringContaining('never'),
    });
    expect(await site.ended(read)).toMatchObject({ status: 'done', result: { power: 'on' } });
    expect(site.bmcs.count('setPower')).toBe(1);
  });
});

describe('orders that are none', () => {
  test.for([
    ['for the BMC of another node', { label: 'n2' }, 'bad-parameters'],
    ['for an address that is none', { type: 'ipmi', host: '-x' }, 'bad-parameters'],
    ['whose credentials are for another port', { port: 624 }, 'bad-credentials'],
    ['whose credentials are for another host', { host: 'elsewhere' }, 'bad-credentials'],
  ] as const)('%s are refused', async ([, changed, reason], t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing });
    const bmc = { ...(await site.bmc('n1')), ...changed };
    const id = await site.order('bmc/n1', 'power.set', { bmc, action: 'off', force: true, limit: 1, pxe: false });
    expect(await site.ended(id)).toMatchObject({ status: 'refused', reason });
    expect(site.bmcs.calls).toEqual([]);
  });

  test('for a BMC that the policy does not list are refused', async (t) => {
    const site = await makeAgentSite(t);
    writeFileSync(join(site.stateDir, 'policy.json'), JSON.stringify({ bmcs: ['10.1.0.0/16', 'bmc.test'] }), { mode: 0o600 });
    await site.start({ timing });
    const read = async (host: string) => {
      const bmc = await site.bmc('n1', { type: 'ipmi', host });
      return site.ended(await site.order('bmc/n1', 'power.read', { bmc }));
    };
    expect(await read('10.1.2.3')).toMatchObject({ status: 'done' });
    expect(await read('BMC.test')).toMatchObject({ status: 'done' });
    expect(await read('10.2.2.3')).toMatchObject({ status: 'refused', reason: 'policy' });
    expect(await read('other.test')).toMatchObject({ status: 'refused', reason: 'policy' });
  });

  test('changes of power count against the limit of changes, and looks do not', async (t) => {
    const site = await makeAgentSite(t);
    writeFileSync(join(site.stateDir, 'policy.json'), JSON.stringify({ changes_per_minute: 1 }), { mode: 0o600 });
    await site.start({ timing });
    expect(await site.ended(await power(site, 'n1'))).toMatchObject({ status: 'done' });
    expect(await site.ended(await power(site, 'n2'))).toMatchObject({ status: 'refused', reason: 'policy' });
    expect(await site.ended(await status(site, 'n2'))).toMatchObject({ status: 'done' });
  });
});
