import type { z } from 'zod';
import type { PortState } from '../../db/commands/kinds.ts';
import type { Transport } from '../../db/devices/access.ts';
import type { SwitchFamily, SwitchSettings } from '../../db/devices/family.ts';
import type { Dialect } from '../sessions/dialect.ts';

/** What the settings of every switch with a console hold. */
export type ConsoleSettings = SwitchSettings & {
  readonly transport: Transport;
  /** Offers the SSH algorithms that old switches need. */
  readonly legacy_ssh: boolean;
};

/** Output that does not say what the state of a port is, and why not. */
export interface NotUnderstood {
  readonly problem: string;
}

/**
 * One family of switches with a command line: data and pure functions. Ports come in their canonical names, states checked.
 * `Settings` is what the family's registration keeps besides address and secrets.
 */
export interface ConsoleFamily<Settings extends ConsoleSettings> {
  readonly family: SwitchFamily;
  readonly settings: z.ZodType<Settings>;
  readonly dialect: Dialect;
  /** What a refusal looks like, anywhere in an answer. */
  readonly refusal: RegExp;
  /** A line of an answer to a configuration line that means nothing. Any other line is taken as not understood. */
  readonly chatter: RegExp;
  /** The lines whose answers tell a port's state. */
  readonly read: (port: string) => readonly string[];
  /** The state told by the answers to `read`, or why they tell none. */
  readonly parse: (port: string, answers: readonly string[], settings: Settings) => PortState | NotUnderstood;
  /** Brings a port's VLANs to the wanted ones and leaves it shut: shut first, and at no step open to a VLAN that is not wanted. */
  readonly change: (port: string, want: PortState, settings: Settings) => readonly string[];
  readonly enable: (port: string) => readonly string[];
  readonly shut: (port: string) => readonly string[];
  /** The saving line, what says that it was done, and what says that somebody else is at it. */
  readonly save: { readonly line: string; readonly done: RegExp; readonly busy: RegExp };
}
