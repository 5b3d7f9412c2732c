import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startNexus } from './nexus/nexus.ts';
import { RackError } from './rack-error.ts';
import type { SimulatedSwitch } from './simulated-switch.ts';

const NODES = 6;
/** A VLAN that never exists on the simulated switches; outside the default pool. */
const DUMMY_VLAN = 2222;

const memory = z.strictObject({
  username: z.string(),
  password: z.string(),
  /** TCP ports by switch, so that the addresses registered in HaaS stay true. */
  ports: z.record(z.string(), z.strictObject({ telnet: z.int(), ssh: z.int() })),
});

/** A simulated rack: two Nexus switches, and what of it is to be registered. */
export interface SimulatedRack {
  readonly username: string;
  readonly password: string;
  readonly switches: Readonly<Record<string, SimulatedSwitch>>;
  /** The rack in the form of a site layout: six nodes, `eth0` on the first switch by telnet, `eth1` on the second by SSH. */
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
  const ports = Array.from({ length: NODES }, (_, index) => `Ethernet1/${index + 1}`);
  const switches: Record<string, SimulatedSwitch> = {};
  try {
    for (const hostname of ['nexus-01', 'nexus-02']) {
      const { telnet: telnetPort = 0, ssh: sshPort = 0 } = known?.ports[hostname] ?? {};
      const stateFile = join(folder, `${hostname}.json`);
      switches[hostname] = await startNexus({ hostname, ports, username, password, stateFile, telnetPort, sshPort });
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
        type: 'nexus',
        hostname: '127.0.0.1',
        username,
        password,
        dummy_vlan: DUMMY_VLAN,
        ...(index === 0 ? { transport: 'telnet', port: telnet } : { transport: 'ssh', port: ssh }),
      })),
      nodes: ports.map((port, index) => ({
        name: `node-${index + 1}`,
        obm: { type: 'mock', host: `bmc-${index + 1}`, user: 'admin', password: 'admin' },
        nics: addresses.map(([name], nic) => ({
          name: `eth${nic}`,
          mac: `52:54:00:00:0${nic}:0${index + 1}`,
          switch: name,
          port,
        })),
      })),
    },
    close: () => closeAll(switches),
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
