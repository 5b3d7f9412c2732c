import type { BmcFaults } from './bmc-faults.ts';
import type { SimulatedSerial } from './simulated-serial.ts';

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
  /** Where the sequence of packets lost by `faults.loss` starts, so that a test can be repeated. */
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
  /** What the machine boots from next: `default`, `pxe`, `disk`, `cdrom`, `bios`, ... */
  boot(): string;
  /** Milliseconds that the operating system takes to shut down when it is asked; `never` when it does not listen. */
  softShutdown: number | 'never';
  /** Every order that reached the machine's chassis, oldest first, as `set power 1`, `set boot pxe`; queries (`get power`) as well. */
  calls(): readonly string[];
  /** The serial port. */
  readonly serial: SimulatedSerial;
  /** Set one to have it happen from now on. */
  readonly faults: BmcFaults;
  /** Another user of the BMC ends the serial-over-LAN session, whosever it is. Nothing happens when there is none. */
  cutSol(): Promise<void>;
  /** Another user opens the serial console and keeps it until it is released. Rejects when somebody has it already. */
  holdSol(): Promise<{ release(): Promise<void> }>;
  /** The BMC crashes and starts again on the same port. The machine runs on. */
  restart(): Promise<void>;
  /** Ends the BMC, and waits until its processes and its port are gone. */
  close(): Promise<void>;
}

/** Why there can be no simulated BMC on this machine, with the remedy; undefined when there can be. */
export declare function ipmiSimulatorMissing(): string | undefined;

/** Starts one BMC; resolves when it answers. Rejects with RackError when it cannot start. */
export declare function startBmc(options: BmcOptions): Promise<SimulatedBmc>;

/**
 * Starts `count` BMCs, a few at a time, named `<name>-1`, `<name>-2`, ... each in a folder of its name below `folder`.
 * When one cannot start, those started before are closed.
 */
export declare function startBmcs(
  count: number,
  options: Omit<BmcOptions, 'port'>,
): Promise<SimulatedBmc[]>;
