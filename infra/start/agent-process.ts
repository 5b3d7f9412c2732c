import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const program = fileURLToPath(new URL('../../agents/run.ts', import.meta.url));
const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A running agent, in a process of its own that knows nothing of the API's keys. */
export interface AgentProcess {
  /** Settles when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Asks it to finish what it has begun, and waits for its end. */
  stop(): Promise<void>;
}

/** Starts the agent of a state folder; its log goes to `logFile`. */
export function startAgentProcess(options: {
  readonly url: string;
  readonly stateDir: string;
  readonly logFile: string;
  readonly logLevel: string;
  /** Where it tells its health and metrics; undefined: nowhere. */
  readonly metricsListen?: string | undefined;
}): AgentProcess {
  const log = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 });
  const child = execa(process.execPath, ['--import', 'tsx', program], {
    cwd: repository,
    extendEnv: false,
    env: {
      PATH: process.env['PATH'],
      HAAS_AGENT_URL: options.url,
      HAAS_AGENT_STATE_DIR: options.stateDir,
      HAAS_LOG_LEVEL: options.logLevel,
      HAAS_AGENT_METRICS_LISTEN: options.metricsListen,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    buffer: false,
    reject: false,
    // The end of this channel tells the agent that whoever started it is gone.
    ipc: true,
    forceKillAfterDelay: 30_000,
    detached: true,
  });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = child.then(() => void log.end());
  return {
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Waits until `isThere` says so; false when the process ended before, or after 30 s. */
export async function agentAppears(agent: AgentProcess, isThere: () => Promise<boolean>): Promise<boolean> {
  let gone = false;
  void agent.ended.then(() => {
    gone = true;
  });
  for (const deadline = Date.now() + 30_000; !gone && Date.now() < deadline; await delay(50)) {
    if (await isThere()) return true;
  }
  return false;
}

/** Where the agent's log goes below a state folder. */
export function agentLogFile(stateDir: string): string {
  return join(stateDir, 'agent.log');
}
