import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, type TestContext, test } from 'vitest';
import { DeviceError } from '../../agents/device-error.ts';
import type { CommandParameters } from '../../db/commands/kinds.ts';
import { seal } from '../../db/commands/seal.ts';
import type { HeadnodeSeed } from '../../db/devices/headnode.ts';
import { type AgentSite, keys, makeAgentSite, until } from '../support/agent-site.ts';
import { MemoryVmHost } from '../support/memory-vm-host.ts';
import { startOrder, writeVmHost } from '../support/mock-vm-host.ts';

/** Short waits. Milliseconds. */
const timing = { headnode: { look: 5, doubt: 100 }, poll: 200, idle: 50 };
const running = { headnode: { state: 'running', vncport: 5900 } };

interface Site extends AgentSite {
  readonly host: MemoryVmHost;
}

async function siteWithHost(t: TestContext): Promise<Site> {
  return Object.assign(await makeAgentSite(t), { host: new MemoryVmHost() });
}

/** Orders the start of a headnode; answers the command's id, and what was ordered. */
async function start(site: AgentSite, label: string, changes: Partial<CommandParameters<'headnode.start'>> = {}) {
  const order = startOrder({ headnode: { label, uuid: randomUUID() }, ...changes });
  return { order, headnode: order.headnode, id: await site.order(`headnode/${label}`, 'headnode.start', order) };
}

/** A seed, sealed for a headnode as the API does it. */
function sealed(seed: HeadnodeSeed, label: string, uuid: string): Promise<string> {
  const { kty, crv, x } = keys.sealing;
  return seal({ kty, crv, x }, { device: `headnode/${label}`, hostname: uuid, port: 0 }, seed);
}

describe('commands for a headnode', () => {
  test('are carried out in order, and their results settled', async (t) => {
    const site = await makeAgentSite(t);
    writeVmHost(site.stateDir);
    await site.start();
    const order = startOrder();
    const { headnode } = order;
    const ids = [
      await site.order('headnode/head-1', 'headnode.read', { headnode }),
      await site.order('headnode/head-1', 'headnode.start', order),
      await site.order('headnode/head-1', 'headnode.start', order),
      await site.order('headnode/head-1', 'headnode.stop', { headnode }),
      await site.order('headnode/head-1', 'headnode.read', { headnode }),
      await site.order('headnode/head-1', 'headnode.delete', { headnode }),
      await site.order('headnode/head-1', 'headnode.stop', { headnode }),
    ];
    const ends = await Promise.all(ids.map((id) => site.ended(id)));
    expect(ends.map(({ status }) => status)).toEqual(ids.map(() => 'done'));
    expect(ends.map(({ result }) => result)).toEqual([
      { headnode: { state: 'absent' } },
      running,
      running,
      { headnode: { state: 'stopped' } },
      { headnode: { state: 'stopped' } },
      { headnode: { state: 'absent' } },
      { headnode: { state: 'absent' } },
    ]);
  });

  test('of different headnodes do not wait for each other, and those of one are never two at once', async (t) => {
    const site = await siteWithHost(t);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    site.host.interfere = ({ what, machine }) => (what === 'create' && machine?.title === 'slow' ? held : undefined);
    await site.start({ timing, vmHost: site.host.offered });
    const slow = await start(site, 'slow');
    await until(() => site.host.count('create') === 1, 'the slow one is being made');
    const stop = await site.order('headnode/slow', 'headnode.stop', { headnode: slow.headnode });
    const others = await Promise.all(['a', 'b', 'c'].map((label) => start(site, label)));
    for (const { id } of others) expect(await site.ended(id)).toMatchObject({ status: 'done', result: running });
    expect(await site.command(slow.id)).toMatchObject({ status: 'running' });
    release();
    expect(await site.ended(slow.id)).toMatchObject({ status: 'done', result: running });
    expect(await site.ended(stop)).toMatchObject({ status: 'done', result: { headnode: { state: 'stopped' } } });
    expect(site.host.mostAtOnce).toBe(1);
  });

  test('take over from one that only waits for a host that does not tell', async (t) => {
    const site = await siteWithHost(t);
    let isSilent = true;
    let failures = 0;
    site.host.interfere = ({ what }) => {
      if (what !== 'read' || !isSilent || site.host.count('start') === 0) return;
      failures += 1;
      throw new DeviceError('unreachable', 'libvirtd is away');
    };
    await site.start({ timing: { ...timing, headnode: { look: 60_000, doubt: 120_000 } }, vmHost: site.host.offered });
    const { id, headnode } = await start(site, 'head-1');
    await until(() => failures === 1, 'the start is in doubt');
    isSilent = false;
    const deletion = await site.order('headnode/head-1', 'headnode.delete', { headnode });
    expect(await site.ended(deletion)).toMatchObject({ status: 'done', result: { headnode: { state: 'absent' } } });
    expect(await site.command(id)).toMatchObject({ status: 'unknown', message: expect.stringContaining('took over') });
  });

  test('fail where the agent has no host for headnodes, with the reason', async (t) => {
    const site = await makeAgentSite(t);
    await site.start({ timing });
    const { id, headnode } = await start(site, 'head-1');
    const why = { status: 'failed', reason: 'unreachable', message: 'this agent has no vm-host.json: it runs no headnodes' };
    expect(await site.ended(id)).toMatchObject(why);
    for (const kind of ['headnode.read', 'headnode.stop', 'headnode.delete'] as const)
      expect(await site.ended(await site.order('headnode/head-1', kind, { headnode }))).toMatchObject(why);
  });

  test('bring a seed to the machine, and to no log and no row', async (t) => {
    const site = await siteWithHost(t);
    const log: string[] = [];
    const uuid = randomUUID();
    const seed = { ssh_keys: ['ssh-ed25519 AAAAkey ada'], user_data: '#cloud-config\npassword: sesame-street\n' };
    site.host.interfere = ({ what, machine }) => {
      if (what !== 'create') return;
      throw new DeviceError('refused', `no space for ${machine?.seed?.userData} and ${machine?.seed?.metaData}`);
    };
    await site.start({
      timing,
      vmHost: site.host.offered,
      log: pino({ level: 'trace' }, { write: (line) => void log.push(line) }),
    });
    const headnode = { label: 'head-1', uuid };
    const { id } = await start(site, 'head-1', { headnode, seed: await sealed(seed, 'head-1', uuid) });
    expect(await site.ended(id)).toMatchObject({ status: 'failed', message: expect.stringContaining('no space for') });
    const told = site.host.calls.find(({ what }) => what === 'create')?.machine?.seed;
    expect(told?.userData).toBe(seed.user_data);
    const rows = await site.sql`select signed, message, result::text from commands`;
    for (const text of [JSON.stringify(rows), log.join('')]) {
      expect(text).toContain('no space for');
      expect(text).not.toMatch(/sesame|AAAAkey/);
    }
  });

  test('begun by a process that is stopped in the middle are gone on with by the next', async (t) => {
    const site = await siteWithHost(t);
    let isFirst = true;
    site.host.interfere = ({ what }, signal) => {
      if (what !== 'create' || !isFirst) return undefined;
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new DeviceError('lost', 'it was called off'))),
      );
    };
    const short = { ...timing, lease: 1000, grace: 200, margin: 300, stop: 10 };
    const first = await site.start({ timing: short, vmHost: site.host.offered });
    const { id } = await start(site, 'head-1');
    await until(() => site.host.count('create') === 1, 'the machine is being made');
    await first.stop();
    expect(await site.command(id)).toMatchObject({ status: 'running' });
    isFirst = false;
    await site.start({ timing: short, vmHost: site.host.offered });
    expect(await site.ended(id)).toMatchObject({ status: 'done', result: running, attempt: 2 });
    expect([site.host.machines.size, site.host.halfMade.size]).toEqual([1, 0]);
  });
});

