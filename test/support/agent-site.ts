import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { TestContext } from 'vitest';
import { type AgentConfig, readConfig, type Timing } from '../../agents/config.ts';
import { type AgentOverrides, type RunningAgent, startAgent } from '../../agents/main.ts';
import { type Connection, connect } from '../../db/client.ts';
import { createSigner, generateSigningKey, type Order, type SigningKey, verificationKey } from '../../db/commands/envelope.ts';
import { type CommandKind, type CommandParameters, commandKinds, type PortState } from '../../db/commands/kinds.ts';
import { generateSealingKey, type SealingPublicKey, seal } from '../../db/commands/seal.ts';
import type { BmcAccess } from '../../db/devices/obm.ts';
import { agentLogin } from '../../db/roles.ts';
import { type TestDatabase, testDatabase } from './database.ts';
import { MemoryBmcs } from './memory-bmc.ts';
import { MemorySwitches } from './memory-switch.ts';

/** The keys that all tests share; making them takes longer than a test. */
export const keys = { issuer: 'site-1', signing: await generateSigningKey(), sealing: await generateSealingKey() };

const EMPTY: PortState = { native: null, tagged: [], enabled: false };

/** What differs from the usual command: the first port of switch sw-1 to VLAN 100. */
interface CommandTexts {
  readonly switch?: string;
  readonly port?: string;
  readonly want?: PortState;
  readonly before?: PortState;
  /** Ports to read: then the command is a check, which changes nothing. */
  readonly check?: readonly string[];
  readonly settings?: Record<string, unknown>;
  /** What is signed, where it differs from what is queued. */
  readonly signed?: Partial<Record<keyof Order<'port.set'>, unknown>>;
  readonly parameters?: Record<string, unknown>;
  readonly key?: SigningKey;
  readonly issuer?: string;
  /** Of the row; the next of the device unless given. */
  readonly seq?: number;
}

/** A row of `commands` as tests look at it. */
interface CommandState {
  readonly status: string;
  readonly reason: string | null;
  readonly message: string | null;
  readonly attempt: number;
  readonly result: unknown;
}

/** One agent, `rack-1`, with its state folder, a database, and switches in memory. */
export interface AgentSite {
  readonly database: TestDatabase;
  /** As superuser. */
  readonly sql: Connection;
  readonly stateDir: string;
  readonly switches: MemorySwitches;
  readonly bmcs: MemoryBmcs;
  readonly config: AgentConfig;
  /** Signs a command as the API would. */
  sign(seq: number, texts?: CommandTexts): Promise<{ id: string; signed: string }>;
  /** Signs and queues a command; answers its id. */
  queue(texts?: CommandTexts): Promise<string>;
  /** How to reach the BMC of a node, with its credentials sealed as the API does it. */
  bmc(label: string, access?: Partial<BmcAccess>): Promise<BmcAccess>;
  /** Signs and queues a command of any kind for any device; answers its id. */
  order<K extends CommandKind>(device: string, kind: K, parameters: CommandParameters<K>): Promise<string>;
  /** Starts a process of the agent; it is stopped when the test finishes. */
  start(overrides?: AgentOverrides & { timing?: Partial<Timing>; stateDir?: string; url?: string }): Promise<RunningAgent>;
  command(id: string): Promise<CommandState>;
  /** Waits until a command has ended. */
  ended(id: string, limit?: number): Promise<CommandState>;
}

