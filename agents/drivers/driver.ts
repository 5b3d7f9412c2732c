import type { PortState } from '../../db/commands/kinds.ts';
import type { Credentials, SwitchAccess } from '../../db/devices/access.ts';
import type { Timeouts } from '../sessions/timeouts.ts';

/**
 * One logged-in session with one switch. Calls are made one after the other, never at once. Every method throws DeviceError:
 * `refused` leaves the session usable; after `lost` it is over, each further call is `lost` too, and only a new one can help;
 * after `unintelligible` it may be either, and the next call tells.
 */
export interface SwitchSession {
  /** Reads what the switch says of itself: the version of its software, as `7.3(13)N1(1)`. Changes nothing. */
  readVersion(): Promise<string>;
  /**
   * Reads a port as the switch holds it now. May be repeated.
   * Output that is not understood whole is `unintelligible`; "could not tell" is never a state.
   */
  readPort(port: string): Promise<PortState>;
  /**
   * Brings a port to a state, shut while its VLANs change; creates the VLANs where the switch needs them to exist.
   * Where `want` is enabled, the VLANs are read back while the port is still shut, and a port that holds others stays shut.
   * May be repeated: the whole state is set. Says nothing of the outcome: read the port.
   * A VLAN that the switch keeps for itself is `refused` before anything is sent, as is a port name that is none.
   */
  setPort(port: string, want: PortState): Promise<void>;
  /** Shuts a port administratively, whatever else it carries. May be repeated. */
  shutPort(port: string): Promise<void>;
  /**
   * Makes the running configuration the one that the switch starts with; returns when the switch is ready again. May be repeated.
   * Waits while somebody else is saving. Where the switch keeps every change by itself there is nothing to do.
   */
  save(): Promise<void>;
  /** Logs out and closes. Never throws; what has ended already is closed. */
  close(): Promise<void>;
}

/** What opening a session needs. `signal` ends the session at once, in the middle of anything. */
export interface OpenSwitch {
  readonly access: SwitchAccess;
  readonly credentials: Credentials;
  readonly hostKeys: HostKeys;
  /** The agent's state folder, where switches that are none keep their ports. */
  readonly stateDir: string;
  readonly signal: AbortSignal;
  /** Patience other than `defaultTimeouts`. */
  readonly timeouts?: Partial<Timeouts>;
}

/** SSH host keys as first seen. A key that differs from the pinned one is `denied`. */
export interface HostKeys {
  /** Pins `fingerprint` (`SHA256:` and base64 without padding) for `host:port` when nothing is pinned yet; answers whether it is the pinned one. */
  check(address: string, fingerprint: string): boolean;
}

/** How one family of switches is spoken to. */
export interface SwitchDriver {
  /** The family's short name, as in `db/devices`. */
  readonly type: string;
  /** Logs in. Throws `unreachable` or `denied`, or `refused` for settings that are not this family's, before anything was changed. */
  open(target: OpenSwitch): Promise<SwitchSession>;
}
