import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ipmiSimulatorMissing, type SimulatedBmc, startBmc } from './bmc/simulated-bmc.ts';
import { runMachine } from './bmc/simulated-machine.ts';
import { RackError } from './rack-error.ts';

/** Where a BMC was, and by which password it is entered: what is registered in HaaS has to stay true. */
export interface KnownBmc {
  readonly port: number;
  readonly password: string;
}

/** The BMCs of a simulated rack by node. */
export interface SimulatedBmcs {
  readonly bmcs: Readonly<Record<string, SimulatedBmc>>;
  close(): Promise<void>;
}

/**
 * Starts a BMC with a machine for each node, or none at all where ipmi_sim is not installed. `known` are those of the last time: they are
 * needed, since they are registered. Rejects with RackError when they cannot be had again.
 */
export async function startSimulatedBmcs(
  folder: string,
  nodes: readonly string[],
  known: Readonly<Record<string, KnownBmc>> | undefined,
): Promise<SimulatedBmcs | null> {
  const missing = ipmiSimulatorMissing();
  if (missing !== undefined && known === undefined) return null;
  if (missing !== undefined)
    throw new RackError(
      `the BMCs of the simulated rack were real ones, and are registered as such: ${missing}; or set HAAS_RACK=none`,
    );
  const bmcs: Record<string, SimulatedBmc> = {};
  const stops: (() => void)[] = [];
  const close = async () => {
    for (const stop of stops) stop();
    await Promise.all(Object.values(bmcs).map((bmc) => bmc.close()));
  };
  try {
    for (const name of nodes) {
      const own = join(folder, name);
      mkdirSync(own, { recursive: true, mode: 0o700 });
      const bmc = await startBmc({ name, folder: own, ...known?.[name] });
      bmcs[name] = bmc;
      stops.push(runMachine(bmc));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { bmcs, close };
}