/** Waits until `condition` answers something true, and answers it. Rejects when it takes longer than `limit` milliseconds. */
export async function until<T>(condition: () => T | Promise<T>, what: string, limit = 10_000): Promise<NonNullable<T>> {
  for (const end = Date.now() + limit; ; await sleep(5)) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain: ${what}`);
  }
}

function kindOf({ check }: CommandTexts): CommandKind {
  return check ? 'switch.check' : 'port.set';
}

/** Makes a state folder with keys, removed when the test finishes. */
export function stateFolder(test: Pick<TestContext, 'onTestFinished'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'haas-agent-'));
  test.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o700);
  const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value), { mode: 0o600 });
  write('sealing-keys.json', [keys.sealing]);
  write('trusted-keys.json', { issuer: keys.issuer, keys: [verificationKey.parse(keys.signing)] });
  return folder;
}

/** Makes a site for one test. */
export async function makeAgentSite(test: Pick<TestContext, 'onTestFinished'>): Promise<AgentSite> {
  const database = await testDatabase(test);
  const sql = connect(database.superuserUrl, 'test', 2);
  const { kty, crv, x } = keys.sealing;
  const publicKey: SealingPublicKey = { kty, crv, x };
  await sql`insert into agents (label, login, public_key) values ('rack-1', ${agentLogin('rack-1')}, ${sql.json({ kty, crv, x })})`;
  const stateDir = stateFolder(test);
  const config = readConfig({
    HAAS_AGENT_URL: await database.agentUrl('rack-1'),
    HAAS_AGENT_STATE_DIR: stateDir,
    HAAS_LOG_LEVEL: 'silent',
  });
  const switches = new MemorySwitches();
  const bmcs = new MemoryBmcs();
  const running: RunningAgent[] = [];
  // As the API does: once for each registration.
  const sealed: Record<string, string> = {};
  test.onTestFinished(async () => {
    await Promise.all(running.map((agent) => agent.stop()));
    await sql.end();
  });

  const site: AgentSite = {
    database,
    sql,
    stateDir,
    switches,
    bmcs,
    config,
    async sign(seq, texts = {}) {
      const label = texts.switch ?? 'sw-1';
      const target = { device: `switch/${label}`, hostname: 'memory', port: 1 };
      const access = { label, type: 'mock', hostname: 'memory', port: 1, settings: texts.settings ?? {} };
      sealed[label] ??= await seal(publicKey, target, { username: 'admin', password: 'sesame' });
      const signer = await createSigner(texts.issuer ?? keys.issuer, texts.key ?? keys.signing);
      const id = randomUUID();
      const order = {
        id,
        agent: 'rack-1',
        device: target.device,
        seq,
        kind: kindOf(texts),
        version: 1,
        lifetime: 900,
        parameters: {
          switch: { ...access, sealed: sealed[label] },
          ...(texts.check
            ? { ports: texts.check }
            : {
                port: texts.port ?? 'gi1/0/1',
                want: texts.want ?? { native: 100, tagged: [], enabled: true },
                before: texts.before ?? EMPTY,
              }),
          ...texts.parameters,
        },
        ...texts.signed,
      };
      // Tests also sign what no API would.
      const { signed } = await signer.sign(order as Order<'port.set'>);
      return { id, signed };
    },
    async queue(texts = {}) {
      const device = `switch/${texts.switch ?? 'sw-1'}`;
      await sql`insert into devices (label, agent_id) select ${device}, id from agents where label = 'rack-1' on conflict do nothing`;
      return sql.begin(async (tx) => {
        const [row] =
          await tx`update devices set last_seq = last_seq + 1 where label = ${device} returning id, last_seq, agent_id`;
        const seq = texts.seq ?? Number(row?.['last_seq']);
        const { id, signed } = await site.sign(seq, texts);
        await tx`insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
          values (${id}, ${row?.['agent_id']}, ${row?.['id']}, ${seq}, ${kindOf(texts)}, ${signed}, now() + interval '15 minutes')`;
        return id;
      });
    },
    async bmc(label, access = {}) {
      const { host = 'memory', port = 623 } = access;
      const sealed = await seal(
        publicKey,
        { device: `bmc/${label}`, hostname: host, port },
        { user: 'admin', password: 'sesame' },
      );
      return { label, type: 'mock', host, port, settings: {}, sealed, ...access };
    },
    async order(device, kind, parameters) {
      await sql`insert into devices (label, agent_id) select ${device}, id from agents where label = 'rack-1' on conflict do nothing`;
      return sql.begin(async (tx) => {
        const [row] =
          await tx`update devices set last_seq = last_seq + 1 where label = ${device} returning id, last_seq, agent_id`;
        const signer = await createSigner(keys.issuer, keys.signing);
        const id = randomUUID();
        const seq = Number(row?.['last_seq']);
        const { signed } = await signer.sign({
          id,
          agent: 'rack-1',
          device,
          seq,
          kind,
          version: commandKinds[kind].version,
          parameters,
          lifetime: 900,
        });
        await tx`insert into commands (id, agent_id, device_id, seq, kind, signed, not_after)
          values (${id}, ${row?.['agent_id']}, ${row?.['id']}, ${seq}, ${kind}, ${signed}, now() + interval '15 minutes')`;
        return id;
      });
    },
    async start({ timing, stateDir: folder = stateDir, url = config.url, ...overrides } = {}) {
      const agent = await startAgent(
        { ...readConfig({ HAAS_AGENT_URL: url, HAAS_AGENT_STATE_DIR: folder }), timing: { ...config.timing, ...timing } },
        { log: pino({ level: 'silent' }), findDriver: switches.findDriver, findBmcDriver: bmcs.findBmcDriver, ...overrides },
      );
      running.push(agent);
      return agent;
    },
    async command(id) {
      const [row] = await sql<CommandState[]>`select status, reason, message, attempt, result from commands where id = ${id}`;
      if (!row) throw new Error(`there is no command ${id}`);
      return row;
    },
    async ended(id, limit = 10_000) {
      return until(
        async () => {
          const state = await site.command(id);
          return ['queued', 'running'].includes(state.status) ? undefined : state;
        },
        `the end of command ${id}`,
        limit,
      );
    },
  };
  return site;
}
