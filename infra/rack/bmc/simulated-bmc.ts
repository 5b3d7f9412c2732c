import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { BmcFaults } from './bmc-faults.ts';
import { Chassis } from './chassis.ts';
import { activateSol, deactivateSol, type HeldConsole, type OtherUser } from './other-user.ts';
import { SerialPort, type SimulatedSerial } from './simulated-serial.ts';
import { type SimulatorProcess, startSimulator } from './simulator-process.ts';
import { UdpRelay } from './udp-relay.ts';

/** A machine and its BMC, as they are to be. */
export interface BmcOptions {
  /** Names the machine in errors; letters, digits, `-` and `_`. */
  readonly name: string;
  /** At most 16 characters; `admin` unless told otherwise. */
  readonly user?: string;
  /** At most 20 characters, the most that IPMI knows; random unless told otherwise. */
  readonly password?: string;
  /** UDP port on 127.0.0.1; 0, the default, takes any free one. */
  readonly port?: number;
  /** An existing folder for everything that the BMC keeps, of this BMC alone. What is in it is found again by the next one there. */
  readonly folder: string;
  /** `off` unless told otherwise, or the folder knows better. */
  readonly power?: 'on' | 'off';
  /** Milliseconds that the operating system takes to shut down when it is asked; `never` when it does not listen. 200 by default. */
  readonly softShutdown?: number | 'never';
  /** Decides which packets `faults.loss` loses, so that a test can be repeated. */
  readonly seed?: number;
}

/** A machine that is not there, behind a real BMC program: `ipmi_sim` of OpenIPMI, in a process of its own. */
export interface SimulatedBmc {
  readonly name: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Whether the machine really has power, whatever the BMC says. */
  power(): 'on' | 'off';
  /** Somebody presses the button: the BMC is not asked. */
  setPower(power: 'on' | 'off'): void;
  /** What the machine boots from next, as ipmi_sim calls it: `none` at first, `pxe`, `default` (the disk), `cdrom` or `bios`. */
  boot(): string;
  /** Milliseconds that the operating system takes to shut down when it is asked; `never` when it does not listen. */
  softShutdown: number | 'never';
  /**
   * Every order that reached the machine's chassis, oldest first: `set power 1`, `set boot pxe`, `set shutdown 1`; queries as well:
   * `get power`. A power cycle is `set power 0`, `get power` and, a second later, `set power 1`.
   */
  calls(): readonly string[];
  /** The serial port. */
  readonly serial: SimulatedSerial;
  /** Set one to have it happen from now on. */
  readonly faults: BmcFaults;
  /**
   * Another user of the BMC ends the serial-over-LAN session, whosever it is. Nothing happens when there is none. ipmi_sim does not tell
   * whoever had it: the next thing that is typed there is not taken any more.
   */
  cutSol(): Promise<void>;
  /** Another user opens the serial console and keeps it until it is released. Rejects when somebody has it already. */
  holdSol(): Promise<HeldConsole>;
  /** The BMC crashes and starts again on the same port. The machine runs on. */
  restart(): Promise<void>;
  /** Ends the BMC, and waits until its processes and its port are gone. */
  close(): Promise<void>;
}

