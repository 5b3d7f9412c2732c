import type { HeadnodeIdentity, HeadnodeNic, HeadnodeState } from '../db/devices/headnode.ts';
import { DeviceError } from './device-error.ts';
import { type DeviceLock, isLocked, waitForLock } from './device-lock.ts';
import type { ConsoleLine } from './drivers/console-line.ts';
import { type Machine, NotIsolated, type VmHost } from './drivers/vm-host/driver.ts';
import type { Lease } from './lease.ts';
import { scrub } from './scrub.ts';
import { asDeviceError } from './tasks/set-port.ts';
import type { HostLimits } from './vm-host-config.ts';
import { demandRoom, MachinesInMaking, NoRoom } from './vm-host-room.ts';

/** The host of virtual machines that an agent has. */
export interface OfferedHost {
  readonly limits: HostLimits;
  /** Prepares to speak to it; sends nothing. `signal` ends whatever is under way. */
  open(signal: AbortSignal): VmHost;
}

/** What links to headnodes need of their surroundings. */
export interface VmHostMeans {
  /** Null: the agent has no `vm-host.json`. */
  readonly vmHost: OfferedHost | null;
  /** The agent's state folder. */
  readonly stateDir: string;
  /** Folder of the device locks. */
  readonly locks: string;
}

/** The virtual machine of one headnode, as the holder of its device speaks to it. Every method throws DeviceError, with no secret in it. */
export interface Headnode {
  /** What it does now. */
  read(): Promise<HeadnodeState>;
  /** Makes the machine for a command. Throws NoRoom when the host's limits do not leave it any. */
  make(machine: Omit<Machine, 'uuid' | 'title'>, command: string): Promise<void>;
  /** Whether a command made the machine that is there, or began to, and did not prove that it runs. */
  isMadeBy(command: string): boolean;
  /** What command made the machine is of no interest any more. */
  settle(): void;
  /** As in VmHost. */
  start(nics: readonly HeadnodeNic[]): Promise<void>;
  stop(): Promise<void>;
  /** Answers what could not be removed, as sentences. */
  remove(): Promise<string[]>;
  openConsole(onOutput: (data: Buffer) => void): Promise<ConsoleLine>;
}

/**
 * The virtual machine of a headnode: everything is done while its device is ours. Throws `unreachable` where the agent runs no headnodes.
 * `secrets` are kept out of what it throws.
 */
export function linkHeadnode(
  means: VmHostMeans,
  { label, uuid }: HeadnodeIdentity,
  lease: Pick<Lease, 'held' | 'signal'>,
  secrets: readonly string[] = [],
): Headnode {
  const { vmHost, locks } = means;
  if (!vmHost) throw new DeviceError('unreachable', 'this agent has no vm-host.json: it runs no headnodes');
  const { limits } = vmHost;
  const { signal } = lease;
  const host = vmHost.open(signal);
  const inMaking = new MachinesInMaking(means.stateDir);

  function mustBeOurs(): void {
    if (!lease.held()) throw new DeviceError('lost', `the headnode ${label} is not ours any more`);
  }

  async function whileOurs<T>(work: () => Promise<T>): Promise<T> {
    mustBeOurs();
    try {
      return await work();
    } catch (thrown) {
      const { fault, message } = asDeviceError(thrown);
      // The causes are left behind: nobody has looked through them for secrets.
      const clean = scrub(message, secrets);
      if (thrown instanceof NotIsolated) throw new NotIsolated(clean);
      throw thrown instanceof NoRoom ? new NoRoom(clean) : new DeviceError(fault, clean);
    }
  }

  /** Changes the machine while nobody else does, nor sweeps. `before` is done while no other machine can be begun with. */
  async function change<T>(work: () => Promise<T>, before: () => Promise<void> = async () => {}): Promise<T> {
    let held: DeviceLock | undefined;
    try {
      const turn = await takeHostTurn(locks, signal);
      try {
        held = await waitForLock(locks, machineLock(uuid), signal);
        await before();
      } finally {
        turn.release();
      }
      mustBeOurs();
      return await work();
    } finally {
      held?.release();
    }
  }

  /** Counts what others are making too: the host does not list a machine before its disk is copied. */
  async function reserve({ size }: Pick<Machine, 'size'>, command: string): Promise<void> {
    // Before the look at the host: what is defined meanwhile must be in one of the two.
    const busy = inMaking.list().filter((other) => isMachineBusy(locks, other));
    const use = (await host.readUse()).filter((other) => other.uuid !== uuid);
    const listed = new Set([uuid, ...use.map((other) => other.uuid)]);
    const coming = busy.filter((other) => !listed.has(other));
    demandRoom(limits, [...use, ...coming.flatMap((other) => inMaking.of(other)?.size ?? [])], size);
    inMaking.begin(uuid, { command, size });
  }

  return {
    read: () => whileOurs(() => host.read(uuid)),
    make: (machine, command) =>
      whileOurs(() =>
        change(
          () => host.create({ ...machine, uuid, title: label }),
          () => reserve(machine, command),
        ),
      ),
    isMadeBy: (command) => inMaking.of(uuid)?.command === command,
    settle: () => inMaking.forget(uuid),
    start: (nics) => whileOurs(() => change(() => host.start(uuid, nics))),
    stop: () => whileOurs(() => change(() => host.stop(uuid))),
    remove: async () => {
      const leftovers = await whileOurs(() => change(() => host.remove(uuid)));
      return leftovers.map((leftover) => scrub(leftover, secrets));
    },
    openConsole: (onOutput) => whileOurs(() => host.openConsole(uuid, onOutput)),
  };
}

/** Waits until no other process of this agent looks for room on the host, or sweeps it. Rejects when `signal` aborts. */
export function takeHostTurn(locks: string, signal: AbortSignal): Promise<DeviceLock> {
  return waitForLock(locks, 'vm-host', signal);
}

/** Whether somebody on this host changes a machine now. */
export function isMachineBusy(locks: string, uuid: string): boolean {
  return isLocked(locks, machineLock(uuid));
}

function machineLock(uuid: string): string {
  return `vm-host/${uuid}`;
}
