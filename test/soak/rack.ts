import { startAristaEos } from '../../infra/rack/arista-eos/arista-eos.ts';
import { startBrocade } from '../../infra/rack/brocade/brocade.ts';
import { startCiscoIos } from '../../infra/rack/cisco-ios/cisco-ios.ts';
import { startCumulus } from '../../infra/rack/cumulus/cumulus.ts';
import { startDellN3000 } from '../../infra/rack/delln3000/delln3000.ts';
import { startJunos } from '../../infra/rack/junos/junos.ts';
import { startNexus } from '../../infra/rack/nexus/nexus.ts';
import { startPowerConnect55xx } from '../../infra/rack/powerconnect55xx/powerconnect55xx.ts';
import type { Service, SimulatedSwitch } from '../../infra/rack/simulated-switch.ts';
import type { SwitchOptions } from '../../infra/rack/switch-simulator.ts';

/** How switches of one type are simulated, named and registered. */
interface Make {
  readonly type: string;
  readonly start: (options: SwitchOptions) => Promise<SimulatedSwitch>;
  readonly service: Service;
  readonly port: (number: number) => string;
  readonly registration: Readonly<Record<string, string | number | boolean>>;
}

// Telnet, shells and commands over SSH, and HTTP; switches that change at once, and those that commit.
const makes: readonly Make[] = [
  {
    type: 'nexus',
    start: startNexus,
    service: 'telnet',
    port: (number) => `Ethernet1/${number}`,
    registration: { transport: 'telnet', dummy_vlan: 2222 },
  },
  {
    type: 'powerconnect55xx',
    start: startPowerConnect55xx,
    service: 'ssh',
    port: (number) => `gi1/0/${number}`,
    registration: { transport: 'ssh' },
  },
  {
    type: 'brocade',
    start: (options) => startBrocade({ ...options, tls: false, vlanMustExist: true }),
    service: 'http',
    port: (number) => `104/0/${number}`,
    registration: { interface_type: 'TenGigabitEthernet', tls: false },
  },
  { type: 'cumulus', start: startCumulus, service: 'ssh', port: (number) => `swp${number}`, registration: {} },
  { type: 'arista_eos', start: startAristaEos, service: 'ssh', port: (number) => `Ethernet${number}`, registration: {} },
  {
    type: 'delln3000',
    start: startDellN3000,
    service: 'telnet',
    port: (number) => `Gi1/0/${number}`,
    registration: { transport: 'telnet', dummy_vlan: 3900 },
  },
  { type: 'junos', start: startJunos, service: 'ssh', port: (number) => `ge-0/0/${number}`, registration: {} },
  {
    type: 'cisco_ios',
    start: startCiscoIos,
    service: 'ssh',
    port: (number) => `GigabitEthernet1/0/${number}`,
    registration: { transport: 'ssh', dummy_vlan: 2222 },
  },
];

/** Where a NIC of a node is cabled to. */
export interface Cable {
  readonly node: string;
  readonly nic: string;
  readonly switch: string;
  readonly port: string;
}

/** A switch of the rack: simulated, and as it is registered. */
interface RackSwitch {
  readonly name: string;
  readonly simulated: SimulatedSwitch;
  readonly registration: Readonly<Record<string, string | number | boolean>>;
  readonly cables: readonly Cable[];
}

/** Simulated switches on real sockets, in this process, and what is cabled to them. */
export interface Rack {
  readonly switches: readonly RackSwitch[];
  readonly nodes: readonly string[];
  close(): Promise<void>;
}

const login = { username: 'haas', password: 'correct horse' };

/**
 * Starts switches of many makes. Each node has `eth0` on one of them, every fourth has `eth1` on another. `onChange` is called at each
 * change of a switch's configuration.
 */
export async function startRack(nodes: number, switches: number, onChange: (name: string) => void): Promise<Rack> {
  const names = Array.from({ length: switches }, (_, index) => ({ make: makeOf(index), index })).map(
    ({ make, index }) => [`${make.type}-${index + 1}`.replaceAll('_', '-'), make] as const,
  );
  const labels = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  const cables = new Map<string, Cable[]>(names.map(([name]) => [name, []]));
  const plug = (node: string, nic: string, at: number) => {
    const [name, make] = names[at % names.length] ?? [];
    const taken = name === undefined ? undefined : cables.get(name);
    if (name === undefined || !make || !taken) throw new Error('there is no switch');
    taken.push({ node, nic, switch: name, port: make.port(taken.length + 1) });
  };
  for (const [index, node] of labels.entries()) {
    plug(node, 'eth0', index);
    if (index % 4 === 0) plug(node, 'eth1', index + 1);
  }
  const started = await Promise.all(
    names.map(async ([name, { type, start, service, registration }]): Promise<RackSwitch> => {
      const own = cables.get(name) ?? [];
      const simulated = await start({
        hostname: name,
        ports: own.map(({ port }) => port),
        ...login,
        saveDelay: 20,
        onChange: () => onChange(name),
      });
      const address = { hostname: '127.0.0.1', port: simulated.tcpPort(service) };
      return { name, simulated, registration: { type, ...address, ...login, ...registration }, cables: own };
    }),
  );
  return {
    switches: started,
    nodes: labels,
    close: async () => void (await Promise.all(started.map(({ simulated }) => simulated.close()))),
  };
}

function makeOf(index: number): Make {
  const make = makes[index % makes.length];
  if (!make) throw new Error('there is no make of switches');
  return make;
}
