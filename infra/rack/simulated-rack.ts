import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { SimulatedBmc } from './bmc/simulated-bmc.ts';
import { startNexus } from './nexus/nexus.ts';
import { startPowerConnect55xx } from './powerconnect55xx/powerconnect55xx.ts';
import { RackError } from './rack-error.ts';
import { type SimulatedBmcs, startSimulatedBmcs } from './simulated-bmcs.ts';
import type { SimulatedSwitch } from './simulated-switch.ts';

const nodeNumbers = [1, 2, 3, 4, 5, 6];
/** A VLAN that never exists on the simulated switches; outside the default pool. */
const DUMMY_VLAN = 2222;

const memory = z.strictObject({
  username: z.string(),
  password: z.string(),
  /** TCP ports by switch, so that the addresses registered in HaaS stay true. */
  ports: z.record(z.string(), z.strictObject({ telnet: z.int(), ssh: z.int() })),
  /** By node; missing where the BMCs are none. */
  bmcs: z.record(z.string(), z.strictObject({ port: z.int(), password: z.string() })).optional(),
});

/** A simulated rack: a Nexus and a PowerConnect, machines with real BMCs where ipmi_sim is installed, and what of it is to be registered. */
export interface SimulatedRack {
  readonly username: string;
  readonly password: string;
  readonly switches: Readonly<Record<string, SimulatedSwitch>>;
  /** The nodes that have a real BMC, which is all of them or none. */
  readonly bmcs: SimulatedBmcs['bmcs'];
  /** The rack in the form of a site layout: six nodes, `eth0` on the Nexus, which is reached by telnet, `eth1` on the PowerConnect, by SSH. */
  readonly layout: {
    switches: Record<string, string | number>[];
    nodes: { name: string; obm: Record<string, string | number>; nics: Record<'name' | 'mac' | 'switch' | 'port', string>[] }[];
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
  let bmcs: SimulatedBmcs | null = null;
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
    // Those of an earlier version, and those that were first started without ipmi_sim, are registered as mocks.
    if (!known || known.bmcs) bmcs = await startSimulatedBmcs(join(folder, 'bmcs'), nodeNumbers.map(nodeName), known?.bmcs);
  } catch (error) {
    await closeAll(switches);
    if (error instanceof RackError) throw error;
    if (error instanceof Error && 'port' in error) {
      throw new RackError(
        `port ${error.port} of 127.0.0.1, on which a part of the simulated rack is registered, is in use: stop the other program, or set HAAS_RACK=none`,
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
    JSON.stringify(
      {
        username,
        password,
        ports: Object.fromEntries(addresses),
        bmcs: bmcs
          ? Object.fromEntries(Object.values(bmcs.bmcs).map((bmc) => [bmc.name, { port: bmc.port, password: bmc.password }]))
          : undefined,
      } satisfies z.input<typeof memory>,
      null,
      2,
    ),
    { mode: 0o600 },
  );

  return {
    username,
    password,
    switches,
    bmcs: bmcs?.bmcs ?? {},
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
        name: nodeName(number),
        obm: obmOf(number, bmcs?.bmcs[nodeName(number)]),
        nics: addresses.map(([name], nic) => ({
          name: `eth${nic}`,
          mac: `52:54:00:00:0${nic}:0${number}`,
          switch: name,
          port: makeOf(name).port(number),
        })),
      })),
    },
    close: async () => void (await Promise.all([closeAll(switches), bmcs?.close()])),
  };
}

function nodeName(number: number): string {
  return `node-${number}`;
}

function obmOf(number: number, bmc: SimulatedBmc | undefined): Record<string, string | number> {
  if (!bmc) return { type: 'mock', host: `bmc-${number}`, user: 'admin', password: 'admin' };
  const { host, port, user, password } = bmc;
  // ipmi_sim knows no other cipher suite.
  return { type: 'ipmi', host, port, user, password, cipher_suite: 3 };
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
