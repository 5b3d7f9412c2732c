import { randomUUID } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, type TestContext, test } from 'vitest';
import { DeviceError } from '../../agents/device-error.ts';
import { linkHeadnode } from '../../agents/headnode-link.ts';
import type { AgentOverrides } from '../../agents/main.ts';
import { MachinesInMaking } from '../../agents/vm-host-room.ts';
import { makeAgentSite } from '../support/agent-site.ts';
import { MemoryVmHost } from '../support/memory-vm-host.ts';
import { mockVmHost, startOrder, writeVmHost } from '../support/mock-vm-host.ts';
import { until } from '../support/until.ts';

const { headnode, template, size, nics } = startOrder();
const machine = { template, size, fullCopy: false, nics, seed: null };
const [base] = new MemoryVmHost().templates;

async function site(t: TestContext) {
  const site = await makeAgentSite(t);
  const host = new MemoryVmHost();
  const log: string[] = [];
  return {
    ...site,
    host,
    /** Everything that the agents logged as a warning. */
    warnings: () => log.join(''),
    startWith: (overrides: AgentOverrides = { vmHost: host.offered }) =>
      site.start({
        timing: { beat: 20, templates: 100 },
        log: pino({ level: 'warn' }, { write: (line) => void log.push(line) }),
        ...overrides,
      }),
    /** What the database knows of the host now. */
    async told(): Promise<unknown> {
      const [row] = await site.sql`select vm_host from agents`;
      return row?.['vm_host'];
    },
    /** Waits until the database knows exactly this of the host. */
    async tells(report: unknown): Promise<void> {
      await expect.poll(() => this.told(), { timeout: 10_000 }).toEqual(report);
    },
  };
}

describe('an agent tells of its host', () => {
  test('what vm-host.json says, and nothing once there is none', async (t) => {
    const s = await site(t);
    writeVmHost(s.stateDir);
    const agent = await s.startWith({});
    const templates = [
      { name: 'base-headnode', memory: 512, vcpus: 1, disk: 10 },
      { name: 'img1', memory: 1024, vcpus: 2, disk: 4 },
    ];
    await s.tells({ templates, limits: mockVmHost.limits, problems: [] });
    await agent.stop();
    rmSync(join(s.stateDir, 'vm-host.json'));
    await s.startWith({});
    await s.tells(null);
  });

  test('again when it changes, and not at every beat', async (t) => {
    const s = await site(t);
    await s.startWith();
    const report = { templates: [base], limits: s.host.limits, problems: [] as string[] };
    await s.tells(report);
    // Whoever tells it again would write over this.
    await s.sql`update agents set vm_host = '{"templates":[]}'`;
    const reads = s.host.count('readTemplates');
    await until(() => s.host.count('readTemplates') > reads + 2, 'the templates are read again');
    expect(await s.told()).toEqual({ templates: [] });
    s.host.problems = ['img2: no such file'];
    await s.tells({ ...report, problems: s.host.problems });
    s.host.templates = [];
    await s.tells({ ...report, templates: [], problems: s.host.problems });
  });

  test('that it is away, and keeps what it offered', async (t) => {
    const s = await site(t);
    await s.startWith();
    const report = { templates: [base], limits: s.host.limits, problems: [] as string[] };
    await s.tells(report);
    s.host.interfere = () => {
      throw new DeviceError('unreachable', 'libvirtd does not run');
    };
    await s.tells({
      ...report,
      problems: ['the host of headnodes cannot be asked for its templates: libvirtd does not run'],
    });
    expect(s.warnings().match(/not every headnode can be made/g)).toHaveLength(1);
    s.host.interfere = () => {};
    await s.tells(report);
  });

  test('and is heard of all the same while its host hangs', async (t) => {
    const s = await site(t);
    s.host.interfere = (_call, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new DeviceError('lost', 'called off'))));
    const agent = await s.startWith();
    await until(() => s.host.calls.length > 0, 'the host is asked');
    await s.sql`update agents set last_seen_at = null`;
    await until(async () => (await s.sql`select from agents where last_seen_at is not null`).length > 0, 'the agent is seen');
    await agent.stop();
  });
});

describe('what processes that were killed have left', () => {
  test('is removed at the start of the next one, and logged, once the host is there', async (t) => {
    const s = await site(t);
    const uuid = randomUUID();
    s.host.halfMade.add(uuid);
    new MachinesInMaking(s.stateDir).begin(uuid, { command: 'gone', size });
    let isAway = true;
    s.host.interfere = () => {
      if (isAway) throw new DeviceError('unreachable', 'libvirtd does not run');
    };
    await s.startWith();
    await until(() => s.host.count('sweep') > 1, 'the host is asked again and again');
    isAway = false;
    await until(() => s.host.halfMade.size === 0, 'it is swept');
    await until(() => s.warnings().includes(`removed what was left of ${uuid}`), 'it is logged');
    await until(() => !existsSync(join(s.stateDir, 'headnodes', `${uuid}.json`)), 'what was remembered of it is forgotten');
    const sweeps = s.host.count('sweep');
    const reads = s.host.count('readTemplates');
    await until(() => s.host.count('readTemplates') > reads + 1, 'the agent goes on');
    expect(s.host.count('sweep')).toBe(sweeps);
  });

  test('is told from what is defined while the host is looked at', async (t) => {
    const s = await site(t);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    s.host.interfere = ({ what }) => (what === 'create' ? held : undefined);
    const means = { vmHost: s.host.offered, stateDir: s.stateDir, locks: join(s.stateDir, 'locks') };
    const other = linkHeadnode(means, headnode, { held: () => true, signal: new AbortController().signal });
    const making = other.make(machine, 'theirs');
    await until(() => s.host.halfMade.size === 1, 'a machine is being made');
    const { offered } = s.host;
    let isLooked = false;
    const open: typeof offered.open = (signal) => {
      const inner = offered.open(signal);
      const readUse = async () => {
        const use = await inner.readUse();
        release();
        await making;
        isLooked = true;
        return use;
      };
      return { ...inner, readUse };
    };
    const agent = await s.startWith({ vmHost: { ...offered, open } });
    await until(() => isLooked, 'the host was looked at');
    await agent.stop();
    expect(other.isMadeBy('theirs')).toBe(true);
  });

  test('is told from what others are making now', async (t) => {
    const s = await site(t);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    s.host.interfere = ({ what }) => (what === 'create' ? held : undefined);
    const means = { vmHost: s.host.offered, stateDir: s.stateDir, locks: join(s.stateDir, 'locks') };
    const other = linkHeadnode(means, headnode, { held: () => true, signal: new AbortController().signal });
    const making = other.make(machine, 'theirs');
    await until(() => s.host.halfMade.size === 1, 'a machine is being made');
    await s.startWith();
    await s.tells({ templates: [base], limits: s.host.limits, problems: [] });
    await until(() => s.host.count('sweep') === 1 && s.host.count('readUse') > 1, 'the host is swept');
    expect([...s.host.halfMade]).toEqual([headnode.uuid]);
    expect(other.isMadeBy('theirs')).toBe(true);
    release();
    await making;
    expect(s.host.machines.size).toBe(1);
  });
});
