import { expect, onTestFinished } from 'vitest';
import { type CiscoIosOptions, startCiscoIos } from '../../../../infra/rack/cisco-ios/cisco-ios.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type FarEnd, tcp } from '../far-end.ts';

/** The ports of the switch that `start` starts. */
export const PORTS = ['GigabitEthernet1/0/1', 'GigabitEthernet1/0/2', 'GigabitEthernet1/0/3', 'TenGigabitEthernet1/1/1'];

/** The port that tests change. */
export const PORT = 'GigabitEthernet1/0/3';

/** Who may log in to it. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** What it says to a word it does not know. */
export const INVALID = "% Invalid input detected at '^' marker.";

/** Its prompt in any mode. */
const PROMPT = /sw1(\([\w-]+\))?[>#]/;

/** Starts a switch for the length of one test; a login lands at `#` unless the options say otherwise. */
export async function start(options: Partial<CiscoIosOptions> = {}): Promise<SimulatedSwitch> {
  const catalyst = await startCiscoIos({ hostname: 'sw1', ports: PORTS, ...LOGIN, privilege: 15, ...options });
  onTestFinished(() => catalyst.close());
  return catalyst;
}

/** A telnet session at its first prompt. */
export async function session(catalyst: SimulatedSwitch, prompt: RegExp = PROMPT): Promise<FarEnd> {
  const far = await tcp(catalyst.tcpPort('telnet'));
  await far.until('Username: ');
  far.send('admin\r\n');
  await far.until('Password: ');
  far.send('Secret9\r\n');
  await far.until(prompt);
  return far;
}

/** What a session is shown between the echo of a line and the next prompt. */
export async function answer(far: FarEnd, line: string): Promise<string> {
  far.send(`${line}\r\n`);
  await far.until(`${line}\r\n`);
  return (await far.until(PROMPT)).replace(PROMPT, '').replaceAll('\r\n', '\n');
}

/** Types lines that must all be taken without a word. */
export async function type(far: FarEnd, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    const shown = await answer(far, line);
    if (!/^conf|^default/.test(line)) expect({ line, shown }).toEqual({ line, shown: '' });
  }
}
