import { expect, onTestFinished } from 'vitest';
import { type DellNos9Options, startDellNos9 } from '../../../../infra/rack/dellnos9/dellnos9.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { type FarEnd, tcp } from '../far-end.ts';
import { call } from '../http-client.ts';

/** The path of the operation that types at the command line. */
export const CLI = '/api/running/dell/_operations/cli';

/** The path of the port that the tests change. */
export const PORT = '/api/running/dell/interfaces/interface/gige-1-3';

/** Who may log in. */
export const LOGIN = { username: 'admin', password: 'Secret9' };

/** The prompt in any mode. */
export const PROMPT = /sw1(\(conf[\w/,-]*\))?[#>]$/;

/** Starts a switch for the length of one test. */
export async function start(options: Partial<DellNos9Options> = {}): Promise<SimulatedSwitch> {
  const ports = ['1/1', '1/2', '1/3', '1/5', 'TenGigabitEthernet1/49'];
  const simulated = await startDellNos9({ hostname: 'sw1', ports, ...LOGIN, ...options });
  onTestFinished(() => simulated.close());
  return simulated;
}

/** A telnet session at its first prompt. */
export async function session(simulated: SimulatedSwitch): Promise<FarEnd> {
  const far = await tcp(simulated.tcpPort('telnet'));
  await far.until('Login: ');
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
  return (await far.until(PROMPT)).replace(PROMPT, '');
}

/** Types lines that must all be taken without a word. */
export async function type(far: FarEnd, ...lines: string[]): Promise<void> {
  for (const line of lines) expect({ line, shown: await answer(far, line) }).toEqual({ line, shown: '' });
}

/** A session in the configuration mode, whose port 1/3 is up and in layer 2. */
export async function configuring(simulated: SimulatedSwitch, ...portLines: string[]): Promise<FarEnd> {
  const far = await session(simulated);
  await type(far, 'terminal length 0', 'configure', 'interface gi 1/3', ...portLines, 'switchport', 'no shutdown');
  return far;
}

/** Sends one command tag, and returns the transcript. */
export async function rest(simulated: SimulatedSwitch, tag: string, text: string): Promise<string> {
  const { status, body } = await call(simulated, 'POST', CLI, `<input><${tag}>${text}</${tag}></input>`);
  expect(status).toBe(200);
  const [, shown = body] = /^<output xmlns='\S+'>\n {2}<command>([^<]*)<\/command>\n<\/output>\n$/.exec(body) ?? [];
  return shown;
}
