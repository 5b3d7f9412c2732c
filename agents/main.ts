import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { Checkpoint } from './checkpoint.ts';
import type { AgentConfig } from './config.ts';
import { ConsoleLogs } from './console/console-logs.ts';
import { Database } from './database.ts';
import type { BmcDriver } from './drivers/bmc/driver.ts';
import { findBmcDriver } from './drivers/bmc/drivers.ts';
import type { SwitchDriver } from './drivers/driver.ts';
import { findDriver } from './drivers/drivers.ts';
import { openVmHost } from './drivers/vm-host/drivers.ts';
import type { OfferedHost } from './headnode-link.ts';
import { openHostKeys } from './host-keys.ts';
import { Loop } from './loop.ts';
import { ConfigError } from './private-file.ts';
import { createVerifier } from './verify.ts';
import { VmHostReporter } from './vm-host-report.ts';

/** What a caller may put in the place of the usual. */
export interface AgentOverrides {
  readonly log?: Logger;
  readonly findDriver?: (type: string) => SwitchDriver | undefined;
  readonly findBmcDriver?: (type: string) => BmcDriver | undefined;
  readonly vmHost?: OfferedHost;
  readonly checkpoint?: Checkpoint;
  /** What the agent tells the database of itself. */
  readonly version?: string;
}

/** A running agent. */
export interface RunningAgent {
  /** Finishes what was begun, gives everything else back, and closes the connections. */
  stop(): Promise<void>;
}

/**
 * Starts an agent in this process; resolves when it takes commands, which needs the database and the agent's enrolment.
 * Throws SchemaError for a database of another version, and ConfigError for a configuration that cannot be used.
 */
export async function startAgent(config: AgentConfig, overrides: AgentOverrides = {}): Promise<RunningAgent> {
  const { url, stateDir, sealingKeys, trust, policy, timing } = config;
  const log = overrides.log ?? pino({ level: config.logLevel, base: null });
  const database = new Database(url, timing.databaseSilence, log);
  const hostKeys = openHostKeys(join(stateDir, 'known-hosts'));
  const consoleLogs = new ConsoleLogs(database, log);
  const vmHost = overrides.vmHost ?? offeredHost(config);
  const locks = join(stateDir, 'locks');
  const loop = new Loop({
    url,
    database,
    timing,
    log,
    version: overrides.version ?? '0.1.0',
    reporter: (signal) => new VmHostReporter({ vmHost, stateDir, locks, database, timing, log, signal }),
    ready: () => void trust(),
    workerMeans(agent) {
      const pinned = trust().agent;
      if (pinned !== undefined && pinned !== agent) {
        throw new ConfigError(
          `the database says that this is the agent ${agent}, and trusted-keys.json says ${pinned}: correct one of them`,
        );
      }
      return {
        database,
        timing,
        log,
        consoleLogs,
        hostKeys,
        stateDir,
        judge: { agent, policy, sealingKeys, verify: createVerifier(trust) },
        issuer: () => trust().issuer,
        journals: join(stateDir, 'journal'),
        locks,
        vmHost,
        findDriver: overrides.findDriver ?? findDriver,
        findBmcDriver: overrides.findBmcDriver ?? findBmcDriver,
        checkpoint: overrides.checkpoint ?? (() => {}),
      };
    },
  });
  const stop = async () => {
    await loop.stop();
    await database.close();
  };
  try {
    await loop.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

function offeredHost({ vmHost: config, stateDir }: AgentConfig): OfferedHost | null {
  return config && { limits: config.limits, open: (signal) => openVmHost({ config, stateDir, signal }) };
}
