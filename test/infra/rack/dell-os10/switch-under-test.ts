import { expect, onTestFinished } from 'vitest';
import { type DellOs10Options, startDellOs10 } from '../../../../infra/rack/dell-os10/dell-os10.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type FarEnd, tcp } from '../far-end.ts';

/** The ports of the switch that `start` starts. */
const PORTS = ['ethernet1/1/1', 'ethernet1/1/2', 'ethernet1/1/3', 'ethernet1/1/4', 'ethernet1/1/5:1'];

/** Who may log in to it. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** Its prompt in any mode. */
const PROMPT = /(^|\n)sw1(\(conf[\w/:,-]*\))?# /;

/** Starts a switch for the length of one test. */
export async function start(options: Partial<DellOs10Options> = {}): Promise<SimulatedSwitch> {
  const simulated = await startDellOs10({ hostname: 'sw1', ports: PORTS, ...LOGIN, ...options });
  onTestFinished(() => simulated.close());
  return simulated;
}

/** A telnet session at its first prompt. */
export async function session(simulated: SimulatedSwitch): Promise<FarEnd> {
  const far = await tcp(simulated.tcpPort('telnet'));
  await far.until('sw1 login: ');
  far.send('admin\r\n');
  await far.until('Password: ');
  far.send('Secret9\r\n');
  await far.until(PROMPT);
  return far;
}

/** What a session is shown between the echo of a line and the next prompt. */
export async function answer(far: FarEnd, line: string): Promise<string> {
  far.send(`${line}\r\n`);
  await far.until('\r\n');
  return (await far.until(PROMPT)).replace(PROMPT, '$1').replaceAll('\r', '');
}

/** Types lines that must all be taken without a word. */
export async function type(far: FarEnd, ...lines: string[]): Promise<void> {
  for (const line of lines) expect({ line, shown: await answer(far, line) }).toEqual({ line, shown: '' });
}

/** A session in the configuration mode, of a switch with these VLANs. */
export async function configuring(simulated: SimulatedSwitch, ...vlans: string[]): Promise<FarEnd> {
  const far = await session(simulated);
  await type(far, 'terminal length 0', 'configure terminal', ...vlans.map((vlan) => `interface vlan ${vlan}`));
  return far;
}
