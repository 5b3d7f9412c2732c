import type { HeadnodeNic, HeadnodeSize, HeadnodeState } from '../../../db/devices/headnode.ts';
import type { OfferedTemplate } from '../../../db/devices/vm-host.ts';
import { DeviceError } from '../../device-error.ts';
import type { ConsoleLine } from '../console-line.ts';

/** A virtual machine that is to be: everything by which it differs from its template. */
export interface Machine {
  readonly uuid: string;
  /** The headnode's label: people read it on the host, and nothing is found by it. */
  readonly title: string;
  /** By its name in `vm-host.json`. */
  readonly template: string;
  readonly size: HeadnodeSize;
  readonly fullCopy: boolean;
  readonly nics: readonly HeadnodeNic[];
  /** cloud-init's `user-data` and `meta-data`, as text; null: it is told nothing. */
  readonly seed: { readonly userData: string; readonly metaData: string } | null;
}

/** A virtual machine of HaaS that the host has, whether it runs or not, and what it may use. */
export interface MachineUse extends HeadnodeSize {
  readonly uuid: string;
}

/**
 * A host of virtual machines. What is done to one machine comes from one caller at a time; to different machines, at once.
 * Every method throws DeviceError, whose message has no secrets in it: `unreachable` before anything was sent that changes anything,
 * `refused` when the host will not, `lost` when it was called off or took too long, so that what was asked may have happened, and
 * `unintelligible` for an answer that nobody recognises.
 */
export interface VmHost {
  /** The templates that can be cloned now, and why others cannot, as sentences. */
  readTemplates(): Promise<{ readonly templates: OfferedTemplate[]; readonly problems: string[] }>;
  /** Every machine of HaaS that is defined here, of whichever headnode. */
  readUse(): Promise<MachineUse[]>;
  /** What a machine does now. */
  read(uuid: string): Promise<HeadnodeState>;
  /**
   * Clones the template and defines the machine; it does not run. Whatever an earlier attempt that was cut off has left is removed first,
   * and when it throws, nothing is left, or the error says what is. A machine that is defined already is refused.
   */
  create(machine: Machine): Promise<void>;
  /**
   * Starts a machine that is defined and does not run. Its guest runs only after each of its interfaces was read back on the VLAN named
   * here; where that cannot be shown, the machine is ended and it throws NotIsolated.
   */
  start(uuid: string, nics: readonly HeadnodeNic[]): Promise<void>;
  /** Takes the machine's power, at once. One that does not run is left as it is. */
  stop(uuid: string): Promise<void>;
  /** Removes a machine, running or not, with its disks and interfaces. Answers what could not be removed, as sentences; none: it is gone. */
  remove(uuid: string): Promise<string[]>;
  /**
   * Removes what was left by attempts to create a machine that were cut off: files of machines that are not defined, interfaces that
   * nothing uses. `isBusy` tells which machines somebody works on now: those are left alone. Answers what was removed and what could
   * not be, as sentences.
   */
  sweep(isBusy: (uuid: string) => boolean): Promise<string[]>;
  /**
   * Opens the serial console of a running machine; `onOutput` as in `Bmc.openConsole`. One at a time has it: with QEMU whoever came
   * first, until they leave. Of a machine that does not run, or is not there, it throws `unreachable` with NOT_RUNNING, and costs next to nothing: it is tried every second.
   */
  openConsole(uuid: string, onOutput: (data: Buffer) => void): Promise<ConsoleLine>;
}

/** What reaching a host needs. `signal` ends whatever is under way; `stateDir` is the agent's state folder. */
export interface OpenVmHost<C> {
  readonly config: C;
  readonly signal: AbortSignal;
  readonly stateDir: string;
}

/** Why a machine that does not run has no console, as its users are told. */
export const NOT_RUNNING = 'the headnode does not run';

/** An interface was not on its VLAN, and the machine was ended before its guest ran. */
export class NotIsolated extends DeviceError {
  constructor(message: string) {
    super('refused', message);
    this.name = 'NotIsolated';
  }
}
