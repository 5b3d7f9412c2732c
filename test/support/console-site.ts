import { randomUUID } from 'node:crypto';
import type { TestContext } from 'vitest';
import type { Timing } from '../../agents/config.ts';
import type { AgentOverrides, RunningAgent } from '../../agents/main.ts';
import { seal } from '../../db/commands/seal.ts';
import { consoleDevice, type LabelledMachine } from '../../db/devices/console.ts';
import type { HeadnodeIdentity } from '../../db/devices/headnode.ts';
import type { BmcAccess } from '../../db/devices/obm.ts';
import { type AgentSite, keys, makeAgentSite } from './agent-site.ts';
import { MemoryConsoles } from './memory-consoles.ts';
import { until } from './until.ts';

/** Short waits. Milliseconds. */
const timing: Partial<Timing> = {
  backOff: { first: 10, last: 100 },
  console: { opening: 2000, heldBack: 0, quiet: 10_000, typing: 500 },
  idle: 50,
  poll: 500,
  beat: 200,
};

/** A piece of a console's log. */
interface LogPiece {
  readonly seq: number;
  readonly at: Date;
  readonly text: string;
  readonly gap: string | null;
}

/** An agent's site with nodes and headnodes whose consoles are in memory. */
export interface ConsoleSite extends AgentSite {
  readonly consoles: MemoryConsoles;
  /** Makes a node, if there is none, and begins a reservation in which its console is enabled; answers the console's number. */
  reserve(node: string): Promise<number>;
  /** Ends the reservation of a node. */
  free(node: string): Promise<void>;
  /** Queues a `console.open`. */
  openConsole(node: string, console: number, access?: Partial<BmcAccess>): Promise<string>;
  /** Makes a headnode with a console; answers the console's number too. */
  headnode(label: string): Promise<{ readonly headnode: HeadnodeIdentity; readonly console: number }>;
  /** Queues keystrokes. */
  typeAt(label: string, console: number, text: string, of?: LabelledMachine['of']): Promise<string>;
  pieces(console: number): Promise<LogPiece[]>;
  /** The log as text, gaps as `[gap]`. */
  text(console: number): Promise<string>;
  /** How it stands with the line. */
  line(console: number): Promise<{ readonly state: string; readonly problem: string | null }>;
  startWith(overrides?: AgentOverrides & { timing?: Partial<Timing>; url?: string }): Promise<RunningAgent>;
  /** Reserves a node, has its console opened, and waits until it is. */
  opened(node: string): Promise<number>;
}

/** Makes a site for one test. */
export async function makeConsoleSite(t: Pick<TestContext, 'onTestFinished'>): Promise<ConsoleSite> {
  const site = await makeAgentSite(t);
  const { sql } = site;
  const consoles = new MemoryConsoles();
  await sql`insert into projects (label) values ('blue')`;
  const made: ConsoleSite = {
    ...site,
    consoles,
    async reserve(node) {
      await sql`insert into nodes (label, obmd_uri, obmd_token) values (${node}, '', '') on conflict do nothing`;
      await sql`update nodes set project_id = (select id from projects) where label = ${node}`;
      const [row] = await sql`
        insert into consoles (node_id, project_id) select id, project_id from nodes where label = ${node} returning id`;
      return Number(row?.['id']);
    },
    async free(node) {
      await sql`update nodes set project_id = null where label = ${node}`;
    },
    async openConsole(node, console, access) {
      return site.order(`console/${node}`, 'console.open', { bmc: await site.bmc(node, access), console });
    },
    async headnode(label) {
      const uuid = randomUUID();
      const [row] = await sql`
        with made as (
          insert into headnodes (label, project_id, agent_id, uuid, base_image, memory, vcpus, disk)
            select ${label}, p.id, a.id, ${uuid}, 'tiny', 512, 1, 1 from projects p, agents a returning id, project_id)
        insert into consoles (headnode_id, project_id) select id, project_id from made returning id`;
      return { headnode: { label, uuid }, console: Number(row?.['id']) };
    },
    async typeAt(label, console, text, of = 'node') {
      const { kty, crv, x } = keys.sealing;
      const device = consoleDevice({ of, label });
      const target = { device, hostname: String(console), port: 0 };
      const sealed = await seal({ kty, crv, x }, target, { data: Buffer.from(text, 'latin1').toString('base64') });
      return site.order(device, 'console.input', { console, sealed });
    },
    async pieces(console) {
      const rows = await sql<{ seq: string; at: Date; data: Buffer; gap: string | null }[]>`
        select seq, at, data, gap from console_chunks where console_id = ${console} order by seq`;
      return rows.map(({ seq, at, data, gap }) => ({ seq: Number(seq), at, gap, text: data.toString('latin1') }));
    },
    async text(console) {
      return (await made.pieces(console)).map(({ text, gap }) => (gap === null ? text : '[gap]')).join('');
    },
    async line(console) {
      const [row] = await sql<{ state: string; problem: string | null }[]>`
        select state, problem from consoles where id = ${console}`;
      if (!row) throw new Error(`there is no console ${console}`);
      return row;
    },
    startWith: (overrides = {}) =>
      site.start({
        findBmcDriver: consoles.findBmcDriver,
        vmHost: consoles.vmHost,
        ...overrides,
        timing: { ...timing, ...overrides.timing },
      }),
    async opened(node) {
      const console = await made.reserve(node);
      await made.openConsole(node, console);
      await until(async () => (await made.line(console)).state === 'open', `the console of ${node} to be open`);
      return console;
    },
  };
  return made;
}
