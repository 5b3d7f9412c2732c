import type { BmcCheckup } from '../../../db/devices/bmc-report.ts';
import type { BmcAccess, BmcCredentials, BootDevice, Power } from '../../../db/devices/obm.ts';
import type { ConsoleLine } from '../console-line.ts';

/**
 * One BMC, for one caller at a time. Nothing is open between two calls; every call is a session of its own. Every method throws BmcError:
 * `unreachable` and `denied` before anything was sent, `refused` when the BMC will not, `lost` when it fell silent after the session was
 * open, so that what was asked may have happened, and `unintelligible` for an answer that nobody recognises.
 */
export interface Bmc {
  /** Whether the machine has power now. */
  readPower(): Promise<Power>;
  /**
   * Asks for a change: power `on`, power `off` at once, `cycle` (off and on again at once; many BMCs refuse it to a machine that is off),
   * or `soft`: the operating system is asked to shut down, and may do nothing. Returns when the BMC has taken it, which says nothing of
   * the machine: read its power.
   */
  setPower(change: 'on' | 'off' | 'cycle' | 'soft'): Promise<void>;
  /** What the machine boots from next, as the BMC holds it now. */
  readBoot(): Promise<BootDevice>;
  /** Asks for a boot device. Says nothing of the outcome: BMCs drop options that they do not know; read it back. */
  setBoot(wanted: BootDevice): Promise<void>;
  /** Logs in, asks the BMC what it is and whether the machine has power. Changes nothing. */
  check(): Promise<BmcCheckup>;
  /**
   * Opens the serial console, after ending any session that holds it. `onOutput` is called with every part of the output, in order, from
   * before this resolves on, and never after `ended` has settled.
   */
  openConsole(onOutput: (data: Buffer) => void): Promise<ConsoleLine>;
  /**
   * Which session holds the serial console, as the BMC names it; undefined where none does, or the BMC cannot tell. It differs from one
   * opening to the next.
   */
  readConsoleHolder(): Promise<string | undefined>;
}

/** What reaching a BMC needs. `signal` ends whatever is under way. */
export interface OpenBmc {
  readonly access: BmcAccess;
  readonly credentials: BmcCredentials;
  /** The agent's state folder: for BMCs that are none, and for files that only the agent may read. */
  readonly stateDir: string;
  readonly signal: AbortSignal;
}

/** How one kind of BMC is spoken to. */
export interface BmcDriver {
  /** The short type, as in `db/devices/obm.ts`. */
  readonly type: string;
  /** Prepares to speak to a BMC; sends nothing. */
  open(target: OpenBmc): Bmc;
}
