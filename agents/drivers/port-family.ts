import type { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import type { SwitchFamily, SwitchSettings } from '../../db/devices/family.ts';
import type { Timeouts } from '../sessions/timeouts.ts';

/** Output that does not say what it should, and why not. */
export interface NotUnderstood {
  readonly problem: string;
  /** Where it is understood well enough: the switch says that there is no such port. */
  readonly refused?: true;
}

/**
 * How the ports of one family of switches are read and changed: data and pure functions, whatever carries them.
 * A `Step` is what is sent at once and answered: a line at a console, a command, a request. Ports come in their canonical names,
 * states checked. `Settings` is what the family's registration keeps besides address and login.
 */
export interface PortFamily<Settings extends SwitchSettings, Step> {
  readonly family: SwitchFamily;
  readonly settings: z.ZodType<Settings>;
  /** Patience that such switches need beyond the usual. */
  readonly patience?: Partial<Timeouts>;
  /** What asks for the version of the software, and where it stands in the answer: group 1. */
  readonly version: { readonly step: Step; readonly pattern: RegExp };
  /** The steps whose answers tell a port's state. */
  readonly read: (port: string, settings: Settings) => readonly Step[];
  /** The state told by the answers to `read`, or why they tell none. */
  readonly parse: (port: string, answers: readonly string[], settings: Settings) => PortState | NotUnderstood;
  /** The steps whose answers `change` must know, asked before it; most families need none. */
  readonly prior?: (port: string, want: PortState, settings: Settings) => readonly Step[];
  /**
   * Whether the answers to `prior` say that the port is shut. Set where a step of `change` lets more pass than is wanted: it is shut before,
   * and a switch that did not do that is told nothing more.
   */
  readonly isShut?: (prior: readonly string[]) => boolean;
  /**
   * Brings a port's VLANs to the wanted ones and leaves it shut: at no step open to a VLAN that is not wanted. Shuts first, unless `isShut`
   * has seen to that.
   * Creates the VLANs where the switch needs them to exist. `prior` are the answers to `prior`.
   */
  readonly change: (
    port: string,
    want: PortState,
    settings: Settings,
    prior: readonly string[],
  ) => readonly Step[] | NotUnderstood;
  /** Opens a port that was read back as holding the VLANs of `want`. */
  readonly enable: (port: string, settings: Settings, want: PortState) => readonly Step[];
  /** Shuts a port, whatever it holds. */
  readonly shut: (port: string, settings: Settings) => readonly Step[];
  /** Where a change is taken back by the switch itself unless it is confirmed in time. */
  readonly transaction?: {
    /** Confirms the change of a port that was read back as wanted, and opens it if it is to be up. Takes the place of `enable`. */
    readonly confirm: (port: string, want: PortState, settings: Settings) => readonly Step[];
    /** Ends the waiting where the port was not read back as wanted: it stays shut, with what it holds. */
    readonly settle: readonly Step[];
    /** Tells whether a change waits to be confirmed: until then no reading of a port will last. */
    readonly pending: { readonly step: Step; readonly pattern: RegExp };
  };
  /**
   * What makes the running configuration the one that the switch starts with, what says that it was done, and what says that
   * somebody else is at it. Null: the switch keeps every change by itself.
   */
  readonly save: { readonly step: Step; readonly done: RegExp; readonly busy?: RegExp } | null;
}

/** A conversation with one switch, one step at a time. Every method throws DeviceError, as those of a SwitchSession do. */
export interface Exchange<Step> {
  /** Sends one step and answers what came back. `refused` when that is a refusal. */
  ask(step: Step, timeout?: number): Promise<string>;
  /** Sends steps that change something, each of which must be taken without complaint, and leaves nothing half open behind. */
  configure(steps: readonly Step[]): Promise<void>;
  /** An error about this switch, with what it said; secrets are removed. */
  error(fault: 'refused' | 'unintelligible', problem: string, said: string): Error;
  /** Ends the session. Never throws. */
  close(): Promise<void>;
}