/** Why there can be no simulated BMC on this machine, with the remedy; undefined when there can be. */
export function ipmiSimulatorMissing(): string | undefined {
  if (process.platform !== 'linux') return 'simulated BMCs need Linux';
  const programs = { ipmi_sim: 'openipmi', ipmitool: 'ipmitool' };
  const missing = Object.entries(programs).filter(([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length === 0) return undefined;
  const [names, packages] = [missing.map(([name]) => name), missing.map(([, name]) => name)];
  return `no ${names.join(' and ')}: apt-get install ${packages.join(' ')}`;
}

/** What ipmi_sim's configuration, in which quotes mean something, can hold as it is. */
const text = z.string().regex(/^[!#-[\]-~]+$/, 'printable ASCII without spaces, quotes and backslashes');

const settings = z.object({
  name: z.string().regex(/^[\w-]+$/),
  user: text.max(16).default('admin'),
  password: text.max(20).default(() => randomBytes(9).toString('base64url')),
  port: z.int().min(0).max(65_535).default(0),
  folder: z.string(),
  power: z.enum(['on', 'off']).default('off'),
  softShutdown: z.union([z.int().min(0), z.literal('never')]).default(200),
  seed: z.int().default(1),
});

/** Starts one BMC; resolves when it answers. Rejects with RackError when it does not start, and as listening does when the port is taken. */
export async function startBmc(options: BmcOptions): Promise<SimulatedBmc> {
  const { name, user, password, folder, port, power, softShutdown, seed } = settings.parse(options);
  const chassis = new Chassis(folder, power, softShutdown);
  const faults = faultsOf(chassis);
  const relay = await UdpRelay.open(port, faults, seed);
  const serial = new SerialPort();
  const held = new Set<HeldConsole>();
  let simulator: SimulatorProcess | undefined;

  const start = async () => {
    simulator = await startSimulator({ name, user, password, folder, port: relay.port, serialPort: serial.port });
    await serial.whenConnected();
    relay.target = simulator.host;
  };
  const stop = async () => {
    relay.target = undefined;
    await simulator?.kill();
    serial.hangUp();
  };
  const close = async () => {
    await Promise.all([...held].map((console) => console.release()));
    await stop();
    await Promise.all([relay.close(), serial.close()]);
  };
  const otherUser = (): OtherUser => {
    if (!simulator) throw new Error(`the BMC ${name} is down`);
    return { host: simulator.host, port: relay.port, user, password };
  };

  try {
    await serial.listen();
    await start();
  } catch (error) {
    await close();
    throw error;
  }

  let closed: Promise<void> | undefined;
  return {
    name,
    host: '127.0.0.1',
    port: relay.port,
    user,
    password,
    serial,
    faults,
    power: () => chassis.power(),
    setPower: (wanted) => chassis.setPower(wanted),
    boot: () => chassis.boot(),
    calls: () => chassis.calls(),
    get softShutdown() {
      return chassis.behaviour.softShutdown;
    },
    set softShutdown(wanted) {
      chassis.behave({ softShutdown: wanted });
    },
    cutSol: () => deactivateSol(otherUser()),
    async holdSol() {
      const console = await activateSol(otherUser());
      held.add(console);
      return {
        async release() {
          held.delete(console);
          await console.release();
        },
      };
    },
    async restart() {
      await stop();
      await start();
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

/** BMCs that start at a time: more would only keep each other waiting. */
const AT_A_TIME = 8;

/**
 * Starts `count` BMCs, named `<name>-1`, `<name>-2`, ..., each in a folder of its name below `folder`, and each with a seed of its own.
 * Rejects as `startBmc` does; those that were started are closed then.
 */
export async function startBmcs(count: number, options: Omit<BmcOptions, 'port'>): Promise<SimulatedBmc[]> {
  const started: SimulatedBmc[] = [];
  let next = 0;
  const startSome = async () => {
    while (next < count) {
      const index = next++;
      const name = `${options.name}-${index + 1}`;
      const folder = join(options.folder, name);
      started[index] = await startBmc({ ...options, name, folder, seed: (options.seed ?? 1) + index });
    }
  };
  const starting = Array.from({ length: AT_A_TIME }, startSome);
  try {
    await Promise.all(starting);
    return started;
  } catch (error) {
    next = count;
    await Promise.allSettled(starting);
    await closeBmcs(started);
    throw error;
  }
}

/** Ends many BMCs at once. */
export async function closeBmcs(bmcs: readonly SimulatedBmc[]): Promise<void> {
  await Promise.all(bmcs.map((bmc) => bmc.close()));
}

/** The faults of a BMC, none of them switched on. */
function faultsOf(chassis: Chassis): BmcFaults {
  return {
    silent: false,
    silentAfterSession: false,
    answersPerSession: undefined,
    dropSol: false,
    loss: 0,
    refuseSessions: undefined,
    garble: false,
    get refusePower() {
      return chassis.behaviour.refusePower;
    },
    set refusePower(refusePower) {
      chassis.behave({ refusePower });
    },
    get ignorePower() {
      return chassis.behaviour.ignorePower;
    },
    set ignorePower(ignorePower) {
      chassis.behave({ ignorePower });
    },
    get ignoreBoot() {
      return chassis.behaviour.ignoreBoot;
    },
    set ignoreBoot(ignoreBoot) {
      chassis.behave({ ignoreBoot });
    },
    get refuseBoot() {
      return chassis.behaviour.refuseBoot;
    },
    set refuseBoot(refuseBoot) {
      chassis.behave({ refuseBoot });
    },
    get slow() {
      return chassis.behaviour.slow;
    },
    set slow(slow) {
      chassis.behave({ slow });
    },
  };
}
