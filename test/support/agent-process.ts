import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { TestContext } from 'vitest';
import type { Step } from '../../agents/checkpoint.ts';
import type { Timing } from '../../agents/config.ts';
import { verificationKey } from '../../db/commands/envelope.ts';
import { keys, type World } from './world.ts';

/** Short waits: a lease of a second, so that a successor need not be waited for. Milliseconds. */
const TIMING = { lease: 1000, grace: 300, margin: 250, databaseSilence: 2000, idle: 500, poll: 500, beat: 500, saveAfter: 50 };

/** A process of the agent `rack-1`. */
export interface AgentProcess {
  readonly pid: number;
  /** Everything it has printed so far: its log, in full detail. */
  output(): string;
  /** Settles when the process has ended; the signal that ended it, if one did. */
  readonly ended: Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Makes the state folder of the agent of a world, removed when the test finishes. */
export async function agentStateFolder(test: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-agent-'));
  test.onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const write = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value), { mode: 0o600 });
  await write('sealing-keys.json', [keys.sealing]);
  await write('trusted-keys.json', { issuer: keys.issuer, agent: 'rack-1', keys: [verificationKey.parse(keys.signing)] });
  return folder;
}

/** What a process of the agent finds on its host. */
export interface AgentHost {
  /** Where it looks for programs; that of the tests unless told otherwise. */
  readonly path?: string;
  /** Variables besides those that it must have. */
  readonly env?: Readonly<Record<string, string>>;
  /** Waits that differ from the short ones. */
  readonly timing?: { readonly [K in 'backOff' | 'bmc' | 'console' | 'headnode']?: Partial<Timing[K]> };
}

/** Starts a process of the agent, and answers when it takes commands. It kills itself at `dieAt`, and ends with the test. */
export async function startAgentProcess(
  test: Pick<TestContext, 'onTestFinished'>,
  world: Pick<World, 'database'>,
  stateDir: string,
  dieAt?: Step,
  { path = process.env['PATH'], timing = {}, env = {} }: AgentHost = {},
): Promise<AgentProcess> {
  const child = execa(process.execPath, ['--import', 'tsx', 'test/support/mortal-agent.ts'], {
    extendEnv: false,
    env: {
      PATH: path,
      HAAS_AGENT_URL: await world.database.agentUrl('rack-1'),
      HAAS_AGENT_STATE_DIR: stateDir,
      HAAS_LOG_LEVEL: 'trace',
      TIMING: JSON.stringify({ ...TIMING, ...timing }),
      ...(dieAt === undefined ? {} : { DIE_AT: dieAt }),
      ...env,
    },
    reject: false,
    all: true,
  });
  test.onTestFinished(async () => {
    child.kill('SIGKILL');
    await child;
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.all.setEncoding('utf8').on('data', (part: string) => {
      output += part;
      if (part.includes('ready')) resolve();
    });
    void child.then(({ all }) => reject(new Error(`the agent ended before it was ready: ${all}`)));
  });
  if (child.pid === undefined) throw new Error('the agent has no process');
  return {
    pid: child.pid,
    output: () => output,
    ended: child.then(({ signal }) => signal),
    async stop() {
      child.kill('SIGTERM');
      await child;
    },
  };
}
