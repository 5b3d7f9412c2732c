import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startNexus } from './nexus/nexus.ts';
import { startPowerConnect55xx } from './powerconnect55xx/powerconnect55xx.ts';
import { RackError } from './rack-error.ts';
import type { SimulatedSwitch } from './simulated-switch.ts';

const nodeNumbers = [1, 2, 3, 4, 5, 6];
/** A VLAN that never exists on the simulated switches; outside the default pool. */
const DUMMY_VLAN = 2222;

const memory = z.strictObject({
  username: z.string(),
  password: z.string(),
  /** TCP ports by switch, so that the addresses registered in HaaS stay true. */
  ports: z.record(z.string(), z.strictObject({ telnet: z.int(), ssh: z.int() })),
});

/** A simulated rack: a Nexus and a PowerConnect, and what of it is to be registered. */
export interface SimulatedRack {
  readonly username: string;
  readonly password: string;
  readonly switches: Readonly<Record<string, SimulatedSwitch>>;
  /** The rack in the form of a site layout: six nodes, `eth0` on the Nexus, which is reached by telnet, `eth1` on the PowerConnect, by SSH. */
  readonly layout: {
    switches: Record<string, string | number>[];
    nodes: { name: string; obm: Record<string, string>; nics: Record<'name' | 'mac' | 'switch' | 'port', string>[] }[];
  };
  close(): Promise<void>;
}

/** Starts the simulated rack whose state is in `folder`: addresses, passwords and configurations are those of the last time. */
export async function startSimulatedRack(folder: string): Promise<SimulatedRack> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'rack.json');
  const known = read(file);
  const username = known?.username ?? 'admin';
  const password = known?.password ?? randomBytes(9).toString('base64url');
  const switches: Record<string, SimulatedSwitch> = {};
  // A rack of an earlier version goes on with the switches that it was registered with.
  const plan = known ? Object.keys(known.ports) : ['nexus-01', 'powerconnect-01'];
  try {
    for (const hostname of plan) {
      const { telnet: telnetPort = 0, ssh: sshPort = 0 } = known?.ports[hostname] ?? {};
      const stateFile = join(folder, `${hostname}.json`);
      const { start, port } = makeOf(hostname);
      const ports = nodeNumbers.map(port);
      switches[hostname] = await start({ hostname, ports, username, password, stateFile, telnetPort, sshPort });
    }
  } catch (error) {
    await closeAll(switches);
    if (error instanceof Error && 'port' in error) {
      throw new RackError(
        `port ${error.port} of 127.0.0.1, on which a simulated switch is registered, is in use: stop the other program, or set HAAS_RACK=none`,
        { cause: error },
      );
    }
    throw damaged(folder, error);
  }
  const addresses = Object.entries(switches).map(
    ([name, simulated]) => [name, { telnet: simulated.tcpPort('telnet'), ssh: simulated.tcpPort('ssh') }] as const,
  );
  writeFileSync(
    file,
    JSON.stringify({ username, password, ports: Object.fromEntries(addresses) } satisfies z.input<typeof memory>, null, 2),
    { mode: 0o600 },
  );

  return {
    username,
    password,
    switches,
    layout: {
      switches: addresses.map(([name, { telnet, ssh }], index) => ({
        name,
        hostname: '127.0.0.1',
        username,
        password,
        ...makeOf(name).registration,
        ...(index === 0 ? { transport: 'telnet', port: telnet } : { transport: 'ssh', port: ssh }),
      })),
      nodes: nodeNumbers.map((number) => ({
        name: `node-${number}`,
        obm: { type: 'mock', host: `bmc-${number}`, user: 'admin', password: 'admin' },
        nics: addresses.map(([name], nic) => ({
          name: `eth${nic}`,
          mac: `52:54:00:00:0${nic}:0${number}`,
          switch: name,
          port: makeOf(name).port(number),
        })),
      })),
    },
    close: () => closeAll(switches),
  };
}

/** What a switch of this name is: how it is simulated, what its ports are called, and what is registered besides its address. */
function makeOf(name: string) {
  return name.startsWith('nexus-')
    ? {
        start: startNexus,
        port: (number: number) => `Ethernet1/${number}`,
        registration: { type: 'nexus', dummy_vlan: DUMMY_VLAN },
      }
    : {
        start: startPowerConnect55xx,
        port: (number: number) => `gi1/0/${number}`,
        registration: { type: 'powerconnect55xx' },
      };
}

/** What is registered in HaaS is this rack with these addresses and passwords: a new one would be a stranger. */
function damaged(path: string, cause?: unknown): RackError {
  return new RackError(
    `${path} is damaged: restore it, or set HAAS_RACK=none; removing the whole state folder starts everything afresh`,
    { cause },
  );
}

async function closeAll(switches: Record<string, SimulatedSwitch>): Promise<void> {
  await Promise.all(Object.values(switches).map((simulated) => simulated.close()));
}

function read(file: string): z.output<typeof memory> | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return memory.parse(JSON.parse(text));
  } catch {
    throw damaged(file);
  }
}
