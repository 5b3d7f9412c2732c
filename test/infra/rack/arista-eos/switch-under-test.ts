import { expect, onTestFinished } from 'vitest';
import { type AristaEosOptions, startAristaEos } from '../../../../infra/rack/arista-eos/arista-eos.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type FarEnd, ssh } from '../far-end.ts';

/** The ports of the switch that `start` starts. */
export const PORTS = ['Ethernet1', 'Ethernet2', 'Ethernet3', 'Ethernet49/1'];

/** Who may log in to it. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** Its prompt in any mode. */
const PROMPT = /sw1(\([\w,/-]+\))?[>#]/;

/** Starts a switch for the length of one test. */
export async function start(options: Partial<AristaEosOptions> = {}): Promise<SimulatedSwitch> {
  const eos = await startAristaEos({ hostname: 'sw1', ports: PORTS, ...LOGIN, ...options });
  onTestFinished(() => eos.close());
  return eos;
}

/** An SSH session behind `enable`, with paging off. */
export async function session(eos: SimulatedSwitch): Promise<FarEnd> {
  const far = await ssh({ port: eos.tcpPort('ssh'), ...LOGIN }, { term: 'vt100', cols: 511, rows: 24 });
  await far.until('sw1>');
  await answer(far, 'enable');
  expect(await answer(far, 'terminal length 0')).toBe('Pagination disabled.\n');
  return far;
}

/** What a session is shown between the echo of a line and the next prompt. */
export async function answer(far: FarEnd, line: string): Promise<string> {
  return (await exchange(far, line)).replace(PROMPT, '');
}

/** The same with the prompt. */
export async function exchange(far: FarEnd, line: string): Promise<string> {
  far.send(`${line}\r`);
  await far.until(`${line}\r\n`);
  return (await far.until(PROMPT)).replaceAll('\r\n', '\n');
}

/** Types lines that must all be taken without a word. */
export async function type(far: FarEnd, ...lines: string[]): Promise<void> {
  for (const line of lines) expect({ line, shown: await answer(far, line) }).toEqual({ line, shown: '' });
}
