import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { ipmiSimulatorMissing, type SimulatedBmc, startBmc } from '../../infra/rack/bmc/simulated-bmc.ts';
import type { World } from './world.ts';

/** Why tests with real BMCs are skipped; undefined where they are not. */
export const bmcsMissing = ipmiSimulatorMissing();

/** Starts a BMC that ends with the test, with a machine that is on. */
export async function bmcFor(t: Pick<TestContext, 'onTestFinished'>, name: string): Promise<SimulatedBmc> {
  const folder = await mkdtemp(join(tmpdir(), 'haas-bmc-'));
  const bmc = await startBmc({ name, folder, power: 'on' });
  t.onTestFinished(async () => {
    await bmc.close();
    await rm(folder, { recursive: true, force: true });
  });
  return bmc;
}

/** Registers a node with this BMC, and reserves it for project blue. What is `told` of the BMC may be wrong. */
export async function registerMachine(
  world: World,
  { name, host, port, user, password }: SimulatedBmc,
  told: object = {},
): Promise<void> {
  // ipmi_sim knows no other cipher suite.
  await world.arrange('PUT', `/node/${name}`, { obm: { type: 'ipmi', host, port, user, password, cipher_suite: 3, ...told } });
  await world.arrange('POST', '/project/blue/connect_node', { node: name });
}

/** The ipmitools that a process has started and that run now with these words among their arguments, by process id. */
export async function ipmitoolsOf(parent: number, ...words: string[]): Promise<number[]> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  const found: number[] = [];
  for (const pid of children.trim().split(' ').filter(Boolean).map(Number)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.startsWith('ipmitool\0') && command.includes(words.join('\0'))) found.push(pid);
  }
  return found;
}
