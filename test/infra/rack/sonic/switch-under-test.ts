import { onTestFinished } from 'vitest';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type SonicOptions, startSonic } from '../../../../infra/rack/sonic/sonic.ts';
import { type Client, connected, LOGIN } from '../linux/ssh-client.ts';

/** The ports of the switch that `start` starts. */
const PORTS = ['Ethernet0', 'Ethernet4', 'Ethernet8', 'Ethernet100'];

/** A switch, and a session on it, for the length of one test. */
export async function start(options: Partial<SonicOptions> = {}): Promise<{ simulated: SimulatedSwitch; client: Client }> {
  const simulated = await startSonic({ hostname: 'sw1', ports: PORTS, ...LOGIN, ...options });
  onTestFinished(() => simulated.close());
  return { simulated, client: await connected(simulated) };
}

/** The text of a refusal by Click, once it is seen to be one. */
export async function refusal({ run }: Client, command: string): Promise<string> {
  const { stdout, stderr, code } = await run(command);
  const [, usage, , message] = /^(Usage: .*\n)(Try ".* -h" for help\.\n)\nError: ((?:.|\n)*)\n$/.exec(stderr) ?? [];
  if (stdout !== '' || code !== 2 || usage === undefined || message === undefined) {
    throw new Error(`no refusal: ${JSON.stringify({ stdout, stderr, code })}`);
  }
  return message;
}
