import { expect, onTestFinished, vi } from 'vitest';
import { type JunosOptions, startJunos } from '../../../../infra/rack/junos/junos.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type FarEnd, tcp } from '../far-end.ts';

/** The ports of the switch that `start` starts. */
const PORTS = ['ge-0/0/0', 'ge-0/0/1', 'ge-0/0/2', 'ge-0/0/3', 'xe-0/1/0'];

/** Who may log in to it. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** Its prompt in either mode. */
const PROMPT = /admin@sw1[>#] /;

/** What stands above it. */
const LEAD = /\r\n((# commit confirmed [^\r]*\r\n)?((\{master:0\})?\[edit[^\]]*\]|\{master:0\})\r\n)?$/;

/** The way to the switching of `unit 0`. */
export const SWITCHING = 'unit 0 family ethernet-switching';

/** Starts a switch for the length of one test. */
export async function start(options: Partial<JunosOptions> = {}): Promise<SimulatedSwitch> {
  const simulated = await startJunos({ hostname: 'sw1', ports: PORTS, ...LOGIN, ...options });
  onTestFinished(() => simulated.close());
  return simulated;
}

/** A telnet session at its first prompt. */
export async function session(simulated: SimulatedSwitch): Promise<FarEnd> {
  const far = await tcp(simulated.tcpPort('telnet'));
  await far.until('login: ');
  far.send('admin\r\n');
  await far.until('Password:');
  far.send('Secret9\r\n');
  await far.until(PROMPT);
  return far;
}

/** What a session is shown between the echo of a line and the lines above the next prompt. */
export async function answer(far: FarEnd, line: string): Promise<string> {
  far.send(`${line}\r\n`);
  await far.until('\r\n');
  const shown = (await far.until(PROMPT)).replace(PROMPT, '');
  expect(shown).toMatch(LEAD);
  return shown.replace(LEAD, '').replaceAll('\r', '');
}

/** Types lines that must all be taken without a word. */
export async function type(far: FarEnd, ...lines: string[]): Promise<void> {
  for (const line of lines) expect({ line, shown: await answer(far, line) }).toEqual({ line, shown: '' });
}

/** A session in a configuration mode. */
export async function configuring(simulated: SimulatedSwitch, how = 'configure private'): Promise<FarEnd> {
  const far = await session(simulated);
  expect(await answer(far, 'set cli screen-length 0')).toBe('Screen length set to 0\n');
  expect(await answer(far, how)).toContain('Entering configuration mode\n');
  return far;
}

/** Types lines of configuration that must all be taken, and commits them. */
export async function commit(far: FarEnd, ...lines: string[]): Promise<void> {
  await type(far, ...lines);
  expect(await answer(far, 'commit')).toBe('configuration check succeeds\ncommit complete\n');
}

/** Waits until so many milliseconds are over, for what must not have happened by then. */
export async function passed(milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds;
  await vi.waitFor(() => expect(performance.now()).toBeGreaterThan(until), { timeout: milliseconds + 5000 });
}
