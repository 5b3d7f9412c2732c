import { expect, onTestFinished } from 'vitest';
import { type BrocadeOptions, startBrocade } from '../../../../infra/rack/brocade/brocade.ts';
import type { SimulatedSwitch } from '../../../../infra/rack/simulated-switch.ts';
import { call } from '../http-client.ts';

/** The path of the port that the tests change. */
export const PORT = '/rest/config/running/interface/TenGigabitEthernet/%22104/0/10%22';

/** The path of what it is in layer 2. */
export const SWITCHPORT = `${PORT}/switchport`;

/** Starts a switch for the length of one test. */
export async function start(options: Partial<BrocadeOptions> = {}): Promise<SimulatedSwitch> {
  const simulated = await startBrocade({
    hostname: 'vdx1',
    ports: ['104/0/10', '104/0/11', 'FortyGigabitEthernet104/0/49'],
    username: 'admin',
    password: 'Secret9',
    ...options,
  });
  onTestFinished(() => simulated.close());
  return simulated;
}

/** Sends requests that must all be taken. */
export async function send(
  simulated: SimulatedSwitch,
  ...requests: [method: string, path: string, body?: string][]
): Promise<void> {
  for (const [method, path, body] of requests) {
    const { status } = await call(simulated, method, path, body);
    expect({ method, path, body, status }).toEqual({ method, path, body, status: method === 'POST' ? 201 : 204 });
  }
}

/** What makes the port a trunk. */
export const TRUNK: [string, string, string][] = [
  ['POST', PORT, '<switchport></switchport>'],
  ['PUT', `${SWITCHPORT}/mode`, '<mode><vlan-mode>trunk</vlan-mode></mode>'],
];

/** Allows VLANs on it. */
export const add = (list: string): [string, string, string] => [
  'PUT',
  `${SWITCHPORT}/trunk/allowed/vlan`,
  `<vlan><add>${list}</add></vlan>`,
];
