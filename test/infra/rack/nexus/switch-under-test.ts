import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type NexusOptions, startNexus } from '../../../../infra/rack/nexus/nexus.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type FarEnd, tcp } from '../far-end.ts';

/** The ports of the switch that `start` starts. */
export const PORTS = ['Ethernet1/1', 'Ethernet1/2', 'Ethernet1/3', 'Ethernet1/4', 'Ethernet101/1/1'];

/** Who may log in to it. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** What it says to a word it does not know. */
export const INVALID = "% Invalid command at '^' marker.";

/** Its prompt in any mode. */
export const PROMPT = /\rsw1(\(config[\w-]*\))?# /;

/** Starts a switch for the length of one test. */
export async function start(options: Partial<NexusOptions> = {}): Promise<SimulatedSwitch> {
  const nexus = await startNexus({ hostname: 'sw1', ports: PORTS, ...LOGIN, ...options });
  onTestFinished(() => nexus.close());
  return nexus;
}

/** A path for a state file in a folder of its own, removed after the test. */
export function stateFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'sw1.json');
}

/** A telnet session at its first prompt. The options offered are left unanswered: a switch does not wait for them. */
export async function session(nexus: SimulatedSwitch): Promise<FarEnd> {
  const far = await tcp(nexus.tcpPort('telnet'));
  await far.until('login: ');
  far.send('admin\r\n');
  await far.until('Password: ');
  far.send('Secret9\r\n');
  await far.until(PROMPT);
  return far;
}

/** What a session is shown between the echo of a line and the next prompt. */
export async function answer(far: FarEnd, line: string): Promise<string> {
  far.send(`${line}\r\n`);
  await far.until('\r\r\n');
  return (await far.until(PROMPT)).replace(PROMPT, '');
}

/** Types lines that must all be taken without a word. */
export async function type(far: FarEnd, ...lines: string[]): Promise<void> {
  for (const line of lines) {
    const shown = await answer(far, line);
    if (!/^conf/.test(line)) expect({ line, shown }).toEqual({ line, shown: '' });
  }
}
