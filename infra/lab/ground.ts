import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type SimulatedBmc, startBmc } from '../rack/bmc/simulated-bmc.ts';
import { type Acceleration, findAcceleration } from './acceleration.ts';
import { type House, startHouse } from './house.ts';
import { defineTemplate, type Libvirt, startLibvirt, TEMPLATE } from './libvirt.ts';
import { type Machine, runMachine } from './machine.ts';
import { BRIDGE, type OpenVSwitch, startOpenVSwitch } from './open-vswitch.ts';
import type { Screen } from './screen.ts';
import { buildTinyLinux, type TinyLinux } from './tiny-linux.ts';

/** As many VLANs as the workflow needs at a time, so that one that is not given back is missed. */
export const VLANS = { range: '100-101', count: 2 };

/** MiB: a kernel, an initrd, and what is left of the memory for them. */
const MEMORY = { headnode: 128, node: 192 };

/** All that stands in the machine room of the lab, and HaaS beside it. */
export interface Ground {
  readonly acceleration: Acceleration;
  readonly openVSwitch: OpenVSwitch;
  readonly libvirt: Libvirt;
  /** The nodes, by their names. */
  readonly machines: Readonly<Record<string, Machine>>;
  readonly house: House;
  /** Where the agent keeps the files of headnodes. */
  readonly headnodes: string;
  /** Stops everything, the last first. */
  stop(): Promise<void>;
}

/** Starts everything in a folder. Throws LabError; what was started by then ends with the machine around it. */
export async function startGround(folder: string, screen: Screen): Promise<Ground> {
  const place = async (name: string) => {
    const path = join(folder, name);
    await mkdir(path, { mode: 0o711 });
    return path;
  };
  const headnodes = await place('headnodes');
  // The first answer of libvirtd takes its time: it starts QEMU to see what it can do.
  const [{ linux, acceleration }, openVSwitch, libvirt] = await Promise.all([
    place('tiny-linux').then(prepareGuests),
    startOpenVSwitch(await place('openvswitch')),
    startLibvirt(await place('libvirt')),
  ]);
  screen.done(`Open vSwitch ${openVSwitch.version}, the bridge ${BRIDGE} is the switch of the site`);
  screen.done(`libvirtd ${libvirt.version}`);
  screen.done(
    `virtual machines run by ${acceleration === 'kvm' ? 'KVM' : 'emulation (TCG): KVM is not usable here'}, Linux ${linux.version}`,
  );
  await defineTemplate(join(folder, 'libvirt'), linux, acceleration, MEMORY.headnode);

  const bmcs = await place('bmcs');
  const machines = Object.fromEntries(
    await Promise.all(
      [1, 2].map(async (number) => {
        const bmc = await startNodeBmc(join(bmcs, `node-${number}`), `node-${number}`);
        const tap = bmc.name;
        await openVSwitch.addTap(tap);
        const mac = `52:54:00:77:00:0${number}`;
        return [bmc.name, runMachine(bmc, { mac, tap, memory: MEMORY.node, acceleration })] as const;
      }),
    ),
  );
  for (const [name, { bmc }] of Object.entries(machines))
    screen.done(`${name}: a virtual machine, its BMC at UDP port ${bmc.port}`);

  const house = await startHouse({
    folder: await place('haas'),
    password: randomBytes(12).toString('base64url'),
    vlans: VLANS.range,
    vmHost: {
      driver: 'libvirt',
      folder: headnodes,
      virtualization: acceleration,
      networks: { openvswitch: BRIDGE },
      limits: { memory: 1024, vcpus: 4, disk: 16 },
      templates: { [TEMPLATE]: { domain: TEMPLATE } },
    },
  });
  screen.done(`HaaS as npm start starts it: ${house.url}/v0`);

  return {
    acceleration,
    openVSwitch,
    libvirt,
    machines,
    house,
    headnodes,
    async stop() {
      await house.stop();
      await Promise.all(Object.values(machines).map((machine) => machine.close()));
      await Promise.all(Object.values(machines).map(({ bmc }) => bmc.close()));
      await libvirt.stop();
      await openVSwitch.stop();
    },
  };
}

async function prepareGuests(folder: string): Promise<{ linux: TinyLinux; acceleration: Acceleration }> {
  const linux = await buildTinyLinux(folder);
  return { linux, acceleration: await findAcceleration(linux) };
}

async function startNodeBmc(folder: string, name: string): Promise<SimulatedBmc> {
  await mkdir(folder);
  // A tiny Linux has nobody who would shut it down when asked.
  return startBmc({ name, folder, softShutdown: 'never' });
}
