import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import type { Bmc, BmcDriver, OpenBmc } from '../../../../agents/drivers/bmc/driver.ts';
import type { BmcSettings } from '../../../../db/devices/obm.ts';
import { type BmcOptions, type SimulatedBmc, startBmc } from '../../../../infra/rack/bmc/simulated-bmc.ts';

/** What a test says of a BMC that it opens; all of it has defaults. */
export interface Wanted {
  readonly label?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly settings?: BmcSettings;
  readonly stateDir?: string;
  readonly signal?: AbortSignal;
}

/** The state folder of the tests that ask for none of their own. */
const shared = mkdtempSync(join(tmpdir(), 'haas-bmc-state-'));
afterAll(() => rmSync(shared, { recursive: true, force: true }));

/** Opens a BMC by a driver. */
export function open(driver: BmcDriver, wanted: Wanted): Bmc {
  const { label = 'node-1', host = '127.0.0.1', port = 623, settings = {}, user = 'admin', password = '' } = wanted;
  const target: OpenBmc = {
    access: { label, type: driver.type === 'mock' ? 'mock' : 'ipmi', host, port, settings, sealed: 'not used' },
    credentials: { user, password },
    stateDir: wanted.stateDir ?? shared,
    signal: wanted.signal ?? new AbortController().signal,
  };
  return driver.open(target);
}

/** How something is done when the test is over; tests that run at the same time have one each. */
type Afterwards = (work: () => Promise<void> | void) => void;

/** A folder that goes with the test. */
export function folder(afterwards: Afterwards = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), 'haas-bmc-'));
  afterwards(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A simulated BMC that ends with the test. */
export async function simulator(
  options: Partial<BmcOptions> = {},
  afterwards: Afterwards = onTestFinished,
): Promise<SimulatedBmc> {
  const bmc = await startBmc({ name: 'node-1', folder: folder(afterwards), ...options });
  afterwards(() => bmc.close());
  return bmc;
}
