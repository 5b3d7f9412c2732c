import { expect, onTestFinished } from 'vitest';
import { type DellN3000Options, startDellN3000 } from '../../../../infra/rack/delln3000/delln3000.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type FarEnd, tcp } from '../far-end.ts';

/** The ports of the switch that `start` starts. */
const PORTS = ['Gi1/0/1', 'Gi1/0/2', 'Gi1/0/3', 'Gi1/0/5', 'Te1/0/1'];

/** Who may log in to it. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** Its prompt in any mode. */
const PROMPT = /\r\nsw1(\(config[\w/-]*\))?[#>]/;

/** Starts a switch for the length of one test. */
export async function start(options: Partial<DellN3000Options> = {}): Promise<SimulatedSwitch> {
  const simulated = await startDellN3000({ hostname: 'sw1', ports: PORTS, ...LOGIN, ...options });
  onTestFinished(() => simulated.close());
  return simulated;
}

/** A telnet session at its first privileged prompt. */
export async function session(simulated: SimulatedSwitch): Promise<FarEnd> {
  const far = await tcp(simulated.tcpPort('telnet'));
  await far.until('User:');
  far.send('admin\r\n');
  await far.until('Password:');
  far.send('Secret9\r\n');
  await far.until('\r\nsw1>');
  await type(far, 'enable');
  return far;
}

/** What a session is shown between the echo of a line and the next prompt. */
export async function answer(far: FarEnd, line: string): Promise<string> {
  far.send(`${line}\r\n`);
  await far.until('\r\n');
  return (await far.until(PROMPT)).replace(PROMPT, '');
}

/** Types lines that must all be taken without a word. */
export async function type(far: FarEnd, ...lines: string[]): Promise<void> {
  for (const line of lines) expect({ line, shown: await answer(far, line) }).toEqual({ line, shown: '' });
}

/** A session in the configuration mode, of a switch with these VLANs. */
export async function configuring(simulated: SimulatedSwitch, ...vlans: string[]): Promise<FarEnd> {
  const far = await session(simulated);
  await type(far, 'terminal length 0', 'configure', ...vlans.flatMap((vlan) => [`vlan ${vlan}`, 'exit']));
  return far;
}
