import { onTestFinished } from 'vitest';
import { type CumulusOptions, startCumulus } from '../../../../infra/rack/cumulus/cumulus.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type Client, connected, LOGIN } from '../linux/ssh-client.ts';

/** The ports of the switch that `start` starts. */
export const PORTS = ['swp1', 'swp2', 'swp3', 'swp10'];

/** A switch, and a session on it, for the length of one test. */
export async function start(options: Partial<CumulusOptions> = {}): Promise<{ simulated: SimulatedSwitch; client: Client }> {
  const simulated = await startCumulus({ hostname: 'sw1', ports: PORTS, ...LOGIN, ...options });
  onTestFinished(() => simulated.close());
  return { simulated, client: await connected(simulated) };
}

/** Sets or unsets, and applies. */
export async function applied({ output }: Client, ...changes: string[]): Promise<string> {
  return output([...changes.map((change) => `nv ${change}`), 'nv config apply -y'].join(' && '));
}

/** What a command prints, read as JSON. */
export async function json({ output }: Client, command: string) {
  return JSON.parse(await output(command));
}
