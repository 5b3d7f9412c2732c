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
import { measuredBmcs, measuredHost, measuredSwitches, measuredVerify } from './measured.ts';
import { Measures } from './measures.ts';
import { type ListenAddress, type Monitoring, serveMonitoring } from './monitoring.ts';
import { ConfigError } from './private-file.ts';
import { Resealer } from './resealing.ts';
import { messageOf } from './scrub.ts';
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
  readonly monitoring?: ListenAddress;
}

/** A running agent. */
export interface RunningAgent {
  /** Where it can be watched, if it can. */
  readonly monitoringPort: number | undefined;
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
  const locks = join(stateDir, 'locks');
  const ready = () => {
    trust();
    sealingKeys();
  };
  const measures = new Measures(() => ({
    held: loop.held,
    waiting: loop.waiting,
    databaseUp: database.isUp,
    trustedKeys: orElse(() => trust().keys.length, 0),
  }));
  const host = overrides.vmHost ?? offeredHost(config);
  const vmHost = host && measuredHost(host, measures);
  const checkpoint: Checkpoint = (step) => {
    if (step === 'restore-sent') measures.restored();
    overrides.checkpoint?.(step);
  };
  const loop: Loop = new Loop({
    url,
    database,
    timing,
    log,
    version: overrides.version ?? '0.1.0',
    reporter: (signal) => new VmHostReporter({ vmHost, stateDir, locks, database, timing, log, signal }),
    resealer: (signal) => new Resealer({ database, sealingKeys, timing, log, signal }),
    ready,
    measures,
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
        judge: { agent, policy, sealingKeys, verify: measuredVerify(createVerifier(trust), measures) },
        issuer: () => trust().issuer,
        journals: join(stateDir, 'journal'),
        locks,
        vmHost,
        findDriver(type) {
          const driver = (overrides.findDriver ?? findDriver)(type);
          return driver && measuredSwitches(driver, measures);
        },
        findBmcDriver(type) {
          const driver = (overrides.findBmcDriver ?? findBmcDriver)(type);
          return driver && measuredBmcs(driver, measures);
        },
        checkpoint,
        measures,
      };
    },
  });
  let watched: Monitoring | undefined;
  const stop = async () => {
    await loop.stop();
    await database.close();
    watched?.close();
  };
  try {
    const monitoring = overrides.monitoring ?? config.monitoring;
    if (monitoring) {
      const checks = () => ({
        database: database.isUp ? 'ok' : 'the database does not answer',
        keys: problemOf(ready) ?? 'ok',
        ...loop.checks(),
      });
      watched = await serveMonitoring(monitoring, { measures, checks });
      log.info({ port: watched.port }, 'the agent can be watched');
    }
    await loop.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { monitoringPort: watched?.port, stop };
}

function offeredHost({ vmHost: config, stateDir }: AgentConfig): OfferedHost | null {
  return config && { limits: config.limits, open: (signal) => openVmHost({ config, stateDir, signal }) };
}

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** What a function throws, as a sentence; undefined: nothing. */
function problemOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}