describe('orders that are none', () => {
  test.for<[string, Partial<CommandParameters<'headnode.start'>>, string]>([
    ['for another headnode', { headnode: { label: 'head-2', uuid: randomUUID() } }, 'bad-parameters'],
    ['with a MAC address of a group', { nics: [{ mac: '53:54:00:00:00:01', vlan: 100 }] }, 'bad-parameters'],
    [
      'with one MAC address twice',
      {
        nics: [
          { mac: '52:54:00:00:00:01', vlan: 100 },
          { mac: '52:54:00:00:00:01', vlan: 101 },
        ],
      },
      'bad-parameters',
    ],
    ['whose seed is none', { seed: 'x' }, 'bad-credentials'],
  ])('%s are refused', async ([, changes, reason], t) => {
    const site = await siteWithHost(t);
    await site.start({ timing, vmHost: site.host.offered });
    const order = startOrder(changes);
    const id = await site.order('headnode/head-1', 'headnode.start', order);
    expect(await site.ended(id)).toMatchObject({ status: 'refused', reason });
    expect(site.host.count('read') + site.host.count('create')).toBe(0);
  });

  test('whose seed was sealed for a headnode that had the label before are refused', async (t) => {
    const site = await siteWithHost(t);
    await site.start({ timing, vmHost: site.host.offered });
    const seed = await sealed({ ssh_keys: [], user_data: 'x' }, 'head-1', randomUUID());
    const { id } = await start(site, 'head-1', { seed });
    expect(await site.ended(id)).toMatchObject({ status: 'refused', reason: 'bad-credentials' });
  });

  test('on VLANs that the policy does not list are refused', async (t) => {
    const site = await siteWithHost(t);
    writeFileSync(join(site.stateDir, 'policy.json'), JSON.stringify({ vlans: '200-299' }), { mode: 0o600 });
    await site.start({ timing, vmHost: site.host.offered });
    const { id } = await start(site, 'head-1');
    expect(await site.ended(id)).toMatchObject({
      status: 'refused',
      reason: 'policy',
      message: expect.stringContaining('VLAN 100'),
    });
    const listed = await start(site, 'head-2', { nics: [{ mac: '52:54:00:00:00:01', vlan: 200 }] });
    expect(await site.ended(listed.id)).toMatchObject({ status: 'done' });
  });

  test('count against the limit of changes: starts, stops and deletions, and looks do not', async (t) => {
    const site = await siteWithHost(t);
    writeFileSync(join(site.stateDir, 'policy.json'), JSON.stringify({ changes_per_minute: 3 }), { mode: 0o600 });
    await site.start({ timing, vmHost: site.host.offered });
    const { id, headnode } = await start(site, 'head-1');
    const ask = async (kind: 'headnode.read' | 'headnode.stop' | 'headnode.delete') =>
      site.ended(await site.order('headnode/head-1', kind, { headnode }));
    expect(await site.ended(id)).toMatchObject({ status: 'done' });
    for (const kind of ['headnode.read', 'headnode.stop', 'headnode.delete', 'headnode.read'] as const)
      expect(await ask(kind)).toMatchObject({ status: 'done' });
    expect(await ask('headnode.stop')).toMatchObject({ status: 'refused', reason: 'policy' });
  });
});
